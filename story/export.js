// Steps through an exported page: clock, buttons, panes, address, frame. The articles are the
// page's own, written by story/export.py; the map is storyMap's. Text is set as text.
//
// In a frame the page tells its parent {petrograd: {height, t, event}}: its height in pixels and
// the minute shown, Old Style. It takes {petrograd: {t, event, place}} from its parent alone.
(() => {
    "use strict";
    const {title, first, last, language, address, words} = globalThis.petrogradStory;
    const host = globalThis.storyMap.current;
    const {events, places, words: mapWords} = host.story;
    const page = document;
    const root = page.documentElement;
    const kiosk = Boolean(globalThis.petrogradKiosk);  // nothing leads out, and the address stays
    const framed = globalThis.parent !== globalThis && !kiosk;
    const one = (query, from = page) => from.querySelector(query);
    const all = (query, from = page) => [...from.querySelectorAll(query)];
    const make = (name, className, text) => {
        const node = page.createElement(name);
        if (className) node.className = className;
        if (text !== undefined) node.textContent = text;
        return node;
    };
    const fill = (text, filled) => text.replace(/\{(\w+)\}/g, (gap, name) => name in filled ? filled[name] : gap);
    const say = (node, text) => { if (node.textContent !== text) node.textContent = text; };
    const known = id => typeof id === "string" && Object.hasOwn(places, id);

    // ---- minutes and their names in an address: "1917-10-25T21:40", Old Style

    const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::00)?)?$/;
    function minuteOf(text) {
        const found = TIME.exec(text);
        if (!found) return null;
        const [year, month, day, hour, minute] = found.slice(1).map(part => Number(part || 0));
        const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
        const long = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
        if (!year || !(day >= 1 && day <= long) || hour > 23 || minute > 59) return null;
        // days since 1 October 1917; every other month lies far outside the clock in any calendar
        const days = (year - 1917) * 366 + (month - 10) * 31 + day - 21;
        return days * 1440 + hour * 60 + minute;
    }
    function write(minute) {
        const whole = Math.floor(minute), day = Math.floor(whole / 1440), rest = whole - day * 1440;
        const two = n => String(n).padStart(2, "0");
        return `1917-10-${21 + day}T${two(Math.floor(rest / 60))}:${two(rest % 60)}`;
    }
    const inStory = minute => Math.max(first, Math.min(last, minute));

    // ---- what is shown

    const state = {place: null, calendar: "os", pane: "event", speed: 1};
    const range = one("#minute");
    const ticks = one(".ticks");
    const notice = one(".notice");
    const before = one(".before");
    const panes = one(".panes");
    const articles = new Map(all(".pane[data-name=event] article").map(node => [node.dataset.told, node]));
    const histories = new Map(all(".pane[data-name=place] article").map(node => [node.dataset.shownPlace, node]));
    const clocks = all("[data-clock]");
    const clockLine = one(".clock");
    const power = one(".power");
    const city = one(".city");
    // what a link of the panes leads to; in a kiosk it is a button, for a link can be dragged out
    for (const anchor of all("a[data-event], a[data-place]")) {
        anchor.dataset.t = new URLSearchParams(anchor.getAttribute("href").slice(1)).get("t") || "";
        unlink(anchor);
    }
    function unlink(anchor) {
        if (!kiosk) return;
        anchor.removeAttribute("href");
        anchor.setAttribute("role", "button");
        anchor.tabIndex = 0;
    }
    const listed = all(".pane[data-name=list] li, .pane[data-name=place] li").map(node => {
        const anchor = one("a", node);
        const t = anchor && minuteOf(anchor.dataset.t || "");
        return {node, minute: t, hold: node.parentElement.classList.contains("steps")};
    });

    function showClock(minute) {
        const clock = globalThis.storyMap.clockOf(minute, mapWords.calendar);
        const line = (date, style) => `${clock.weekday} ${date}, ${clock.hour} (${style})`;
        for (const box of clocks) {
            say(box, box.dataset.clock === "os"
                ? line(clock.oldStyle, mapWords.calendar.old_style) : line(clock.newStyle, mapWords.calendar.new_style));
        }
        if (Number(range.value) !== minute) range.value = minute;
        range.setAttribute("aria-valuetext", `${clock.oldStyle}, ${clock.hour}`);
        needle.style.left = `${100 * (minute - first) / (last - first || 1)}%`;
    }

    let toldArticle = null;
    function showEvent() {
        const article = articles.get(host.told) || null;
        if (article === toldArticle && (article || !before.hidden)) return;
        if (toldArticle) toldArticle.classList.remove("now");
        toldArticle = article;
        if (article) article.classList.add("now");
        before.hidden = article !== null;
        if (!article && events.length) before.textContent = fill(words.file.before, {t: momentOf(events[0].minute)});
        if (state.pane === "event") panes.scrollTop = 0;
    }
    const momentOf = minute => {
        const clock = globalThis.storyMap.clockOf(minute, mapWords.calendar);
        return `${clock.oldStyle.replace(" 1917", "")}, ${clock.hour}`;
    };

    function showLists(minute) {
        for (const {node, minute: t, hold} of listed) {
            if (t === null) continue;
            if (hold) node.classList.toggle("now", t <= minute);
            else node.classList.toggle("later", t > minute);
        }
    }

    // who holds what: the same lines as card.city_card writes
    const HOLDERS = ["government", "mrc", "contested", "neutral"];
    function showCity(minute) {
        const now = host.cityAt(minute);
        const held = Object.fromEntries(HOLDERS.map(holder => [holder, []]));
        for (const id of Object.keys(places)) {
            if (Object.hasOwn(now.holders, id)) held[now.holders[id][0]].push([id, now.holders[id][1]]);
        }
        const counts = Object.fromEntries(HOLDERS.map(holder => [holder, String(held[holder].length)]));
        const raised = Object.keys(now.spans).filter(id => now.spans[id] === "raised").map(id => places[id].name);
        const moving = Object.keys(now.units).filter(id => now.units[id].fraction < 1).map(id => host.story.actors[id].name);
        const lines = [
            fill(words.page.counts, counts),
            raised.length ? fill(words.page.raised_bridges, {bridges: raised.join(", ")}) : words.page.no_raised_bridges,
            fill(words.page.ring_now, {stage: words.ring[now.ring]}),
        ];
        if (moving.length) lines.push(fill(words.page.units_moving, {units: moving.join(", ")}));
        city.replaceChildren(...lines.map(line => make("p", "", line)), ...HOLDERS.map(holder => {
            const section = make("section", `held ${holder}`);
            const heading = make("h3", "", `${words.holder[holder]} `);
            heading.append(make("b", "", counts[holder]));
            const list = make("ul");
            for (const [id, claim] of held[holder]) {
                const item = make("li");
                const anchor = make("a", "", places[id].name);
                anchor.href = `#place=${encodeURIComponent(id)}`;
                anchor.dataset.place = id;
                unlink(anchor);
                item.append(anchor);
                if (claim) item.append(` – ${fill(words.change.claim, {claim: words.holder[claim]})}`);
                list.append(item);
            }
            section.append(heading, list);
            return section;
        }));
    }

    function showPower(minute) {
        const [holder, rival] = host.cityAt(minute).power;
        say(power, words.power[rival ? `${holder}-${rival}` : holder]);
    }

    function showPane() {
        for (const button of all("button[data-pane]")) button.setAttribute("aria-pressed", String(button.dataset.pane === state.pane));
        for (const pane of all(".pane")) pane.classList.toggle("open", pane.dataset.name === state.pane);
        if (state.pane === "city") showCity(host.minute);
        if (state.pane === "list" || state.pane === "place") showLists(host.minute);
    }

    function showPlace() {
        for (const [id, node] of histories) node.classList.toggle("now", id === state.place);
        for (const node of all(".choose")) node.hidden = state.place !== null;
    }

    function showPlaying() {
        const button = one("[data-do=play]");
        button.classList.toggle("playing", host.playing);
        say(one("span", button), words.page[host.playing ? "pause" : "play"]);
    }

    // ---- acts: of the reader, of an address, of the page round the frame

    function goTo(minute, event = null) {
        host.pause();
        notice.hidden = true;
        host.tell(event);
        host.setTime(inStory(minute));
        showPlaying();
        showEvent();
    }
    function open(pane) {
        if (state.pane !== pane) panes.scrollTop = 0;
        state.pane = pane;
        showPane();
    }
    function choose(id) {
        state.place = id;
        showPlace();
        open("place");
        panes.scrollTop = 0;
    }
    function calendarIs(name) {
        state.calendar = name;
        const [os, ns] = ["os", "ns"].map(key => one(`[data-clock=${key}]`));
        const [front, back] = name === "ns" ? [ns, os] : [os, ns];
        clockLine.replaceChildren(front, " ", back);
        front.className = "first";
        back.className = "quiet";
        for (const button of all("[data-calendar]")) button.setAttribute("aria-pressed", String(button.dataset.calendar === name));
    }

    // the event before or after the one told
    function step(forward) {
        const minute = host.minute;
        let here = events.findIndex(event => event.id === host.told);
        if (here >= 0 && events[here].minute > minute) here = -1;
        const goal = forward ? here + 1 : here - (here >= 0 && events[here].minute === Math.floor(minute) ? 1 : 0);
        if (!events[goal]) return;
        open("event");
        goTo(events[goal].minute, events[goal].id);
        settle();
    }

    // ---- the address: #t=1917-10-25T21:40&event=...&place=...&calendar=ns&lang=en&view=lon,lat,zoom

    function writeAddress() {
        const said = [["t", write(host.minute)]];
        const told = events.find(event => event.id === host.told);
        const shared = told && events.filter(event => event.minute === told.minute).length > 1;
        if (told && shared && told.minute === Math.floor(host.minute)) said.push(["event", told.id]);
        if (state.pane === "place" && state.place) said.push(["place", state.place]);
        if (state.calendar !== "os") said.push(["calendar", state.calendar]);
        if (language !== "en") said.push(["lang", language]);
        if (host.view) said.push(["view", host.view.map((part, n) => part.toFixed(n < 2 ? 5 : 2)).join(",")]);
        return said.map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%3A", ":").replaceAll("%2C", ",")}`).join("&");
    }

    let written = null;
    function settle() {
        const query = writeAddress();
        tellParent();
        if (query === written || host.playing || kiosk) return;
        written = query;
        try {
            history.replaceState(null, "", `#${query}`);
        } catch { /* a frame whose address may not be changed */ }
    }

    function readAddress(query) {
        const asked = new URLSearchParams(query);
        const trouble = [];
        const event = events.find(each => each.id === asked.get("event"));
        if (asked.get("event") && !event) trouble.push(words.address.event);
        let minute = event ? event.minute : null;
        if (asked.get("t")) {
            const t = minuteOf(asked.get("t"));
            if (t === null) trouble.push(words.address.time);
            else {
                minute = inStory(t);
                if (t !== minute) trouble.push(words.address.outside);
            }
        }
        const place = asked.get("place");
        if (place && !known(place)) trouble.push(words.address.place);
        const calendar = asked.get("calendar");
        if (calendar && !["os", "ns"].includes(calendar)) trouble.push(words.address.calendar);
        if (asked.get("lang") && asked.get("lang") !== language) trouble.push(words.address.lang);
        const view = (asked.get("view") || "").split(",").map(Number);
        const seen = view.length === 3 && view.every(Number.isFinite)
            && Math.abs(view[0] - 30) < 4 && Math.abs(view[1] - 59.9) < 2 && view[2] >= 5 && view[2] <= 17;
        if (asked.get("view") && !seen) trouble.push(words.address.view);
        calendarIs(calendar === "ns" ? "ns" : "os");
        if (minute !== null) goTo(minute, event && event.minute === minute ? event.id : null);
        if (known(place)) {
            host.choose(place, true);
            choose(place);
        } else if (state.pane === "place") {
            host.choose(null, true);
            open("event");
        }
        if (seen) host.lookAt(view);
        else if (known(place)) host.show(place);
        notice.textContent = trouble[0] || "";
        notice.hidden = !trouble.length;
        written = query;
    }

    // ---- the page round the frame

    function tellParent() {
        if (!framed) return;
        const height = Math.ceil(page.body.getBoundingClientRect().height);
        globalThis.parent.postMessage({petrograd: {height, t: write(host.minute), event: host.told}}, "*");
    }
    globalThis.addEventListener("message", message => {
        const said = message.data && message.data.petrograd;
        if (!framed || message.source !== globalThis.parent || !said || typeof said !== "object") return;
        const query = new URLSearchParams();
        for (const key of ["t", "event", "place"]) {
            if (typeof said[key] === "string") query.set(key, said[key]);
        }
        if ([...query].length) {
            readAddress(query.toString());
            settle();
        }
    });

    // ---- as it was at the start

    const opening = Math.floor(host.minute);
    function begin() {
        host.pause();
        host.map.closePopup();
        state.place = null;
        speedIs(1);
        calendarIs("os");
        showPlace();
        open("event");
        host.tell(null);
        host.setTime(opening);
        host.showAll();
        showClock(opening);
        showPower(opening);
        showPlaying();
        showEvent();
        panes.scrollTop = 0;
        notice.hidden = true;
        if (dialog) dialog.close();
    }
    const fingerprint = () => ({
        ...state, minute: host.minute, told: host.told, view: host.view, playing: host.playing,
        notice: notice.hidden, article: toldArticle ? toldArticle.dataset.told : null,
        dialog: Boolean(dialog && dialog.open), popup: one(".leaflet-popup") !== null,
    });
    function speedIs(speed) {
        state.speed = speed;
        for (const each of all("[data-speed]")) each.setAttribute("aria-pressed", String(Number(each.dataset.speed) === speed));
    }

    // ---- ticks, slider, buttons, links

    const needle = make("i");
    const at = minute => `${100 * (minute - first) / (last - first || 1)}%`;
    for (let day = Math.ceil(first / 1440); day * 1440 <= last; day++) {
        const mark = make("span", "", `${21 + day}`);
        mark.append(make("em", "", ` ${mapWords.calendar.months[9]}`));
        mark.style.left = at(day * 1440);
        ticks.append(mark);
    }
    for (const event of events) {
        const mark = make("b", `weight-${event.importance}`);
        mark.style.left = at(event.minute);
        ticks.append(mark);
    }
    ticks.append(needle);

    const round = minute => inStory(Math.round(minute / 5) * 5);
    range.addEventListener("input", () => {
        goTo(round(Number(range.value)));
        if (state.pane !== "city") open(state.pane === "place" ? "place" : "event");
    });
    range.addEventListener("change", settle);
    range.addEventListener("keydown", event => {
        const {key} = event;
        const minute = Math.floor(host.minute);
        const goal = {
            ArrowRight: (Math.floor(minute / 5) + 1) * 5, ArrowUp: (Math.floor(minute / 5) + 1) * 5,
            ArrowLeft: (Math.ceil(minute / 5) - 1) * 5, ArrowDown: (Math.ceil(minute / 5) - 1) * 5,
            PageUp: minute + 1440, PageDown: minute - 1440, Home: first, End: last,
        }[key];
        if (goal === undefined) return;
        event.preventDefault();
        goTo(goal);
        settle();
    });
    ticks.addEventListener("click", event => {
        const box = ticks.getBoundingClientRect();
        goTo(Math.round(first + (last - first) * (event.clientX - box.left) / box.width));
        settle();
    });

    const acts = {
        previous: () => step(false),
        next: () => step(true),
        play: () => {
            if (host.playing) host.pause(); else host.play(state.speed);
            if (state.pane !== "city") open("event");
            showPlaying();
            settle();
        },
        share: () => openShare(),
        close: () => dialog.close(),
        print: () => { dialog.close(); globalThis.print(); },
    };
    page.addEventListener("click", event => {
        const target = event.target instanceof Element ? event.target : null;
        const button = target && target.closest("button");
        if (button) {
            const {do: act, day, speed, calendar, pane, copy} = button.dataset;
            if (act) acts[act]();
            else if (day !== undefined) { goTo(Number(day)); settle(); }
            else if (speed !== undefined) {
                speedIs(Number(speed));
                if (host.playing) host.play(state.speed);
            } else if (calendar) { calendarIs(calendar); settle(); }
            else if (pane) {
                if (pane === "place" && (kiosk || state.pane === "place")) {  // once more: back to the list
                    state.place = null;
                    host.choose(null, true);
                    showPlace();
                }
                open(pane);
                settle();
            }
            else if (copy) copyText(one(`#${copy}`));
            return;
        }
        // events and places in the panes; in a new tab the same links open cold
        const anchor = target && target.closest("a[data-event], a[data-place]");
        if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        const {event: id, place} = anchor.dataset;
        if (place !== undefined) {
            if (!known(place)) return;
            host.choose(place, true);
            host.show(place);
            choose(place);
        } else {
            const t = minuteOf(anchor.dataset.t);
            open("event");
            goTo(t, events.some(each => each.id === id) ? id : null);
        }
        settle();
    });

    page.addEventListener("keydown", event => {
        const anchor = kiosk && ["Enter", " "].includes(event.key) && event.target instanceof Element && event.target.closest("a[role=button]");
        if (!anchor) return;
        event.preventDefault();
        anchor.click();
    });

    // ---- share

    const dialog = one("dialog.share");
    const own = location.protocol !== "about:";  // a frame that was given text has no address
    if (!kiosk && !address && !own) one("[data-do=share]").hidden = true;
    function openShare() {
        const base = address || location.href.split("#")[0];
        const link = `${base}#${writeAddress()}`;
        one("#share-link").value = link;
        const quoted = text => `"${text.replace(/[&"<>]/g, sign => `&#${sign.charCodeAt(0)};`)}"`;
        one("#share-embed").value = `<iframe src=${quoted(link)} title=${quoted(title)} width="100%" `
            + 'style="aspect-ratio: 4 / 3; min-height: 600px; border: 0" loading="lazy"></iframe>';
        say(one("[role=status]", dialog), "");
        dialog.showModal();
    }
    async function copyText(field) {
        const told = one("[role=status]", dialog);
        try {
            await navigator.clipboard.writeText(field.value);
            say(told, words.file.copied);
        } catch {
            field.select();
            say(told, page.execCommand("copy") ? words.file.copied : words.file.copy_by_hand);
        }
    }

    // ---- in a frame the map leaves scrolling to the page round it

    if (framed) {
        const {map} = host;
        const box = map.getContainer();
        const hint = one(".hint");
        let fading = null;
        const show = text => {
            say(hint, text);
            hint.hidden = false;
            clearTimeout(fading);
            fading = setTimeout(() => { hint.hidden = true; }, 1600);
        };
        map.scrollWheelZoom.disable();
        box.addEventListener("wheel", event => {
            if (!event.ctrlKey && !event.metaKey) return show(words.file.ctrl_hint);
            event.preventDefault();
            const delta = Math.max(-1, Math.min(1, -event.deltaY / 100));
            map.setZoomAround(map.mouseEventToContainerPoint(event), map.getZoom() + delta, {animate: false});
        }, {passive: false});
        box.addEventListener("pointerdown", event => {
            if (event.pointerType === "touch") map.dragging.disable(); else map.dragging.enable();
        }, true);
        box.addEventListener("touchmove", event => {
            if (event.touches.length === 1) show(words.file.fingers_hint);
        }, {passive: true});
        new ResizeObserver(tellParent).observe(page.body);
    }

    // ---- begin

    host.listen(said => {
        if (said.tick !== undefined) {
            showClock(said.tick);
            showPower(said.tick);
            showEvent();
            if (state.pane === "city") showCity(said.tick);
            else if (state.pane !== "event") showLists(said.tick);
            if (!notice.hidden) notice.hidden = true;
            return;
        }
        if (said.place) choose(said.place);
        showPlaying();
        settle();
    });
    host.map.on("moveend", () => { if (!host.playing && written !== null) settle(); });
    globalThis.addEventListener("hashchange", () => {
        const query = location.hash.slice(1);
        if (query === written || !query.includes("=")) return;
        readAddress(query);
        settle();
    });
    globalThis.addEventListener("beforeprint", () => host.pause());

    showPane();
    showPlace();
    showClock(Math.floor(host.minute));
    showPower(host.minute);
    const asked = location.hash.slice(1);
    if (asked.includes("=")) readAddress(asked);
    showEvent();
    tellParent();
    globalThis.petrograd = {
        host, state, begin, fingerprint, goTo, step, open, choose, calendarIs, settle, write, minuteOf,
        address: writeAddress, read: query => { readAddress(query); settle(); },
    };
})();
