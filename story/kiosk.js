// The kiosk: attract loop, languages, idle and reset, no way out, healing, staff view.
// It steers the page through globalThis.petrograd (export.js); settings, words and limits are those
// of story/kiosk.py. Time is counted by performance.now: the machine's date may be wrong.
(() => {
    "use strict";
    const {limits, looks, tour, words, about, settings: given, remarks: told} = globalThis.petrogradKiosk;
    const began = performance.now();
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

    // ---- settings: the file's, then the address's; what is wrong is told to the staff

    const remarks = [...told];
    const settings = {...given};
    for (const [key, value] of new URLSearchParams(location.hash.slice(1))) {
        if (!(key in given)) continue;
        const refuse = should => remarks.push(`${fill(words.bad_address, {key, value: value.slice(0, 60), should})}`);
        if (key in limits) {
            const [low, high] = limits[key];
            const number = value.trim() === "" ? NaN : Number(value);
            if (number >= low && number <= high) settings[key] = number; else refuse(`${low}–${high}`);
        } else if (key === "look") {
            if (looks.includes(value) && value === given.look) settings[key] = value; else refuse(given.look);
        } else refuse(String(given[key]));
    }
    root.dataset.kiosk = "start";

    // capital letters of 0.7 degrees: 0.0122 of the distance; in Georgia they are 0.69 of the size
    function textPx() {
        const {width, height} = globalThis.screen.width ? globalThis.screen : {width: innerWidth, height: innerHeight};
        const pxPerMm = Math.hypot(width, height) / (settings.inches * 25.4);
        const wanted = settings.distance * 10 * Math.tan(0.7 * Math.PI / 180) / 0.69 * pxPerMm;
        return {wanted, px: Math.max(16, Math.min(wanted, Math.min(innerWidth, innerHeight) / 26))};
    }
    let larger = 0;  // steps of the text-size button
    const STEPS = [1, 1.2, 1.4];
    function sizeText() {
        root.style.fontSize = `${(textPx().px * STEPS[larger]).toFixed(1)}px`;
        root.style.setProperty("--control", `${textPx().px.toFixed(1)}px`);
    }

    // ---- what staff may know: counted here, kept where the browser allows it, of fixed size

    const KEY = "petrograd-kiosk", RING = 50;
    const log = {resets: 0, touches: 0, errors: []};
    try {
        const kept = JSON.parse(localStorage.getItem(KEY));
        if (kept && Array.isArray(kept.errors)) log.errors = kept.errors.filter(each => Array.isArray(each)).slice(-RING).map(each => each.map(part => String(part).slice(0, 200)));
    } catch { /* storage blocked, or not ours */ }
    function keep() {
        try {
            localStorage.setItem(KEY, JSON.stringify({errors: log.errors}));
        } catch { /* storage full or blocked: the count of this run stands */ }
    }
    const upSeconds = () => Math.floor((performance.now() - began) / 1000);

    // ---- healing

    let lately = [];
    function note(text) {
        log.errors.push([new Date().toISOString().slice(0, 16).replace("T", " "), String(text).slice(0, 200)]);
        log.errors = log.errors.slice(-RING);
        keep();
        const now = performance.now();
        lately = [...lately.filter(at => now - at < 20000), now];
        if (lately.length > 3) return fail();
        try {
            reset();
        } catch {
            fail();
        }
    }
    let failed = false;
    function fail() {
        if (failed) return;
        failed = true;
        root.dataset.kiosk = "failure";
        one(".failure").hidden = false;
        setTimeout(() => location.reload(), 3000);
    }
    globalThis.addEventListener("error", event => note(event.message || event.type));
    globalThis.addEventListener("unhandledrejection", event => note(event.reason));
    const P = globalThis.petrograd;
    if (!P) return fail();
    const {host} = P;
    const {map} = host;

    // ---- what is shown: attract, languages, story, warning, staff

    let mode = null;
    const veils = {languages: one(".languages"), warning: one(".warning"), staff: one(".staff")};
    const attract = one(".attract");
    const behind = all("body > header, body > main, body > footer, body > .tools");
    function show(next) {
        mode = next;
        root.dataset.kiosk = next;
        attract.hidden = next !== "attract";
        for (const [name, veil] of Object.entries(veils)) veil.hidden = name !== next;
        for (const part of behind) part.inert = next !== "story";
        map.invalidateSize({animate: false, pan: false});
    }

    // every field that a visitor can change, as it was
    function restore() {
        P.begin();
        map.stop();
        larger = 0;
        sizeText();
        for (const box of all("details")) box.open = false;
        for (const box of all(".panes, .legend, .languages, .staff .box")) box.scrollTop = 0;
        globalThis.scrollTo(0, 0);
        globalThis.getSelection().removeAllRanges();
        if (document.activeElement) document.activeElement.blur();
        map.invalidateSize({animate: false, pan: false});
        host.showAll();
    }
    function reset() {
        log.resets += 1;
        restore();
        startTour();
    }
    function begin() {
        stopTour();
        restore();
        show("story");
        host.showAll();
        touched = performance.now();
    }
    function fingerprint() {
        const centre = map.getCenter();
        return {
            mode, ...P.fingerprint(),
            centre: [centre.lng.toFixed(5), centre.lat.toFixed(5)], zoom: map.getZoom(),
            text: root.style.fontSize, legend: all("details").map(box => box.open),
            scrolls: all(".panes, .legend").map(box => box.scrollTop), page: [scrollX, scrollY],
            scale: globalThis.visualViewport ? globalThis.visualViewport.scale : 1,
            selection: String(globalThis.getSelection()), focus: document.activeElement ? document.activeElement.tagName : null,
            address: location.href, history: history.length, language: root.lang,
        };
    }

    // ---- the attract loop

    const TOUR_MS = 118000, GLIDE_MS = 2600;
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    let stop = -1, stopBegan = 0, from = 0, side = 0;
    const stopMs = () => TOUR_MS / tour.length / settings.pace;
    function startTour() {
        show("attract");
        stop = -1;
        nextStop();
    }
    function stopTour() {
        stop = -1;
        map.stop();
    }
    function nextStop() {
        stop = (stop + 1) % tour.length;
        stopBegan = performance.now();
        from = stop === 0 ? tour[0].minute : host.minute;
        side = 1 - side;
        const {id, minute, title, place} = tour[stop];
        root.dataset.side = String(side);
        const clock = globalThis.storyMap.clockOf(minute, host.story.words.calendar);
        const {old_style: old, new_style: recent} = host.story.words.calendar;
        one(".attract-when").textContent = `${clock.weekday} ${clock.oldStyle}, ${clock.hour} (${old})`;
        one(".attract-other").textContent = `${clock.newStyle} (${recent})`;
        one(".attract-line").textContent = title;
        if (calm.matches) arrive();
        lookAt(place);
        glide();
        return id;
    }
    function arrive() {
        host.tell(tour[stop].id);
        host.setTime(tour[stop].minute);
    }
    // the place in the middle of the half that the panel leaves free
    function lookAt(place) {
        const said = host.story.places[place];
        const wide = !said || place === "petrograd";
        const zoom = wide ? 12.75 : 14.25;
        const at = L.latLng(wide ? [59.94, 30.325] : [said.at[1], said.at[0]]);
        const size = map.getSize();
        const off = size.x >= size.y ? [size.x / 4 * (side ? 1 : -1), 0] : [0, size.y / 4 * (side ? 1 : -1)];
        const centre = map.unproject(map.project(at, zoom).subtract(off), zoom);
        map.setView(centre, zoom, calm.matches ? {animate: false} : {animate: true, duration: 2});
    }
    function glide() {
        requestAnimationFrame(() => {
            if (mode !== "attract" || calm.matches || stop < 0) return;
            const part = Math.min(1, (performance.now() - stopBegan) / GLIDE_MS);
            if (part >= 1) return arrive();
            host.setTime(from + (tour[stop].minute - from) * part);
            glide();
        });
    }

    // ---- idle: counted from the last touch

    let touched = performance.now();
    let warnedAt = null;
    function warn() {
        warnedAt = performance.now();
        show("warning");
        countdown();
        one("[data-kiosk=keep]").focus();
    }
    function countdown() {
        const left = Math.ceil(settings.warning - (performance.now() - warnedAt) / 1000);
        const text = fill(words.starts_again, {n: String(Math.max(0, left))});
        if (one("#warning-text").textContent !== text) one("#warning-text").textContent = text;
        if (left <= 0) reset();
    }
    function goOn() {
        touched = performance.now();
        show("story");
        map.invalidateSize({animate: false, pan: false});
    }
    setInterval(() => {
        const now = performance.now();
        if (mode === "attract" && now - stopBegan >= stopMs()) nextStop();
        else if (mode === "story" && now - touched >= settings.idle * 1000) warn();
        else if (mode === "languages" && now - touched >= settings.idle * 1000) reset();
        else if (mode === "warning") countdown();
        else if (mode === "staff" && now - touched >= 60000) reset();
    }, 200);

    // ---- a heartbeat that a watchdog can read

    const title = document.title;
    const beat = () => { document.title = `${title} – ok ${upSeconds()} ${log.resets} ${log.errors.length}`; };
    setInterval(beat, 5000);
    beat();

    // ---- touches: nothing the browser would do by itself, and no way out

    const quiet = event => event.preventDefault();
    for (const name of ["contextmenu", "dragstart", "dragover", "drop", "selectstart", "gesturestart", "auxclick", "copy", "cut", "paste"]) {
        document.addEventListener(name, quiet, {capture: true, passive: false});
    }
    document.addEventListener("wheel", event => { if (event.ctrlKey || event.metaKey) event.preventDefault(); }, {capture: true, passive: false});
    document.addEventListener("touchmove", event => {
        if (event.touches.length > 1 && !map.getContainer().contains(event.target)) event.preventDefault();
    }, {capture: true, passive: false});
    const KEYS = new Set(["Tab", "Enter", " ", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);
    document.addEventListener("keydown", event => {
        if (!KEYS.has(event.key) || event.ctrlKey || event.altKey || event.metaKey) {
            event.preventDefault();
            event.stopImmediatePropagation();
        }
        wake(event);
    }, true);

    let ending = false;  // the touch that ends the attract loop does nothing else
    function wake(event) {
        touched = performance.now();
        log.touches += event.type === "pointerdown" ? 1 : 0;
        if (mode === "attract") {
            ending = true;
            event.preventDefault();
            event.stopImmediatePropagation();
            if (settings.languages.length > 1) chooseLanguage(); else begin();
        } else if (mode === "warning") {
            ending = event.type === "pointerdown";
            event.preventDefault();
            event.stopImmediatePropagation();
            goOn();
        }
    }
    document.addEventListener("pointerdown", event => {
        ending = false;
        press(event);
        wake(event);
    }, true);
    for (const name of ["pointerup", "mousedown", "mouseup", "touchstart", "touchend", "click"]) {
        document.addEventListener(name, event => {
            if (!ending) return;
            event.preventDefault();
            event.stopImmediatePropagation();
            if (name === "click") ending = false;
        }, {capture: true, passive: false});
    }
    document.addEventListener("pointermove", event => { if (event.buttons && mode === "story") touched = performance.now(); }, {capture: true, passive: true});

    // ---- buttons of the kiosk: what elsewhere takes a drag, a pinch or a wheel

    const panes = one(".panes");
    const still = {animate: false};
    const pan = (x, y) => { const size = map.getSize(); map.panBy([x * size.x / 3, y * size.y / 3], calm.matches ? still : {}); };
    const acts = {
        in: () => map.zoomIn(1), out: () => map.zoomOut(1), whole: () => host.showAll(),
        north: () => pan(0, -1), south: () => pan(0, 1), west: () => pan(-1, 0), east: () => pan(1, 0),
        up: () => panes.scrollBy({top: -panes.clientHeight * 0.8}), down: () => panes.scrollBy({top: panes.clientHeight * 0.8}),
        text: () => { larger = (larger + 1) % STEPS.length; sizeText(); },
        again: () => begin(),
        keep: () => goOn(),
    };
    document.addEventListener("click", event => {
        const button = event.target instanceof Element && event.target.closest("[data-kiosk]");
        if (button && acts[button.dataset.kiosk]) acts[button.dataset.kiosk]();
    });

    // ---- languages

    function chooseLanguage() {
        show("languages");
        touched = performance.now();
        const box = make("div", "box");
        for (const language of settings.languages) {
            const button = make("button", "main", language);
            button.type = "button";
            button.lang = language;
            button.addEventListener("click", begin);
            box.append(button);
        }
        veils.languages.replaceChildren(box);
        box.firstChild.focus();
    }

    // ---- the staff view: five seconds in the upper left corner, then the code

    const CORNER_PX = 160, PRESS_MS = 5000;
    let pressing = null;
    function press(event) {
        clearTimeout(pressing);
        if (event.clientX > CORNER_PX || event.clientY > CORNER_PX || mode === "staff") return;
        pressing = setTimeout(() => keypad(), PRESS_MS);
    }
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => clearTimeout(pressing), true);
    const staffBox = one(".staff .box");
    function keypad() {
        stopTour();
        show("staff");
        ending = false;
        touched = performance.now();
        let typed = "";
        const shown = make("p", "typed", "–");
        shown.setAttribute("aria-live", "polite");
        const keys = make("div", "keypad");
        for (const sign of ["1", "2", "3", "4", "5", "6", "7", "8", "9", "×", "0", "✓"]) {
            const key = make("button", "", sign);
            key.type = "button";
            if (sign === "×") key.setAttribute("aria-label", words.close);
            if (sign === "✓") key.setAttribute("aria-label", words.enter);
            key.addEventListener("click", () => {
                if (sign === "×") return reset();
                if (sign === "✓") {
                    if (typed === settings.code) return staffView();
                    typed = "";
                } else if (typed.length < 8) typed += sign;
                shown.textContent = "•".repeat(typed.length) || "–";
            });
            keys.append(key);
        }
        staffBox.replaceChildren(make("h2", "", words.staff_code), shown, keys);
        keys.firstChild.focus();
    }
    function staffView() {
        const seconds = upSeconds();
        const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24, minutes = Math.floor(seconds / 60) % 60;
        const list = make("dl");
        const row = (name, text) => list.append(make("dt", "", name), make("dd", "", text));
        row(words.version, about.version);
        row(words.data, fill(words.data_line, {events: String(about.events), places: String(about.places), sources: String(about.sources)}));
        row(words.uptime, fill(words.uptime_line, {days: String(days), hours: String(hours), minutes: String(minutes)}));
        row(words.resets, String(log.resets));
        row(words.touches, String(log.touches));
        const {wanted, px} = textPx();
        row(words.text_size, fill(words.text_line, {px: px.toFixed(0), wanted: wanted.toFixed(0)}));
        for (const [key, value] of Object.entries(settings)) if (key !== "code") row(key, Array.isArray(value) ? value.join(", ") : String(value) || "–");
        const faults = make("ul");
        for (const remark of remarks) faults.append(make("li", "", remark));
        if (!remarks.length) faults.append(make("li", "", words.no_remarks));
        const errors = make("ul");
        for (const [when, text] of [...log.errors].reverse()) errors.append(make("li", "", `${when} ${text}`));
        if (!log.errors.length) errors.append(make("li", "", words.no_errors));
        const close = make("button", "main", words.close);
        close.type = "button";
        close.addEventListener("click", reset);
        const scroll = make("div", "staff-text");
        scroll.tabIndex = 0;
        scroll.append(make("h2", "", words.staff), list, make("h3", "", words.remarks), faults, make("h3", "", words.errors), errors);
        staffBox.replaceChildren(scroll, close);
        close.focus();
    }

    // ---- begin

    sizeText();
    globalThis.addEventListener("resize", sizeText);
    if (given.address) one(".read-on").hidden = false;
    P.kiosk = {fingerprint, reset, begin, settings, log, remarks, get mode() { return mode; }, note};
    restore();
    startTour();
})();
