// Joins the page's clock to the map's frame. A Streamlit component (v2) that is sent once; with
// every rerun courier.js brings it `data`. It passes orders to the frame, reports what the map
// tells back to Python, lets the map follow slider and buttons before the server has heard of
// them, and draws the event ticks under the slider.
// The frame's side is answerParent in story_map.js; the server's is story/reconcile.py.
export default function link() {
    const meeting = globalThis.petrogradMeeting || (globalThis.petrogradMeeting = {});
    meeting.link = ({data, parentElement, setTriggerValue}) => {
        const joined = parentElement.petrogradLink || (parentElement.petrogradLink = join(parentElement));
        joined.update(data, setTriggerValue);
    };
    meeting.leave = ({parentElement}) => {
        if (parentElement.petrogradLink) parentElement.petrogradLink.stop();
        delete parentElement.petrogradLink;
    };
    if (meeting.arrived) meeting.link(meeting.arrived);

    function join(root) {
        const page = root.ownerDocument;
        const stops = [];
        let told = null;        // the newest data from Python
        let setTrigger = null;
        let obeyed = null;      // the seq the frame has been given
        let chosen;             // the place the frame has been given
        let event = null;       // the event it has been told to tell
        let looked = null;      // the view of the address it has been given
        let view = null;        // what the map looks at; null for the whole city
        let number = 0, inFlight = null, sent = 0, waiting = null;
        let events = [];        // [minute, importance, id], in the order in which they are told
        let at = 0;             // where the map is
        let ahead = null;       // where it was sent before the server had heard of it
        let insists = 0;

        const frame = () => page.querySelector(".st-key-map iframe");
        const listen = (target, name, act, capture = false) => {
            target.addEventListener(name, act, capture);
            stops.push(() => target.removeEventListener(name, act, capture));
        };
        // At once: what is posted in the course of a key or a click waits until the browser has painted.
        const post = order => {
            const target = frame();
            if (!target || !target.contentWindow) return;
            const said = {petrograd: order};
            try {
                target.contentWindow.dispatchEvent(new MessageEvent("message", {data: said, source: globalThis}));
            } catch {  // a frame out of reach
                target.contentWindow.postMessage(said, "*");
            }
        };

        function order() {
            const {seq, minute, playing, speed, place} = told;
            if (inFlight === null && told.event !== event) {
                event = told.event;
                post({tell: event});
            }
            clearTimeout(insists);
            if (seq !== obeyed && ahead !== null && Number.isFinite(minute) && minute !== ahead && !playing) {
                // the server answers something older; it is obeyed only if it has nothing to add
                insists = setTimeout(() => {
                    ahead = null;
                    order();
                }, 2000);
            } else if (seq !== obeyed) {
                ahead = null;
                obeyed = seq;
                post({seq, minute, playing, speed});
            }
            if (place !== chosen) {
                chosen = place;
                post({choose: place});
            }
            if (told.view && String(told.view) !== looked) {
                looked = String(told.view);
                post({look: told.view});
            }
        }

        // Reports go up one at a time; while one is under way the newest waits. One that was lost
        // with the connection holds up the others no longer than this.
        const LOST_MS = 5000;
        function report(said) {
            const {event, jump, ...rest} = waiting || {};
            const all = {...(said.event === undefined && said.jump === undefined ? waiting : rest), ...said};
            if (inFlight !== null && performance.now() - sent < LOST_MS) {
                waiting = all;
                return;
            }
            waiting = null;
            inFlight = ++number;
            sent = performance.now();
            setTrigger("report", {...all, number});
        }

        function acknowledge(last) {
            if (inFlight === null || last < inFlight) return;
            inFlight = null;
            if (waiting) report({});
        }

        listen(globalThis, "message", message => {
            const target = frame();
            if (!target || message.source !== target.contentWindow) return;
            const said = message.data && message.data.petrograd;
            if (!said || typeof said !== "object") return;
            if (said.ready) {  // a frame that has just loaded knows no order yet
                target.title = told.title;
                page.documentElement.lang = told.language;  // Streamlit says "en", whatever is said
                drawTicks(said.ticks, said.days, said.last);
                if (said.seq !== obeyed) {
                    obeyed = null;
                    chosen = undefined;
                    looked = null;
                }
                order();
            } else if (said.clock) {
                showClock(said);
            } else if (said.view !== undefined) {
                view = said.view;
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
            at = Math.round(share * last);
        }

        // the map goes there at once; the server's order for it follows
        function lead(share) {
            at = Math.round(share * last);
            ahead = at === told.minute ? null : at;
            post({share});
        }

        // The map follows finger and keys; the server hears of it once, on release. The slider's
        // range element changes its value while it is dragged without any event of its own.
        let held = false;
        const follow = range => lead((range.value - range.min) / (range.max - range.min));
        const rangeOf = target => target instanceof Element && target.closest(".st-key-minute") && page.querySelector(".st-key-minute input[type=range]");
        const watch = new MutationObserver(changes => {
            if (held) follow(changes[changes.length - 1].target);
        });
        stops.push(() => watch.disconnect());
        const grip = event => {
            const range = rangeOf(event.target);
            if (!range) return;
            held = true;
            watch.disconnect();
            watch.observe(range, {attributes: true, attributeFilter: ["value", "aria-valuetext"]});
            if (event.type === "keydown") letGo();
        };
        const letGo = () => requestAnimationFrame(() => { held = false; });
        for (const start of ["pointerdown", "keydown"]) listen(page, start, grip, true);
        for (const end of ["pointerup", "pointercancel"]) listen(page, end, () => {
            if (held && told.playing) report({jump: at});  // put back where it was, it would send nothing
            letGo();
        }, true);
        listen(page, "input", event => {
            const range = rangeOf(event.target);
            if (range) follow(range);
        }, true);

        // Previous, next and the days: the map steps, then the server is told where to. Without a
        // map, or where there is no event left, the buttons are Streamlit's own.
        listen(page, "click", click => {
            const box = click.target instanceof Element && click.target.closest(".st-key-previous, .st-key-next, [class*=st-key-day-]");
            if (!box || !events.length) return;  // redrawn under the finger, the click is its box's
            const day = /st-key-day-(\d+)/.exec(box.className);
            const goal = day ? {to: 1440 * (day[1] - 21), id: null} : neighbour(box.matches(".st-key-next"));
            if (!goal) return;
            click.preventDefault();
            click.stopPropagation();
            event = goal.id;
            post({tell: event});
            lead(goal.to / last);
            report(goal.id === null ? {jump: goal.to} : {event: goal.id});
        }, true);

        // the event before or after the one told; of those that share a minute the last needs no name
        function neighbour(forward) {
            const asked = events.findIndex(([minute, , id]) => id === event && minute === at);
            const here = asked >= 0 ? asked : events.findLastIndex(([minute]) => minute <= at);
            const goal = forward ? here + 1 : here - (events[here][0] === at ? 1 : 0);
            if (!events[goal]) return null;
            const [to, , id] = events[goal];
            const shared = events[goal + 1] && events[goal + 1][0] === to;
            return {to, id: shared ? id : null};
        }

        // events and places in the card and the lists; in a new tab the same links open cold
        listen(page, "click", event => {
            const anchor = event.target instanceof Element && event.target.closest("a[data-event], a[data-place]");
            if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            const {event: id, place} = anchor.dataset;
            if (id !== undefined) ahead = null;
            report(id === undefined ? {choose: place} : {event: id});
            if (!anchor.closest(".st-key-stage")) page.querySelector(".st-key-stage").scrollIntoView({block: "start"});
        }, true);

        // The address is the server's, which writes it at every step; what the map looks at is known here.
        function linkHere() {
            const {origin, pathname, search} = page.defaultView.location;
            const asked = new URLSearchParams(search);
            for (const key of ["view", "embed", "embed_options"]) asked.delete(key);
            if (view) asked.set("view", view.map((part, n) => part.toFixed(n < 2 ? 5 : 2)).join(","));
            return `${origin}${pathname}?${asked}`.replaceAll("%3A", ":").replaceAll("%2C", ",");
        }
        const quoted = text => `"${text.replace(/[&"<>]/g, sign => `&#${sign.charCodeAt(0)};`)}"`;
        listen(page, "click", async event => {
            const button = event.target instanceof Element && event.target.closest(".share button[data-copy]");
            if (!button) return;
            const box = button.closest(".share");
            const {title, copied, byHand} = box.dataset;
            const link = linkHere();
            const text = button.dataset.copy === "link" ? link
                : `<iframe src=${quoted(`${link}&embed=true`)} title=${quoted(title)} width="100%" `
                    + 'style="aspect-ratio: 4 / 3; min-height: 600px; border: 0" loading="lazy"></iframe>';
            const field = box.querySelector("textarea");
            const status = box.querySelector("[role=status]");
            field.value = text;
            try {
                await page.defaultView.navigator.clipboard.writeText(text);
                field.hidden = true;
                status.textContent = copied;
            } catch {
                field.hidden = false;
                field.select();
                status.textContent = page.execCommand("copy") ? copied : byHand;
            }
        });

        const strip = page.createElement("div");
        strip.className = "ticks";
        strip.setAttribute("aria-hidden", "true");
        const needle = page.createElement("i");
        root.append(strip);
        let last = 1;
        function drawTicks(ticks, days, lastMinute) {
            last = lastMinute;
            events = ticks;
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
            const to = Math.round(last * (event.clientX - box.left) / box.width);
            lead(to / last);
            report({jump: to});
        });

        return {
            update(data, setTriggerValue) {
                told = data;
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
                clearTimeout(insists);
                strip.remove();
            },
        };
    }
}
