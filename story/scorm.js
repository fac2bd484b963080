// The page in a course (SCORM 1.2): keeps the place, counts the events seen, says when it is done.
// The learning system is whatever answers as `API` in a window above; without one nothing happens.
(() => {
    "use strict";
    const {host, address, read} = globalThis.petrograd;
    const {complete} = globalThis.petrogradCourse;  // "last", or the share of events to be seen, 0..1
    const events = host.story.events;
    const LOCATION = 255, SUSPEND = 4096;  // characters that SCORM 1.2 grants
    const SEEN_MS = 700;                   // an event passed by in a drag is not seen

    function findApi() {
        const reach = from => {
            for (let above = from, n = 0; above && n < 12; above = above.parent, n++) {
                try {
                    if (above.API) return above.API;
                } catch { /* a window of another host */ }
                if (above.parent === above) break;
            }
            return null;
        };
        let opener = null;
        try {
            opener = globalThis.opener || globalThis.top.opener;
        } catch { /* out of reach */ }
        return reach(globalThis) || (opener ? reach(opener) : null);
    }

    const api = findApi();
    let open = false;
    // a learning system that fails must not take the story down
    const ask = (name, ...said) => {
        try {
            return String(api[name](...said));
        } catch {
            return "";
        }
    };
    const get = element => ask("LMSGetValue", element);
    const put = (element, value) => ask("LMSSetValue", element, value) === "true";

    // which events were seen: a bit an event, six to a letter
    const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const seen = new Set();
    const pack = () => {
        let text = "";
        for (let at = 0; at < events.length; at += 6) {
            let six = 0;
            for (let bit = 0; bit < 6; bit++) if (at + bit < events.length && seen.has(events[at + bit].id)) six |= 1 << bit;
            text += LETTERS[six];
        }
        return `1.${events.length}.${text}`;  // a package of other events starts its count anew
    };
    const unpack = text => {
        const [form, count, bits] = String(text).split(".");
        if (form !== "1" || Number(count) !== events.length || !bits) return;
        [...bits].forEach((letter, at) => {
            const six = LETTERS.indexOf(letter);
            for (let bit = 0; bit < 6; bit++) {
                const event = events[at * 6 + bit];
                if (six >= 0 && event && six & 1 << bit) seen.add(event.id);
            }
        });
    };

    let done = false;
    const isDone = () => complete === "last"
        ? seen.has(events[events.length - 1].id) : seen.size >= Math.ceil(complete * events.length);

    const began = performance.now();
    function sessionTime() {
        const whole = Math.floor((performance.now() - began) / 1000);
        const two = n => String(n).padStart(2, "0");
        return `${String(Math.min(9999, Math.floor(whole / 3600))).padStart(4, "0")}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.00`;
    }

    let saved = "";
    function save() {
        if (!open) return;
        let place = address();
        if (place.length > LOCATION) place = place.split("&").slice(0, 1).join("");
        const packed = pack().slice(0, SUSPEND);
        const status = done || isDone() ? "completed" : "incomplete";
        const all = `${place} ${packed} ${status}`;
        if (all === saved) return;
        saved = all;
        done = status === "completed";
        put("cmi.core.lesson_location", place);
        put("cmi.suspend_data", packed);
        put("cmi.core.lesson_status", status);
        ask("LMSCommit", "");
    }

    function leave() {
        if (!open) return;
        save();
        put("cmi.core.session_time", sessionTime());
        put("cmi.core.exit", "suspend");
        ask("LMSCommit", "");
        ask("LMSFinish", "");
        open = false;
    }

    function enter() {
        if (!api || open || ask("LMSInitialize", "") !== "true") return;
        open = true;
        const status = get("cmi.core.lesson_status");
        done = status === "completed" || status === "passed";
        unpack(get("cmi.suspend_data"));
        const place = get("cmi.core.lesson_location");
        if (place.includes("=")) read(place);
        if (!done && status !== "incomplete") put("cmi.core.lesson_status", "incomplete");
        ask("LMSCommit", "");
    }

    let waiting = null;
    function look() {
        clearTimeout(waiting);
        const told = host.told;
        if (told === null || seen.has(told)) return;
        waiting = setTimeout(() => {
            if (host.told !== told) return;
            seen.add(told);
            save();
        }, SEEN_MS);
    }

    enter();
    if (!api) return;
    host.listen(look);
    look();
    // never on unload: browsers no longer promise it, and it would keep the page out of their cache
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
    globalThis.addEventListener("pagehide", leave);
    globalThis.addEventListener("pageshow", event => { if (event.persisted) enter(); });
})();
