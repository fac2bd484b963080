// Before the map is drawn: the kiosk's settings, taken from the file and from the address; what is
// noted for the staff; how the page heals; and the words of the language that was chosen. Settings,
// words and limits are story/kiosk.py's.
// Time is counted by performance.now, for the machine's date may be wrong.
(() => {
    "use strict";
    const K = globalThis.petrogradKiosk;
    const {limits, looks, settings} = K;
    const root = document.documentElement;

    // ---- what the page said to itself before it loaded anew: language, where it was, what was counted

    const kept = K.kept = (() => {
        try {
            const said = JSON.parse(globalThis.name).petrograd;
            return said && typeof said === "object" ? said : {};
        } catch {
            return {};
        }
    })();
    globalThis.name = "";
    let leaving = false;
    K.anew = (language, at = null) => {
        if (leaving) return;
        leaving = true;
        globalThis.name = JSON.stringify({petrograd: {language, at, up: K.upMs(), log: K.log}});
        location.reload();
    };

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
    const offered = given.languages;
    const kinds = {
        look: value => Object.hasOwn(looks, value), code: value => /^\d{4,8}$/.test(value),
        language: value => offered.includes(value),
        languages: value => value.split(",").every((each, n, all) => offered.includes(each) && all.indexOf(each) === n),
        address: () => false,  // its picture is in the file
    };
    const should = {look: Object.keys(looks).join(", "), code: K.words.code_should, language: offered.join(", "), languages: offered.join(", ")};
    const refuse = (key, value, instead) => K.remarks.push(K.words.bad_address
        .replace("{key}", key).replace("{value}", () => value.slice(0, 60)).replace("{should}", () => instead));
    for (const [key, value] of asked()) {
        if (!Object.hasOwn(given, key)) continue;
        const [low, high] = limits[key] || [];
        const number = value.trim() === "" ? NaN : Number(value);
        if (limits[key] ? number >= low && number <= high : (kinds[key] || (() => false))(value)) {
            settings[key] = limits[key] ? number : key === "languages" ? value.split(",") : value;
        } else if (value !== list(given[key])) {
            refuse(key, value, limits[key] ? `${low}–${high}` : should[key] || list(given[key]));
        }
    }
    root.dataset.look = settings.look;
    if (!settings.languages.includes(settings.language)) {
        refuse("language", settings.language, settings.languages.join(", "));
        settings.language = settings.languages[0];
    }

    // ---- what the staff may know: counted here, kept where the browser allows it, of fixed size

    const KEY = "petrograd-kiosk", RING = 50, LONGEST = 200;
    const log = K.log = {resets: 0, touches: 0, errors: []};
    const errorsOf = said => !Array.isArray(said) ? [] : said.filter(Array.isArray).slice(-RING)
        .map(([when, text]) => [String(when).slice(0, 20), String(text).slice(0, LONGEST)]);
    try {
        log.errors = errorsOf(JSON.parse(localStorage.getItem(KEY)));
    } catch { /* storage blocked, or not ours */ }
    if (kept.log) {
        for (const name of ["resets", "touches"]) if (Number.isSafeInteger(kept.log[name])) log[name] = kept.log[name];
        if (!log.errors.length) log.errors = errorsOf(kept.log.errors);
    }
    K.upMs = () => (Number.isFinite(kept.up) ? kept.up : 0) + performance.now();

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
        setTimeout(() => K.anew(settings.language), AGAIN_MS);
    }
    globalThis.addEventListener("error", event => {
        // a browser says so when sizes change in the middle of a frame; nothing is wrong then
        if (!String(event.message).startsWith("ResizeObserver loop")) K.note(event.message || event.type);
    });
    globalThis.addEventListener("unhandledrejection", event => K.note(event.reason));
    setTimeout(() => { if (!K.heal) fail(); }, START_MS);

    // ---- the language: that of the settings, or what a visitor chose before the page loaded anew

    const language = settings.languages.includes(kept.language) ? kept.language : settings.language;
    const telling = Object.hasOwn(K.tellings, language) ? K.tellings[language] : null;  // none for the page's own
    // what differs in another language, laid over what is so in the first
    function lay(first, over) {
        for (const [key, value] of Object.entries(over)) {
            const deeper = [value, Object.hasOwn(first, key) ? first[key] : null].every(each => each !== null && typeof each === "object");
            if (deeper && !Array.isArray(value)) lay(first[key], value); else first[key] = value;
        }
        return first;
    }
    if (telling) {
        const own = [...document.body.children].filter(node => !["SCRIPT", "TEMPLATE"].includes(node.tagName));
        const other = [...document.querySelectorAll("template")].find(node => node.dataset.language === language);
        document.body.prepend(other.content);
        for (const node of own) node.remove();
        root.lang = language;
        lay(K, telling.kiosk || {});
        lay(globalThis.petrogradStory, telling.page || {});
        document.title = globalThis.petrogradStory.title;
    }
    // those offered, in their order; lines of words begin with the one on the screen
    for (const box of document.querySelectorAll(".languages .box, .languages h2, .attract-touch, .failure h1")) {
        const lines = new Map([...box.children].map(node => [node.dataset.language || node.dataset.says, node]));
        lines.delete(undefined);
        for (const node of lines.values()) node.hidden = true;
        for (const each of new Set(box.matches(".box") ? settings.languages : [language, ...settings.languages])) {
            lines.get(each).hidden = false;
            box.append(lines.get(each));
        }
    }
    for (const node of document.querySelectorAll(".tools [data-kiosk=languages]")) node.hidden = settings.languages.length < 2;
    const {draw} = globalThis.ground;
    globalThis.ground.draw = (map, drawn) =>
        draw(map, {...lay(drawn, telling && telling.ground || {}), look: looks[settings.look]});
    const begin = globalThis.storyMap.begin;
    globalThis.storyMap.begin = (map, story, minute) => begin(map, lay(story, telling && telling.map || {}), minute);
})();
