// The page in a course (SCORM 1.2): keeps the place, counts the events seen, says when it is done.
// The learning system is whatever answers as `API` in a window above; without one nothing happens.
(() => {
    "use strict";
    const {host, address, read} = globalThis.petrograd;
    const {complete, words} = globalThis.petrogradCourse;  // "last", or the share of events to be seen, 0..1
    const events = host.story.events;
    const LOCATION = 255, SUSPEND = 4096;  // characters that SCORM 1.2 grants
    const SEEN_MS = 700;                   // an event passed by in a drag is not seen
    const COMMIT_MS = 10000;               // a thousand readers who step on must not ask the server each time

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
    if (!api) return;
    // a learning system that fails must not take the story down
    const ask = (name, ...said) => {
        try {
            return String(api[name](...said));
        } catch {
            return "";
        }
    };
    const get = element => ask("LMSGetValue", element);
    const put = (element, value) => ask("LMSSetValue", element, value);

    // which events were seen: a bit an event, six to a letter
    const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const seen = new Set();
    // a package of other events starts its count anew
    const form = (() => {
        let sum = 0;
        for (const letter of events.map(event => event.id).join(" ")) sum = (Math.imul(sum, 31) + letter.codePointAt(0)) >>> 0;
        return `1.${events.length}.${sum.toString(36)}`;
    })();
    const pack = () => {
        let text = "";
        for (let at = 0; at < events.length; at += 6) {
            let six = 0;
            for (let bit = 0; bit < 6; bit++) if (at + bit < events.length && seen.has(events[at + bit].id)) six |= 1 << bit;
            text += LETTERS[six];
        }
        return `${form}.${text}`.slice(0, SUSPEND);
    };
    const unpack = text => {
        if (!text.startsWith(`${form}.`)) return;
        [...text.slice(form.length + 1)].forEach((letter, at) => {
            const six = LETTERS.indexOf(letter);
            for (let bit = 0; bit < 6; bit++) {
                const event = events[at * 6 + bit];
                if (six >= 0 && event && six & 1 << bit) seen.add(event.id);
            }
        });
    };

    let open = false;
    let counts = true;   // not where a teacher looks through it, or a learner looks back
    let done = false;    // completed or passed, now or in an earlier sitting
    let settled = false; // and the learning system has taken it
    // 7 in 100 of 100 events are 7, though 0.07 * 100 is a little more
    const isDone = () => complete === "last"
        ? seen.has(events[events.length - 1].id) : seen.size >= complete * events.length - 1e-6;

    const began = performance.now();
    function sessionTime() {
        const whole = Math.floor((performance.now() - began) / 1000);
        const two = n => String(n).padStart(2, "0");
        return `${String(Math.min(9999, Math.floor(whole / 3600))).padStart(4, "0")}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.00`;
    }

    let kept = "";       // what the learning system last said it has stored
    let waiting = null;  // for the next commit
    const standing = () => {
        const whole = address();
        return [whole.length > LOCATION ? whole.split("&")[0] : whole, pack(), done];
    };
    function write() {
        const [place, packed] = standing();
        put("cmi.core.lesson_location", place);
        put("cmi.suspend_data", packed);
        if (done && !settled) settled = put("cmi.core.lesson_status", "completed") === "true";
    }
    function commit() {
        clearTimeout(waiting);
        waiting = null;
        const now = standing().join(" ");
        if (!open || !counts || now === kept) return;
        write();
        if (ask("LMSCommit", "") === "true") kept = now;
    }

    // LMSFinish stores as well, and unlike a commit it is made for a page that is going
    function leave() {
        if (!open) return;
        if (counts) {
            write();
            put("cmi.core.session_time", sessionTime());
            put("cmi.core.exit", "suspend");
        }
        ask("LMSFinish", "");
        open = false;
    }

    function enter() {
        if (open || ask("LMSInitialize", "") !== "true") return open;
        open = true;
        counts = !["browse", "review"].includes(get("cmi.core.lesson_mode"));
        const status = get("cmi.core.lesson_status");
        done = settled = status === "completed" || status === "passed";
        unpack(get("cmi.suspend_data"));
        // said at once: some systems count an item as done that was opened, closed and said nothing
        if (counts && !done && status !== "incomplete") {
            put("cmi.core.lesson_status", "incomplete");
            ask("LMSCommit", "");
        }
        return true;
    }

    function see() {
        seen.add(host.told);
        if (!done && isDone()) {
            done = true;
            commit();
        } else if (waiting === null) {
            waiting = setTimeout(commit, COMMIT_MS);
        }
    }

    let looking = null, looked = null;
    function look() {
        if (host.told === looked) return;
        looked = host.told;
        clearTimeout(looking);
        if (looked !== null && !seen.has(looked)) looking = setTimeout(see, SEEN_MS);
    }

    function warn() {
        const notice = document.querySelector(".notice");
        notice.textContent = words.closed;
        notice.hidden = false;
    }

    if (enter()) {
        const place = get("cmi.core.lesson_location");
        if (place.includes("=")) read(place);
    } else {
        warn();
    }
    // the article told, and not the clock: two events may share a minute
    new MutationObserver(look).observe(document.querySelector("#told"), {subtree: true, attributeFilter: ["class"]});
    look();
    // never on unload: browsers no longer promise it, and it would keep the page out of their cache
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") commit(); });
    globalThis.addEventListener("pagehide", leave);
    globalThis.addEventListener("pageshow", event => { if (event.persisted && !enter()) warn(); });
})();
