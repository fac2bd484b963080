// The kiosk: attract loop, idle and reset, no way out, staff view. It steers the page through
// globalThis.petrograd (export.js), with the settings that kiosk_start.js took.
(() => {
    "use strict";
    const K = globalThis.petrogradKiosk;
    const P = globalThis.petrograd;
    const {settings, tour, words, about, log, remarks, kept} = K;
    const {host} = P;
    const {map} = host;
    const root = document.documentElement;
    const one = query => document.querySelector(query);
    const all = query => [...document.querySelectorAll(query)];
    const make = (name, className, text) => {
        const node = document.createElement(name);
        if (className) node.className = className;
        if (text !== undefined) node.textContent = text;
        return node;
    };
    const fill = (text, filled) => text.replace(/\{(\w+)\}/g, (gap, name) => name in filled ? filled[name] : gap);
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    root.classList.remove("framed");  // in a frame too, the kiosk has the screen to itself

    // ---- sizes: from the screen's inches and the distance of the eye

    const CAPITAL_DEGREES = 0.7;  // EN 301 549, 5.1.4
    const MAP_PART = 0.6;  // names on the map, as a part of the text
    const STEPS = [1, 1.2, 1.4];
    const capital = (() => {  // height of a capital letter, as a part of the size of the face
        const pen = document.createElement("canvas").getContext("2d");
        pen.font = `100px ${getComputedStyle(document.body).fontFamily}`;
        return pen.measureText("H").actualBoundingBoxAscent / 100 || 0.69;
    })();
    let larger = 0;
    function textPx() {
        const {width, height} = globalThis.screen;
        const pxPerMm = Math.hypot(width, height) / (settings.inches * 25.4);
        const wanted = settings.distance * 10 * Math.tan(CAPITAL_DEGREES * Math.PI / 180) / capital * pxPerMm;
        return {wanted, px: Math.max(16, Math.min(wanted, Math.min(innerWidth, innerHeight) / 26))};
    }
    function sizeText() {
        const {px} = textPx();
        root.style.fontSize = `${(px * STEPS[larger]).toFixed(1)}px`;
        root.style.setProperty("--control", `${px.toFixed(1)}px`);
        root.style.setProperty("--map-scale", Math.max(1, px * MAP_PART / 13).toFixed(3));
    }

    // ---- what is shown: attract, languages, story, warning, staff

    let mode = null;
    let left = null;  // the view that the choice of the language lies over; none before the story has begun
    let warned = null;  // since when the warning stands, and where the focus was
    const attract = one(".attract");
    const veils = {languages: one(".languages"), warning: one(".warning"), staff: one(".staff")};
    const story = all("body > header, body > main");
    const panes = one(".panes");
    const staffBox = one(".staff .box");
    panes.tabIndex = 0;
    function show(next) {
        mode = next;
        root.dataset.kiosk = next;
        attract.hidden = next !== "attract";
        for (const [name, veil] of Object.entries(veils)) veil.hidden = name !== next;
        for (const part of story) part.inert = next !== "story";
    }

    // every field that a visitor can change, as it was, and nothing kept of what was shown
    function restore() {
        if (map._animatingZoom) map._onZoomTransitionEnd();  // or it would end after the reset
        map.stop();
        map.dragging.disable();  // of a finger that never left
        map.dragging.enable();
        const {touchZoom} = map;  // and of two
        touchZoom._zooming = false;
        L.DomEvent.off(document, "touchmove", touchZoom._onTouchMove, touchZoom);
        L.DomEvent.off(document, "touchend touchcancel", touchZoom._onTouchEnd, touchZoom);
        larger = 0;
        sizeText();
        P.begin();
        for (const fading of all(".leaflet-popup")) fading.remove();
        map._popup = null;  // Leaflet would keep the last card
        left = warned = null;
        staffBox.replaceChildren();
        for (const box of all("details")) box.open = false;
        for (const box of [panes, ...all(".legend")]) {
            box.scrollTop = 1;  // a scroll that has not moved yet is ended only by one that moves
            box.scrollTop = 0;
        }
        globalThis.scrollTo(0, 0);
        globalThis.getSelection().removeAllRanges();
        if (document.activeElement) document.activeElement.blur();
        map.invalidateSize({animate: false, pan: false});
        host.showAll();
    }
    function reset() {
        log.resets += 1;
        if (root.lang !== settings.language) return K.anew(settings.language);
        show("attract");
        restore();
        startTour();
    }
    function begin() {
        stop = -1;
        show("story");
        restore();
        touched = performance.now();
    }

    // ---- the language: the first choice, and at any time from its button

    function askLanguage(over = null) {
        left = over;
        show("languages");
        one(`button[data-language=${root.lang}]`).focus();
    }
    function tellIn(language) {
        touched = performance.now();
        if (language !== root.lang) return K.anew(language, left || {});
        show("story");
        if (left) one("button[data-kiosk=languages]").focus({preventScroll: true});
    }
    const view = () => ({query: P.address(), pane: P.state.pane, larger});
    function goBackTo({query, pane, larger: size}) {
        begin();
        if (typeof query === "string") P.read(query);
        if (all("[data-pane]").some(button => button.dataset.pane === pane)) P.open(pane);
        if (Number.isInteger(size) && STEPS[size]) larger = size;
        sizeText();
        if (query) one("button[data-kiosk=languages]").focus({preventScroll: true});
        kept.at = null;
    }

    // everything a visitor can see or change; the tour's own steps are told by their number
    function fingerprint() {
        const {lng, lat} = map.getCenter();
        const seen = mode === "attract" ? {stop, ...P.fingerprint(), minute: null, told: null, view: null, article: null}
            : {...P.fingerprint(), centre: [lng.toFixed(5), lat.toFixed(5)], zoom: map.getZoom()};
        return {
            mode, ...seen, size: [innerWidth, innerHeight], text: root.style.fontSize, look: root.dataset.look,
            legend: all("details").map(box => box.open), scrolls: [panes, ...all(".legend")].map(box => box.scrollTop),
            page: [scrollX, scrollY], scale: globalThis.visualViewport ? globalThis.visualViewport.scale : 1,
            selection: String(globalThis.getSelection()), focus: document.activeElement ? document.activeElement.tagName : null,
            address: location.href, history: history.length, language: root.lang,
        };
    }

    // ---- the attract loop: from moment to moment, the words on a dark half that changes sides

    const TOUR_MS = 118000, GLIDE_MS = 2600;
    const WIDE = {at: [59.9395, 30.325], zoom: 12.5}, NEAR = 14;
    let stop = -1, stopBegan = 0, from = 0, side = 0, arrived = false;
    const stopMs = () => TOUR_MS / tour.length / settings.pace;
    function startTour() {
        stop = -1;
        side = 1;
        nextStop();
    }
    function nextStop() {
        stop = (stop + 1) % tour.length;
        stopBegan = performance.now();
        side = 1 - side;
        arrived = false;
        from = stop === 0 ? tour[0].minute : host.minute;
        root.dataset.side = String(side);
        root.dataset.rise = String(stop % 3);
        one(".attract-line").textContent = tour[stop].title;
        lookAt(tour[stop].place);
        glide();
    }
    function moveTo(minute) {
        host.setTime(minute);
        const calendar = host.story.words.calendar;
        const {weekday, oldStyle, newStyle, hour} = globalThis.storyMap.clockOf(minute, calendar);
        one(".attract-when").textContent = `${weekday} ${oldStyle}, ${hour} (${calendar.old_style})`;
        one(".attract-other").textContent = `${newStyle} (${calendar.new_style})`;
    }
    function lookAt(id) {
        const place = host.story.places[id];
        const {at, zoom} = place ? {at: [place.at[1], place.at[0]], zoom: NEAR} : WIDE;
        map.setView(at, zoom, calm.matches ? {animate: false} : {animate: true, duration: 2});
    }
    function glide() {
        if (mode !== "attract" || arrived || stop < 0) return;
        const part = calm.matches ? 1 : Math.min(1, (performance.now() - stopBegan) / GLIDE_MS);
        arrived = part === 1;
        if (arrived) host.tell(tour[stop].id);
        moveTo(Math.floor(from + (tour[stop].minute - from) * part));
        if (!arrived) requestAnimationFrame(glide);
    }

    // ---- idle: counted from the last touch

    let touched = performance.now();
    function warn() {
        warned = {at: performance.now(), focus: document.activeElement};
        show("warning");
        countdown();
        one("[data-kiosk=keep]").focus();
    }
    function countdown() {
        const left = Math.ceil(settings.warning - (performance.now() - warned.at) / 1000);
        const text = fill(words.starts_again, {n: String(Math.max(0, left))});
        if (one("#warning-text").textContent !== text) one("#warning-text").textContent = text;
        if (left <= 0) reset();
    }
    function goOn() {
        touched = performance.now();
        show("story");
        if (warned.focus) warned.focus.focus({preventScroll: true});
    }
    const STAFF_MS = 60000;
    setInterval(() => {
        const now = performance.now();
        if (mode === "attract" && now - stopBegan >= stopMs()) nextStop();
        else if (mode === "attract" && now - stopBegan > GLIDE_MS) glide();  // where no frame is drawn
        else if (mode === "story" && now - touched >= settings.idle * 1000) warn();
        else if (mode === "warning") countdown();
        else if (mode === "staff" && now - touched >= STAFF_MS) reset();
        else if (mode === "languages" && now - touched >= settings.idle * 1000) (left ? warn : reset)();  // at the start nothing is lost
    }, 200);

    // ---- a heartbeat that a watchdog can read

    const title = document.title;
    const upSeconds = () => Math.floor(K.upMs() / 1000);
    const beat = () => {
        const said = `ok ${upSeconds()} ${log.resets} ${log.errors.length}`;
        document.title = `${title} – ${said}`;
        if (globalThis.top !== globalThis) globalThis.top.postMessage({petrograd: {beat: said}}, "*");  // deploy/kiosk/start.html hears it
        try {
            globalThis.parent.document.title = document.title;
        } catch { /* the page round the frame is not ours */ }
    };
    setInterval(beat, 5000);
    beat();

    // ---- no way out: nothing that the browser would do by itself

    for (const name of ["contextmenu", "dragstart", "dragover", "drop", "selectstart", "gesturestart", "auxclick", "copy", "cut", "paste"]) {
        document.addEventListener(name, event => event.preventDefault(), {capture: true, passive: false});
    }
    document.addEventListener("mouseup", event => { if (event.button > 2) event.preventDefault(); }, true);  // back, forward
    document.addEventListener("wheel", event => { if (event.ctrlKey || event.metaKey) event.preventDefault(); }, {capture: true, passive: false});
    document.addEventListener("touchmove", event => {
        if (event.touches.length > 1 && !map.getContainer().contains(event.target)) event.preventDefault();
    }, {capture: true, passive: false});
    try {  // going back leads here again
        if (!history.state || history.state.kiosk !== 2) {
            history.replaceState({kiosk: 1}, "");
            history.pushState({kiosk: 2}, "");
        }
        globalThis.addEventListener("popstate", event => { if (event.state && event.state.kiosk === 1) history.forward(); });
    } catch { /* a frame whose history may not be changed */ }
    try {  // a page round the frame may shut it off, as Streamlit does while its server is away
        const frame = globalThis.frameElement;
        const free = () => { for (let node = frame; node; node = node.parentElement) node.inert = false; };
        if (frame) new MutationObserver(free).observe(frame.ownerDocument, {attributes: true, subtree: true, attributeFilter: ["inert"]});
    } catch { /* that page is not ours to change */ }
    one(".leaflet-control-zoom").remove();  // its buttons are links; the kiosk has its own
    map.on("popupopen", ({popup}) => {
        const cross = popup.getElement().querySelector(".leaflet-popup-close-button");
        cross.removeAttribute("href");
        cross.tabIndex = 0;
    });

    // ---- touches

    // five seconds in the upper left corner are a call of the staff
    const PRESS_MS = 5000;
    const CORNER_PX = () => 5 * textPx().px;
    let pressing = null;
    function press(event) {
        clearTimeout(pressing);
        if (mode !== "staff" && event.clientX <= CORNER_PX() && event.clientY <= CORNER_PX()) pressing = setTimeout(keypad, PRESS_MS);
    }
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => clearTimeout(pressing), true);

    const KEYS = new Set(["Tab", "Enter", " ", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);
    let ending = false;  // the touch that ends the attract loop or the warning does nothing else
    const swallow = event => {
        event.preventDefault();
        event.stopImmediatePropagation();
    };
    function wake(event) {
        touched = performance.now();
        if (mode === "attract" && settings.languages.length > 1) {
            begin();
            askLanguage();
        } else if (mode === "attract") begin();
        else if (mode === "warning") goOn();
        else return;
        ending = event.type === "pointerdown";
        swallow(event);
    }
    document.addEventListener("keydown", event => {
        ending = false;
        if (!KEYS.has(event.key) || event.ctrlKey || event.altKey || event.metaKey) swallow(event);
        wake(event);
    }, true);
    document.addEventListener("pointerdown", event => {
        ending = false;
        log.touches += 1;
        press(event);
        wake(event);
    }, true);
    for (const name of ["pointerup", "mousedown", "mouseup", "touchstart", "touchend", "click", "dblclick"]) {
        document.addEventListener(name, event => {
            if (!ending) return;
            swallow(event);
            if (name === "click") ending = false;
        }, {capture: true, passive: false});
    }
    for (const name of ["pointermove", "wheel"]) {
        document.addEventListener(name, event => {
            if (mode === "story" && (event.buttons || name === "wheel")) touched = performance.now();
        }, {capture: true, passive: true});
    }

    // ---- buttons: what elsewhere takes a drag, a pinch or a wheel

    const still = {animate: false};
    const pan = (x, y) => {
        const size = map.getSize();
        map.panBy([x * size.x / 3, y * size.y / 3], calm.matches ? still : {});
    };
    const zoom = by => map.setZoom(map.getZoom() + by, calm.matches ? still : {});
    const scroll = by => panes.scrollBy({top: by * panes.clientHeight * 0.8, behavior: calm.matches ? "instant" : "smooth"});
    const acts = {
        in: () => zoom(1), out: () => zoom(-1), whole: () => host.showAll(),
        north: () => pan(0, -1), south: () => pan(0, 1), west: () => pan(-1, 0), east: () => pan(1, 0),
        up: () => scroll(-1), down: () => scroll(1),
        text: () => { larger = (larger + 1) % STEPS.length; sizeText(); },
        again: begin,
        keep: goOn,
        languages: () => askLanguage(view()),
        language: button => tellIn(button.dataset.language),
    };
    document.addEventListener("click", event => {
        const button = event.target instanceof Element && event.target.closest("[data-kiosk]:is(button)");
        if (button) acts[button.dataset.kiosk](button);
    });
    // a button that would do nothing says so
    const ways = [one("[data-kiosk=up]"), one("[data-kiosk=down]")];
    function showWays() {
        const {scrollTop, scrollHeight, clientHeight} = panes;
        const [up, down] = [scrollTop > 1, scrollTop + clientHeight < scrollHeight - 1];
        for (const [n, on] of [up, down].entries()) ways[n].setAttribute("aria-disabled", String(!on));
    }
    panes.addEventListener("scroll", () => {
        if (mode === "attract") panes.scrollTop = 0;  // a finger had set it rolling
        showWays();
    });
    new ResizeObserver(showWays).observe(panes);
    new MutationObserver(showWays).observe(panes, {attributes: true, subtree: true, childList: true, attributeFilter: ["class", "hidden"]});

    // ---- the staff view, behind a code

    const TRIES = 5;
    const button = (text, act, className = "") => {
        const made = make("button", className, text);
        made.type = "button";
        made.addEventListener("click", act);
        return made;
    };
    function keypad() {
        stop = -1;
        show("staff");
        ending = true;  // the finger is still down
        touched = performance.now();
        let typed = "", tries = 0;
        const shown = make("p", "typed", "–");
        const type = sign => {
            typed = sign === null ? "" : (typed + sign).slice(0, 8);
            shown.textContent = "•".repeat(typed.length) || "–";
        };
        const enter = () => {
            if (typed === settings.code) return staffView();
            type(null);
            if (++tries === TRIES) reset();
        };
        const keys = make("div", "keypad");
        keys.append(...["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(sign => button(sign, () => type(sign))),
            button(words.close, reset), button("0", () => type("0")), button(words.enter, enter, "main"));
        staffBox.replaceChildren(make("h2", "", words.staff_code), shown, keys);
        keys.firstChild.focus();
    }
    function staffView() {
        touched = performance.now();
        const seconds = upSeconds();
        const list = make("dl");
        const row = (name, text) => list.append(make("dt", "", name), make("dd", "", text));
        row(words.version, about.version);
        row(words.data, fill(words.data_line, about));
        row(words.uptime, fill(words.uptime_line, {
            days: String(Math.floor(seconds / 86400)), hours: String(Math.floor(seconds / 3600) % 24), minutes: String(Math.floor(seconds / 60) % 60)}));
        row(words.resets, String(log.resets));
        row(words.touches, String(log.touches));
        const {wanted, px} = textPx();
        row(words.text_size, fill(words.text_line, {px: px.toFixed(0), wanted: wanted.toFixed(0)}));
        for (const [key, value] of Object.entries(settings)) {
            if (key !== "code") row(key, (Array.isArray(value) ? value.join(", ") : String(value)) || "–");
        }
        const lines = (said, none) => {
            const box = make("ul");
            box.append(...(said.length ? said : [none]).map(line => make("li", "", line)));
            return box;
        };
        const told = make("div", "staff-text");
        told.tabIndex = 0;
        told.append(make("h2", "", words.staff), list,
            make("h3", "", words.remarks), lines(remarks, words.no_remarks),
            make("h3", "", words.errors), lines(log.errors.map(([when, text]) => `${when} ${text}`).reverse(), words.no_errors));
        const close = button(words.close, reset, "main");
        staffBox.replaceChildren(told, close);
        close.focus();
    }

    // ---- begin

    globalThis.addEventListener("resize", () => {
        sizeText();
        map.invalidateSize({animate: false, pan: false});
    });
    P.kiosk = {fingerprint, reset, begin, settings, log, remarks, note: K.note, get mode() { return mode; }};
    if (kept.at && typeof kept.at === "object") goBackTo(kept.at);
    else {
        show("attract");
        restore();
        startTour();
    }
    K.heal = reset;
    one(".failure").hidden = true;
})();
