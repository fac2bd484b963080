// Joins the page's clock to the map's frame. A Streamlit component (v2): called with `data` on
// every rerun, it passes orders to the frame, reports what the map tells back to Python, lets the
// map follow the slider while it is dragged, and draws the event ticks under the slider.
// The frame's side is answerParent in story_map.js; the server's is story/reconcile.py.
export default function link({data, parentElement, setTriggerValue}) {
    const joined = parentElement.petrogradLink || (parentElement.petrogradLink = join(parentElement));
    joined.update(data, setTriggerValue);
    return () => {
        joined.stop();
        delete parentElement.petrogradLink;
    };

    function join(root) {
        const page = root.ownerDocument;
        const stops = [];
        let told = null;        // the newest data from Python
        let setTrigger = null;
        let obeyed = null;      // the seq the frame has been given
        let chosen;             // the place the frame has been given
        let shown = null;       // the place it was asked to bring into view
        let number = 0, inFlight = null, waiting = null;

        const frame = () => page.querySelector(".st-key-map iframe");
        const listen = (target, name, act, capture = false) => {
            target.addEventListener(name, act, capture);
            stops.push(() => target.removeEventListener(name, act, capture));
        };
        const post = order => {
            const target = frame();
            if (target && target.contentWindow) target.contentWindow.postMessage({petrograd: order}, "*");
        };

        function order() {
            const {seq, minute, playing, speed, place, show} = told;
            if (seq !== obeyed) {
                obeyed = seq;
                post({seq, minute, playing, speed});
            }
            if (place !== chosen) {
                chosen = place;
                post({choose: place});
            }
            if (show !== shown) {
                shown = show;
                if (show !== null) post({show});
            }
        }

        // reports go up one at a time; while one is under way the newest waits
        function report(said) {
            if (inFlight !== null) {
                waiting = {...waiting, ...said};
                return;
            }
            inFlight = ++number;
            setTrigger("report", {...said, number});
        }

        function acknowledge(last) {
            if (inFlight === null || last < inFlight) return;
            inFlight = null;
            const next = waiting;
            waiting = null;
            if (next) report(next);
        }

        listen(globalThis, "message", message => {
            const target = frame();
            if (!target || message.source !== target.contentWindow) return;
            const said = message.data && message.data.petrograd;
            if (!said || typeof said !== "object") return;
            if (said.ready) {  // a frame that has just loaded knows no order yet
                drawTicks(said.ticks, said.days, said.last);
                if (said.seq !== obeyed) {
                    obeyed = null;
                    chosen = undefined;
                }
                order();
            } else if (said.clock) {
                showClock(said);
            } else {
                const {minute, seq, playing, place} = said;
                report({minute, seq, playing, ...(place === undefined ? {} : {place})});
                if (place !== undefined) chosen = place;
            }
        });

        // clock and needle follow the map, not the server
        function showClock({clock, share}) {
            for (const box of page.querySelectorAll("[data-clock]")) box.textContent = clock[box.dataset.clock];
            needle.style.left = `${100 * share}%`;
        }

        // The map follows the finger; the server hears of it once, on release. The slider's range
        // element changes its value while it is dragged without any event of its own.
        let held = false;
        const follow = range => post({share: (range.value - range.min) / (range.max - range.min)});
        const rangeOf = target => target instanceof Element && target.closest(".st-key-minute") && page.querySelector(".st-key-minute input[type=range]");
        const watch = new MutationObserver(changes => {
            if (held) follow(changes[changes.length - 1].target);
        });
        stops.push(() => watch.disconnect());
        listen(page, "pointerdown", event => {
            const range = rangeOf(event.target);
            if (!range) return;
            held = true;
            watch.disconnect();
            watch.observe(range, {attributes: true, attributeFilter: ["value", "aria-valuetext"]});
        }, true);
        for (const end of ["pointerup", "pointercancel"]) listen(page, end, () => requestAnimationFrame(() => { held = false; }), true);
        listen(page, "input", event => {
            const range = rangeOf(event.target);
            if (range) follow(range);
        }, true);

        // events and places in the card and the lists; in a new tab the same links open cold
        listen(page, "click", event => {
            const anchor = event.target instanceof Element && event.target.closest("a[data-event], a[data-place]");
            if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            const {event: id, place} = anchor.dataset;
            report(id === undefined ? {choose: place} : {event: id});
            if (!anchor.closest(".st-key-stage")) page.querySelector(".st-key-stage").scrollIntoView({block: "start"});
        }, true);

        const strip = page.createElement("div");
        strip.className = "ticks";
        strip.setAttribute("aria-hidden", "true");
        const needle = page.createElement("i");
        root.append(strip);
        let last = 1;
        function drawTicks(ticks, days, lastMinute) {
            last = lastMinute;
            const put = (name, className, minute, text = "") => {
                const box = page.createElement(name);
                box.className = className;
                box.textContent = text;
                box.style.left = `${100 * minute / last}%`;
                return box;
            };
            strip.replaceChildren(
                ...days.map(([minute, text]) => put("span", "", minute, text)),
                ...ticks.map(([minute, weight]) => put("b", `weight-${weight}`, minute)),
                needle,
            );
        }
        listen(strip, "click", event => {
            const box = strip.getBoundingClientRect();
            report({jump: Math.round(last * (event.clientX - box.left) / box.width)});
        });

        return {
            update(data, setTriggerValue) {
                told = data;
                const target = frame();
                if (target) target.title = data.title;
                setTrigger = setTriggerValue;
                if (data.acknowledged === 0 && number > 1) {  // a server that has started anew
                    number = 0;
                    inFlight = null;
                }
                acknowledge(data.acknowledged);
                if (obeyed === null) post({hello: true}); else order();
            },
            stop() {
                stops.forEach(stop => stop());
                strip.remove();
            },
        };
    }
}
