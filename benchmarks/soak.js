// A visitor's hands in the page itself: what a real touch would set off, without the way through
// the browser, so that thousands of visits take minutes; benchmarks/soak.py gives the seed. Runs
// before the page's own scripts: where the page only waits, it waits a twentieth of the time, and
// its clock can be put forward. Timers and errors stay the browser's own.
globalThis.soak = (() => {
    "use strict";
    const SHARE = 20, LONG_MS = 100;
    const now = performance.now.bind(performance);
    let ahead = 0;
    performance.now = () => now() + ahead;
    const sleep = (later => ms => new Promise(done => later(done, ms)))(setTimeout);
    for (const name of ["setTimeout", "setInterval"]) {
        const real = globalThis[name].bind(globalThis);
        globalThis[name] = (act, ms, ...said) => real(act, ms >= LONG_MS ? ms / SHARE : ms, ...said);
    }
    async function until(mode) {
        for (let n = 0; petrograd.kiosk.mode !== mode; n++) {
            if (n > 1000) throw new Error(`the kiosk stayed in ${petrograd.kiosk.mode}, and ${mode} was awaited`);
            await sleep(10);
        }
    }
    // nobody touches the kiosk any more: the warning, the reset, and the page as it is then, or a
    // moment later, when what fades out is gone
    async function leave(start) {
        const {idle, warning} = petrograd.kiosk.settings;
        if (petrograd.kiosk.mode === "story") {
            ahead += idle * 1000;
            await until("warning");
        }
        if (petrograd.kiosk.mode === "staff") ahead += 60000;
        ahead += warning * 1000;
        await until("attract");
        for (let n = 0; ; n++) {
            const seen = petrograd.kiosk.fingerprint();
            if (n === 20 || JSON.stringify(seen) === JSON.stringify(start)) return seen;
            await sleep(20);
        }
    }
    // a reset, the page as it is then, and the tour brought to its first moment, where it stands
    async function settle() {
        petrograd.kiosk.reset();
        await sleep(40);
        const seen = petrograd.kiosk.fingerprint();
        ahead += 4000;
        await sleep(60);
        return seen;
    }
    // mulberry32: the same seed, the same visit
    const dice = seed => () => {
        seed = (seed + 0x6D2B79F5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const KEYS = ["Tab", "Enter", " ", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", "a", "F5"];
    const frame = () => new Promise(done => requestAnimationFrame(done));

    function pointer(target, type, x, y) {
        const said = {bubbles: true, cancelable: true, composed: true, clientX: x, clientY: y, pointerId: 1, isPrimary: true, pointerType: "touch", button: 0, buttons: type === "pointerup" ? 0 : 1};
        target.dispatchEvent(new PointerEvent(type, said));
        const mouse = {pointerdown: "mousedown", pointermove: "mousemove", pointerup: "mouseup"}[type];
        target.dispatchEvent(new MouseEvent(mouse, said));
    }
    function tap(target, x, y) {
        pointer(target, "pointerdown", x, y);
        pointer(target, "pointerup", x, y);
        if (target.isConnected) target.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, clientX: x, clientY: y}));
    }
    const within = box => [box.left + box.width / 2, box.top + box.height / 2];

    // an act each; `random` is drawn from in the same order whatever the page does
    const acts = {
        control(pick) {
            const all = document.querySelectorAll("button, summary, input, [role=button], [tabindex='0'], .leaflet-interactive");
            // the first from there on that a finger can reach
            for (let n = 0, at = Math.floor(pick * all.length); n < all.length; n++, at++) {
                const node = all[at % all.length];
                if (node.closest("[inert], [hidden]") || !node.getClientRects().length) continue;
                tap(node, ...within(node.getBoundingClientRect()));
                return;
            }
        },
        touch(x, y) {
            const at = [x * innerWidth, y * innerHeight];
            const target = document.elementFromPoint(...at);
            if (target) tap(target, ...at);
        },
        swipe(x, y) {
            let at = [x * innerWidth, y * innerHeight];
            const target = document.elementFromPoint(...at);
            if (!target) return;
            pointer(target, "pointerdown", ...at);
            for (let n = 0; n < 4; n++) {
                at = [at[0] + (x - 0.5) * 90, at[1] + (y - 0.5) * 90];
                pointer(target, "pointermove", ...at);
            }
            pointer(target, "pointerup", ...at);
        },
        key(pick) {
            const key = KEYS[Math.floor(pick * KEYS.length)];
            const target = document.activeElement || document.body;
            for (const type of ["keydown", "keyup"]) target.dispatchEvent(new KeyboardEvent(type, {key, bubbles: true, cancelable: true}));
        },
        slide(pick) {
            const range = document.querySelector("input[type=range]");
            if (!range || range.closest("[inert]")) return;
            range.value = String(Number(range.min) + pick * (range.max - range.min));
            range.dispatchEvent(new Event("input", {bubbles: true}));
            range.dispatchEvent(new Event("change", {bubbles: true}));
        },
    };
    const CHOICE = ["control", "control", "control", "control", "touch", "touch", "swipe", "key", "slide"];

    // a touch that wakes the kiosk, then so many acts, a painted frame after every `EVERY`th
    const EVERY = 20;
    async function visit(seed, number) {
        const random = dice(seed);
        acts.touch(0.5, 0.3);
        for (let n = 0; n < number; n++) {
            const [which, x, y] = [random(), random(), random()];
            acts[CHOICE[Math.floor(which * CHOICE.length)]](x, y);
            if (n % EVERY === EVERY - 1) await frame();
        }
    }
    return {visit, leave, settle};
})();
