// Before the map is drawn: the kiosk's settings, taken from the file and from the address; what is
// noted for the staff; and how the page heals. Settings, words and limits are story/kiosk.py's.
// Time is counted by performance.now, for the machine's date may be wrong.
(() => {
    "use strict";
    const K = globalThis.petrogradKiosk;
    const {limits, looks, words, settings} = K;
    const root = document.documentElement;
    root.dataset.kiosk = "start";

    // ---- settings: the file's, then those of the address; what will not do is told to the staff

    function asked() {
        const found = [...new URLSearchParams(location.hash.slice(1))];
        try {  // a page that frames this one lends it its address, if it may be read
            if (globalThis.parent !== globalThis) found.push(...new URLSearchParams(globalThis.parent.location.search));
        } catch { /* it may not */ }
        return found;
    }
    const given = K.given = {...settings};
    const list = value => Array.isArray(value) ? value.join(",") : String(value);
    const kinds = {
        look: value => value in looks, code: value => /^\d{4,8}$/.test(value),
        address: () => false,  // its picture is in the file
    };
    const should = {look: Object.keys(looks).join(", "), code: words.code_should};
    for (const [key, value] of asked()) {
        if (!Object.hasOwn(given, key)) continue;
        const [low, high] = limits[key] || [];
        const number = value.trim() === "" ? NaN : Number(value);
        if (limits[key] ? number >= low && number <= high : (kinds[key] || (() => false))(value)) {
            settings[key] = limits[key] ? number : value;
        } else if (value !== list(given[key])) {
            K.remarks.push(words.bad_address.replace("{key}", key).replace("{value}", () => value.slice(0, 60))
                .replace("{should}", () => limits[key] ? `${low}–${high}` : should[key] || list(given[key])));
        }
    }
    root.dataset.look = settings.look;
    const {draw} = globalThis.ground;
    globalThis.ground.draw = (map, drawn) => draw(map, {...drawn, look: looks[settings.look]});

    // ---- what the staff may know: counted here, kept where the browser allows it, of fixed size

    const KEY = "petrograd-kiosk", RING = 50, LONGEST = 200;
    const log = K.log = {resets: 0, touches: 0, errors: []};
    try {
        const kept = JSON.parse(localStorage.getItem(KEY));
        if (Array.isArray(kept)) {
            log.errors = kept.filter(Array.isArray).slice(-RING)
                .map(([when, text]) => [String(when).slice(0, 20), String(text).slice(0, LONGEST)]);
        }
    } catch { /* storage blocked, or not ours */ }

    // ---- healing: back to the attract loop; if that does not help, our own picture, and anew

    const LATELY_MS = 20000, OFTEN = 3, AGAIN_MS = 3000, START_MS = 15000;
    let lately = [];
    K.heal = null;  // kiosk.js says how, once it runs
    K.note = text => {
        log.errors = [...log.errors, [new Date().toISOString().slice(0, 16).replace("T", " "), String(text).slice(0, LONGEST)]].slice(-RING);
        try {
            localStorage.setItem(KEY, JSON.stringify(log.errors));
        } catch { /* storage full or blocked: what this run counted stands */ }
        const now = performance.now();
        lately = [...lately.filter(at => now - at < LATELY_MS), now];
        if (!K.heal || lately.length > OFTEN) return fail();
        setTimeout(() => {
            if (failed) return;
            try {
                K.heal();
            } catch {
                fail();
            }
        }, 0);
    };
    let failed = false;
    function fail() {
        if (failed) return;
        failed = true;
        root.dataset.kiosk = "failure";
        for (const part of document.querySelectorAll("body > *")) part.hidden = !part.classList.contains("failure");
        setTimeout(() => location.reload(), AGAIN_MS);
    }
    globalThis.addEventListener("error", event => {
        // a browser says so when sizes change in the middle of a frame; nothing is wrong then
        if (!String(event.message).startsWith("ResizeObserver loop")) K.note(event.message || event.type);
    });
    globalThis.addEventListener("unhandledrejection", event => K.note(event.reason));
    setTimeout(() => { if (!K.heal) fail(); }, START_MS);
})();
