// The story on the map. Pure questions first, then a thin layer that touches the page.
// One global name, `storyMap`; text is set as text. The payload's fields are those of
// story/payload.py; minutes count from 21 October 00:00, whole where a person chose them.
globalThis.storyMap = globalThis.storyMap || (() => {
    "use strict";

    // ---- questions: the same rules as events/state.py, held to it by tests/cases

    // index of the last entry of a step list [[minute, value], ...] not after `minute`, or -1
    function indexAt(steps, minute) {
        let low = 0, high = steps.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (steps[middle][0] <= minute) low = middle + 1; else high = middle;
        }
        return low - 1;
    }

    function valueAt(steps, minute) {
        const index = indexAt(steps, minute);
        return index < 0 ? null : steps[index][1];
    }

    // null, {place} or {route, reverse, fraction}; a unit that has arrived has fraction 1
    function unitAt(steps, minute) {
        const index = indexAt(steps, minute);
        const step = index < 0 ? null : steps[index][1];
        if (step === null) return null;
        if (!Array.isArray(step)) return {place: step};
        const [until, route, reverse] = step;
        const start = steps[index][0];
        return {route, reverse, until, fraction: Math.min(1, (minute - start) / (until - start))};
    }

    // [longitude, latitude] at a share of a route's metres, as geo/measure.py has it
    function along(route, fraction) {
        const {line, shares} = route;
        for (let i = 1; i < line.length; i++) {
            if (fraction <= shares[i]) {
                const span = shares[i] - shares[i - 1];
                const part = span === 0 ? 0 : Math.max(0, (fraction - shares[i - 1]) / span);
                return [
                    line[i - 1][0] + (line[i][0] - line[i - 1][0]) * part,
                    line[i - 1][1] + (line[i][1] - line[i - 1][1]) * part,
                ];
            }
        }
        return line[line.length - 1];
    }

    // where a unit is, [longitude, latitude]
    function positionOf(story, unit) {
        if (unit.place !== undefined) return story.places[unit.place].at;
        const share = unit.reverse ? 1 - unit.fraction : unit.fraction;
        return along(story.routes[unit.route], share);
    }

    // index of the event told at `minute`, or -1
    function eventAt(events, minute) {
        let index = -1;
        while (index + 1 < events.length && events[index + 1].minute <= minute) index++;
        return index;
    }

    // everything that is so at `minute`; what no event has spoken of is absent
    function cityAt(story, minute) {
        const known = (table, ask) => Object.fromEntries(
            Object.entries(table).map(([id, steps]) => [id, ask(steps, minute)]).filter(([, v]) => v !== null));
        const index = eventAt(story.events, minute);
        const told = story.events.slice(0, index + 1);
        return {
            holders: known(story.holders, valueAt),
            spans: known(story.spans, valueAt),
            units: known(story.units, unitAt),
            ring: valueAt(story.ring, minute) || "none",
            power: valueAt(story.power, minute) || ["government", null],
            underWay: told.filter(e => e.until !== null && minute < e.until).map(e => e.id),
            last: index < 0 ? null : story.events[index].id,
            next: index + 1 < story.events.length ? story.events[index + 1].id : null,
        };
    }

    // the clock of a minute in both calendars; no Date, so it reads the same everywhere
    function clockOf(minute, words) {
        const whole = Math.floor(minute);
        const day = Math.floor(whole / 1440);
        const two = n => String(n).padStart(2, "0");
        const rest = whole - day * 1440;
        const date = (dayOfOctober) => dayOfOctober > 31
            ? `${dayOfOctober - 31} ${words.months[10]} 1917` : `${dayOfOctober} ${words.months[9]} 1917`;
        return {
            hour: `${two(Math.floor(rest / 60))}:${two(rest % 60)}`,
            weekday: words.weekdays[(((5 + day) % 7) + 7) % 7],  // 21 October Old Style was a Saturday
            oldStyle: date(21 + day),
            newStyle: date(21 + day + 13),
        };
    }

    // The uneven clock of playing: [[second, minute], ...]. It lingers at events by importance and
    // hurries through the quiet between; played fast, it stops only at the weightier ones.
    const DWELL_S = {1: 1.1, 2: 1.9, 3: 3.2};

    function tempo(events, from, lastMinute, speed) {
        const least = speed >= 4 ? 3 : speed >= 2 ? 2 : 1;
        const knots = [[0, from]];
        let second = 0, minute = from;
        const go = (to, dwell) => {
            if (to > minute) {
                second += Math.min(2.4, 0.3 + (to - minute) / 90) / speed;
                knots.push([second, to]);
                minute = to;
            }
            if (dwell) {
                second += dwell / speed;
                knots.push([second, to]);
            }
        };
        for (const event of events) {
            if (event.minute > from && event.importance >= least) go(event.minute, DWELL_S[event.importance]);
        }
        go(lastMinute, 0);
        return knots;
    }

    // the minute at a second of playing; before the first it is the first
    function tempoAt(knots, second) {
        second = Math.max(0, second);
        const index = indexAt(knots, second);
        if (index + 1 >= knots.length) return knots[knots.length - 1][1];
        const [s0, m0] = knots[index], [s1, m1] = knots[index + 1];
        return s1 === s0 ? m1 : Math.min(m1, m0 + (m1 - m0) * (second - s0) / (s1 - s0));
    }

    // the pieces of a bridge as drawn: whole, or open in the middle with its leaves standing up
    function bridgePieces(line, raised) {
        if (!raised) return [line];
        const [a, b] = [line[0], line[line.length - 1]];
        const squeeze = Math.cos(a[1] * Math.PI / 180);
        const point = share => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
        const dx = (b[0] - a[0]) * squeeze, dy = b[1] - a[1];
        const leaf = (share, sign) => {  // from the gap, up and towards the other leaf
            const [lon, lat] = point(share);
            const x = dx * 0.13 * sign - dy * 0.16, y = dy * 0.13 * sign + dx * 0.16;
            return [lon + x / squeeze, lat + y];
        };
        return [[a, point(0.36)], [point(0.36), leaf(0.36, 1)], [point(0.64), leaf(0.64, -1)], [point(0.64), b]];
    }

    // ---- drawing

    // the colours of the look that is on: geo/looks.py, as properties of the page's style
    const COLOUR = Object.fromEntries(["government", "mrc", "neutral", "contested", "opposition", "unknown"]
        .map(name => [name, `var(--map-${name})`]));
    const EDGE = "var(--map-mark-edge)";
    const SVG = "http://www.w3.org/2000/svg";

    function svg(name, said = {}, ...inside) {
        const node = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(said)) node.setAttribute(key, value);
        node.append(...inside);
        return node;
    }

    function html(name, className, text) {
        const node = document.createElement(name);
        if (className) node.className = className;
        if (text !== undefined) node.textContent = text;
        return node;
    }

    // these write only what differs: a mark that stays as it is costs nothing and stirs no reader
    function say(node, text) {
        if (node.textContent !== text) node.textContent = text;
    }
    function flag(node, name, value) {
        if (node.dataset[name] !== value) node.dataset[name] = value;
    }
    function putAt(node, left, top) {
        const [x, y] = [`${Math.round(left)}px`, `${Math.round(top)}px`];
        if (node.style.left !== x) node.style.left = x;
        if (node.style.top !== y) node.style.top = y;
    }

    // square: government; disc: MRC side; diamond: neither; hatched halves: contested; dot: not told;
    // round it, dashed, the shape of whoever claims it
    function holderMark(holder, claim, sizePx) {
        const shapes = {
            government: () => [
                svg("rect", {x: -8, y: -8, width: 16, height: 16, rx: 1.5, fill: COLOUR.government, stroke: EDGE, "stroke-width": 1.8}),
                svg("rect", {x: -4, y: -4, width: 8, height: 8, fill: "none", stroke: EDGE, "stroke-width": 1.5}),
            ],
            mrc: () => [
                svg("circle", {r: 8.6, fill: COLOUR.mrc, stroke: EDGE, "stroke-width": 1.8}),
                svg("circle", {r: 3, fill: EDGE}),
            ],
            neutral: () => [
                svg("path", {d: "M0-8.5 8.5 0 0 8.5-8.5 0Z", fill: EDGE, stroke: COLOUR.neutral, "stroke-width": 2.2}),
            ],
            contested: () => [
                svg("path", {d: "M0-9A9 9 0 0 0 0 9Z", fill: COLOUR.government}),
                svg("path", {d: "M0-9A9 9 0 0 1 0 9Z", fill: COLOUR.mrc}),
                svg("path", {d: "M-7.5-2 2-8.6M-8.4 4.4 7-6.2M-4.6 7.6 8.6-1.6M2 8.6 8 4.4", stroke: EDGE, "stroke-width": 1.5}),
                svg("circle", {r: 9, fill: "none", stroke: EDGE, "stroke-width": 1.6}),
            ],
            unknown: () => [svg("circle", {r: 4, fill: EDGE, stroke: COLOUR.unknown, "stroke-width": 2})],
        };
        const picture = svg("svg", {viewBox: "-13 -13 26 26", width: sizePx, height: sizePx, "aria-hidden": "true"});
        picture.append(...shapes[holder]());
        if (claim) {
            const dashed = {fill: "none", stroke: COLOUR[claim], "stroke-width": 2.2, "stroke-dasharray": "4 3"};
            picture.append(claim === "mrc" ? svg("circle", {r: 11.4, ...dashed})
                : svg("rect", {x: -11.4, y: -11.4, width: 22.8, height: 22.8, ...dashed}));
        }
        return picture;
    }

    // two leaves standing open, hung below the mark of a raised bridge
    function raisedMark(holder, sizePx) {
        const leaves = {d: "M-14 5H-7L-3-6M14 5H7L3-6", fill: "none", "stroke-linejoin": "round"};
        return svg("svg", {viewBox: "-16 -9 32 18", width: sizePx * 1.25, height: sizePx * 0.7, "aria-hidden": "true", class: "raised-mark"},
            svg("path", {...leaves, stroke: EDGE, "stroke-width": 6.5}),
            svg("path", {...leaves, stroke: COLOUR[holder], "stroke-width": 3.4}));
    }

    // hull: ship; disc with head: one person; pennant: everybody else
    function unitMark(actor, sizePx) {
        const fill = COLOUR[actor.side];
        const edge = {fill, stroke: EDGE, "stroke-width": 1.4, "stroke-linejoin": "round"};
        const picture = svg("svg", {viewBox: "-10 -10 20 20", width: sizePx, height: sizePx, "aria-hidden": "true"});
        if (actor.kind === "ship") {
            picture.append(svg("path", {d: "M-9 1H9L6 7H-6ZM-3-1V-6H0V-1ZM1.5-1V-5H4V-1Z", ...edge}));
        } else if (actor.kind === "person") {
            picture.append(svg("path", {d: "M-6 8.5C-6 2.5 6 2.5 6 8.5Z", ...edge}), svg("circle", {cy: -2.5, r: 4.2, ...edge}));
        } else {
            picture.append(svg("path", {d: "M-6.5 9V-9L8-4.5-5 0.5V9Z", ...edge}));
        }
        return picture;
    }

    const latLng = ([lon, lat]) => [lat, lon];

    function create(map, story, startMinute) {
        // ids are words of the data, "constructor" among them: a table knows its own entries only
        for (const table of ["places", "actors", "routes", "rings", "holders", "spans", "units"]) {
            Object.setPrototypeOf(story[table], null);
        }
        const W = story.words;
        const named = (name, said) => W.map.named.replace(/\{(name|said)\}/g, (gap, which) => which === "name" ? name : said);
        const calm = globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches;
        const panes = {routes: 410, bridges: 420, ring: 430, places: 600, units: 640, now: 590};
        for (const [name, level] of Object.entries(panes)) map.createPane(name).style.zIndex = level;
        map.getPane("now").style.pointerEvents = "none";
        const lines = {};
        for (const name of ["routes", "bridges", "ring"]) lines[name] = L.svg({pane: name, padding: 0.4});

        let minute = null;
        let shownEvent = -2;
        let toldEvent = -1;  // one that was asked for, told at its minute in place of the last
        let chosen = null;
        const listeners = new Set();
        const tell = report => listeners.forEach(listen => listen(report));

        // -- places and bridges
        const places = Object.create(null);
        for (const [id, place] of Object.entries(story.places)) {
            const box = html("div", "place");
            box.dataset.place = id;
            const picture = html("span", "place-mark");
            const label = html("span", "place-label", place.name);
            box.append(picture, label);
            const marker = L.marker(latLng(place.at), {
                pane: "places", keyboard: true,
                icon: L.divIcon({html: box, className: "", iconSize: [0, 0]}),
            });
            marker.on("click", () => choose(id));
            marker.on("keypress", event => {
                if (["Enter", " "].includes(event.originalEvent.key)) choose(id);
            });
            const drawn = {id, place, box, picture, label, marker, key: null, on: false,
                events: story.events.filter(event => event.places.includes(id)).length,
                holds: story.holders[id] !== undefined};
            if (place.line) {
                drawn.casing = L.polyline([], {renderer: lines.bridges, pane: "bridges", color: EDGE, weight: 8, opacity: 0.95, lineCap: "butt", interactive: false});
                drawn.deck = L.polyline([], {renderer: lines.bridges, pane: "bridges", weight: 4.5, lineCap: "butt"});
                drawn.deck.on("click", () => choose(id));
                drawn.casing.addTo(map);
                drawn.deck.addTo(map);
            }
            places[id] = drawn;
        }

        function markSize(place) {
            const zoom = map.getZoom();
            const size = {1: 25, 2: 21, 3: 17}[place.rank];
            return Math.round(size * (zoom < 12 ? 0.7 : zoom < 13 ? 0.85 : zoom > 15 ? 1.15 : 1));
        }

        function drawPlace(drawn) {
            const held = story.holders[drawn.id] ? valueAt(story.holders[drawn.id], minute) : null;
            const [holder, claim] = held || ["unknown", null];
            const span = drawn.place.line ? valueAt(story.spans[drawn.id] || [], minute) || "lowered" : null;
            const size = markSize(drawn.place);
            const key = `${holder} ${claim} ${span} ${size}`;
            if (key === drawn.key) return;
            drawn.key = key;
            drawn.picture.replaceChildren(holderMark(holder, claim, size));
            if (span === "raised") drawn.picture.append(raisedMark(holder, size));
            drawn.picture.style.width = drawn.picture.style.height = `${size}px`;
            drawn.box.dataset.holder = holder;
            drawn.box.dataset.claim = claim || "";
            if (span) {
                drawn.box.dataset.span = span;
                const pieces = bridgePieces(drawn.place.line, span === "raised").map(piece => piece.map(latLng));
                drawn.casing.setLatLngs(pieces);
                drawn.deck.setLatLngs(pieces).setStyle({color: COLOUR[holder]});
            }
            const words = [drawn.place.name];
            if (drawn.holds) words.push(W.holder_short[holder]);
            if (claim) words.push(named(W.map.claimed, W.holder_short[claim]));
            if (span === "raised") words.push(W.map.raised);
            const icon = drawn.marker.getElement();
            if (icon) icon.setAttribute("aria-label", words.join(", "));
            drawn.spoken = words.join(", ");
        }

        const isTown = drawn => ["town", "city"].includes(drawn.place.kind);

        // which places show: by rank and zoom; always those of the event told, and the chosen one
        function seen(drawn, now) {
            const zoom = map.getZoom();
            if (now.has(drawn.id) || drawn.id === chosen) return true;
            if (drawn.id === "petrograd") return zoom < 10.5;  // from afar the city is a dot itself
            if (isTown(drawn)) return zoom >= 6 + drawn.place.rank;
            const rank = drawn.place.rank + (drawn.holds ? 0 : 1);
            return zoom >= (rank === 1 ? 10.5 : rank === 2 ? 13.4 : rank === 3 ? 14.6 : 15.4);
        }

        function nowPlaces() {
            return new Set(shownEvent >= 0 ? story.events[shownEvent].places : []);
        }

        function drawPlaces() {
            const now = nowPlaces();
            for (const drawn of Object.values(places)) {
                const on = seen(drawn, now);
                if (on !== drawn.on) {
                    drawn.on = on;
                    if (on) {
                        drawn.marker.addTo(map);
                        drawn.marker.getElement().setAttribute("aria-label", drawn.spoken || drawn.place.name);
                    } else {
                        drawn.marker.remove();
                    }
                }
                if (on || drawn.deck) drawPlace(drawn);
                drawn.box.classList.toggle("place-now", now.has(drawn.id));
                drawn.box.classList.toggle("place-chosen", drawn.id === chosen);
            }
            layOutLabels(now);
            layOutUnitLabels();
        }

        // labels give way to each other: the event told first, then rank, then where most happened;
        // right, left, below, above, aslant
        const pen = document.createElement("canvas").getContext("2d");
        const FONTS = 'Georgia, "Times New Roman", "DejaVu Serif", serif';  // as in story_map.css
        const widths = new Map();
        function widthOf(text, face = "600 13px") {
            const key = `${face} ${text}`;
            if (!widths.has(key)) {
                pen.font = `${face} ${FONTS}`;
                widths.set(key, pen.measureText(text).width * 1.06 + 8);
            }
            return widths.get(key);
        }
        const meet = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
        let taken = [];  // [left, top, right, bottom, id of the place if it is a mark], pixels of the view

        // What caption, legend and buttons cover: no name may hide there. Measured when the browser
        // has laid out the frame; asked for in the middle of a step, it would lay out twice.
        let covered = [];
        const controls = () => [...map.getContainer().parentElement.querySelectorAll(".leaflet-control, .over-map")];
        const cover = new ResizeObserver(() => {
            const view = map.getContainer().getBoundingClientRect();
            const {x: scale} = L.DomUtil.getScale(map.getContainer());  // a page may show the map larger
            covered = controls().map(control => {
                const box = control.getBoundingClientRect();
                return [...[box.left - view.left, box.top - view.top, box.right - view.left, box.bottom - view.top].map(edge => edge / scale), ""];
            });
            layOutLabels(nowPlaces());
            layOutUnitLabels();
        });

        function layOutLabels(now) {
            const size = map.getSize();
            const zoom = map.getZoom();
            taken = [...covered];
            const shown = Object.values(places).filter(drawn => drawn.on);
            for (const drawn of shown) {
                const at = map.latLngToContainerPoint(drawn.marker.getLatLng());
                const half = markSize(drawn.place) / 2;
                drawn.at = at;
                taken.push([at.x - half, at.y - half, at.x + half, at.y + half, drawn.id]);
            }
            const weight = drawn => (now.has(drawn.id) || drawn.id === chosen ? 0 : drawn.place.rank + (drawn.holds ? 0 : 1));
            shown.sort((a, b) => weight(a) - weight(b) || b.events - a.events || (a.id < b.id ? -1 : 1));
            for (const drawn of shown) {
                const far = isTown(drawn);
                const from = far ? 0 : {0: 0, 1: 12, 2: 13.4, 3: 14.6, 4: 15.4}[weight(drawn)];
                const width = widthOf(drawn.place.name), height = 18, gap = markSize(drawn.place) / 2 + 3;
                const {x, y} = drawn.at;
                const spots = {
                    right: [x + gap, y - height / 2], left: [x - gap - width, y - height / 2],
                    below: [x - width / 2, y + gap], above: [x - width / 2, y - gap - height],
                    upRight: [x + gap - 2, y - height - 2], upLeft: [x - gap - width + 2, y - height - 2],
                };
                const inside = x > -50 && y > -50 && x < size.x + 50 && y < size.y + 50;
                const spot = zoom >= from && inside && Object.keys(spots).find(name => {
                    const [left, top] = spots[name];
                    const box = [left, top, left + width, top + height];
                    return left > 0 && left + width < size.x && top > 0 && top + height < size.y
                        && !taken.some(other => other[4] !== drawn.id && meet(box, other));
                });
                flag(drawn.label, "spot", spot || "none");
                if (spot) {
                    const [left, top] = spots[spot];
                    putAt(drawn.label, left - x, top - y);
                    taken.push([left, top, left + width, top + height, ""]);
                }
            }
        }

        // -- units
        const units = Object.create(null);
        for (const [id, steps] of Object.entries(story.units)) {
            units[id] = {id, steps, actor: story.actors[id], marker: null, key: null, trail: null};
        }

        // from afar, people who have stood somewhere for an hour are no news
        const FRESH_MIN = 60;
        const since = (unit, is) => is.place === undefined ? is.until : unit.steps[indexAt(unit.steps, minute)][0];

        function drawUnits() {
            const near = map.getZoom() >= 14.25;
            const standing = new Map();
            for (const unit of Object.values(units)) {
                const is = unitAt(unit.steps, minute);
                if (!is) {
                    if (unit.marker) {
                        unit.marker.remove();
                        unit.marker = null;
                        unit.key = null;
                    }
                    drawTrail(unit, null);
                    continue;
                }
                const moving = is.place === undefined && is.fraction < 1;
                const [lon, lat] = positionOf(story, is);
                const hidden = !moving && !near && unit.actor.kind !== "ship" && unit.actor.kind !== "person" && minute - since(unit, is) >= FRESH_MIN;
                const spot = moving || hidden ? null : `${lon.toFixed(4)} ${lat.toFixed(4)}`;
                const rank = spot === null ? 0 : standing.get(spot) || 0;
                if (spot !== null) standing.set(spot, rank + 1);
                const key = `${lon} ${lat} ${moving} ${rank} ${hidden}`;
                if (key !== unit.key) {
                    if (!unit.marker) addUnit(unit, [lat, lon]);
                    unit.marker.setLatLng([lat, lon]);
                    unit.stands = moving ? null : [7 + (rank % 4) * 15, -27 - Math.floor(rank / 4) * 16];
                    unit.picture.style.transform = moving ? "translate(-50%, -50%)" : `translate(${unit.stands[0]}px, ${unit.stands[1]}px)`;
                    unit.box.classList.toggle("unit-moving", moving);
                    unit.box.hidden = hidden;
                    unit.key = key;
                }
                drawTrail(unit, is);
            }
            layOutUnitLabels();
        }

        // names of those who move give way to the names of places, and to each other; they would
        // rather cover a mark than be silent
        function layOutUnitLabels() {
            const moving = Object.values(units).filter(unit => unit.marker && unit.box.classList.contains("unit-moving"));
            const size = map.getSize();
            const names = taken.filter(box => box[4] === "");
            const marks = taken.filter(box => box[4] !== "");
            const standing = [];
            for (const unit of Object.values(units)) {
                if (!unit.marker || unit.box.hidden || !unit.stands) continue;
                const {x, y} = map.latLngToContainerPoint(unit.marker.getLatLng());
                const [left, top] = [x + unit.stands[0], y + unit.stands[1]];
                standing.push([left, top, left + 24, top + 24]);
            }
            for (const unit of moving) {
                unit.at = map.latLngToContainerPoint(unit.marker.getLatLng());
                marks.push([unit.at.x - 10, unit.at.y - 10, unit.at.x + 10, unit.at.y + 10]);
            }
            for (const unit of moving) {
                const {x, y} = unit.at;
                const width = Math.min(230, widthOf(unit.actor.name, "italic 12px")), height = 18;
                const spots = {
                    right: [x + 12, y - 9], left: [x - 12 - width, y - 9], below: [x - width / 2, y + 12], above: [x - width / 2, y - 30],
                    "right-below": [x + 8, y + 10], "right-above": [x + 8, y - 28], "left-below": [x - 8 - width, y + 10], "left-above": [x - 8 - width, y - 28],
                    "far-below": [x - width / 2, y + 32], "far-above": [x - width / 2, y - 50],
                };
                const fits = (name, others) => {
                    const [left, top] = spots[name];
                    const box = [left, top, left + width, top + height];
                    return left > 0 && left + width < size.x && top > 0 && top + height < size.y && !others.some(other => meet(box, other));
                };
                const spot = Object.keys(spots).find(name => fits(name, names) && fits(name, marks))
                    || Object.keys(spots).find(name => fits(name, names));
                flag(unit.label, "spot", spot || "none");
                if (spot) {
                    const [left, top] = spots[spot];
                    putAt(unit.label, left - x, top - y);
                    names.push([left, top, left + width, top + height]);
                }
            }
            const said = Object.values(places).filter(drawn => drawn.on && drawn.label.dataset.spot !== "none");
            const points = line => line.map(([lon, lat]) => {
                const {x, y} = map.latLngToContainerPoint([lat, lon]);
                return [Math.round(x), Math.round(y)];
            });
            const trails = Object.values(units).filter(unit => unit.trail).map(unit => points(story.routes[unit.way.route].line));
            const ring = story.rings[ringDrawn];
            const decks = Object.values(places).filter(drawn => drawn.deck).map(drawn => points(drawn.place.line));
            map.fire("labels", {  // the names of the ground give way to all of these
                boxes: [...names, ...marks, ...standing].map(box => box.slice(0, 4).map(Math.round)),
                lines: [...decks, ...trails, ...(ring ? ring.lines.map(points) : [])],
                places: said.map(drawn => drawn.id), texts: said.map(drawn => drawn.place.name),
                quarters: said.filter(drawn => drawn.place.kind === "quarter").map(drawn => drawn.place.name),
            });
        }

        function addUnit(unit, at) {
            unit.box = html("div", "unit");
            unit.box.dataset.side = unit.actor.side;
            unit.box.dataset.unit = unit.id;
            unit.box.title = unit.actor.name;
            unit.label = html("span", "unit-label", unit.actor.name);
            unit.picture = unitMark(unit.actor, unit.actor.kind === "ship" ? 24 : 19);
            unit.box.append(unit.picture, unit.label);
            unit.marker = L.marker(at, {
                pane: "units", keyboard: false, interactive: false,
                icon: L.divIcon({html: unit.box, className: "", iconSize: [0, 0]}),
            }).addTo(map);
        }

        // the way it has come, while it moves and for twenty minutes after
        function drawTrail(unit, is) {
            const on = is && is.place === undefined && minute < is.until + 20;
            if (!on) {
                if (unit.trail) {
                    unit.trail.remove();
                    unit.way.remove();
                    unit.trail = null;
                }
                return;
            }
            const route = story.routes[is.route];
            if (unit.trail && unit.trailRoute !== is.route + is.reverse) {
                unit.trail.remove();
                unit.way.remove();
                unit.trail = null;
            }
            if (!unit.trail) {
                const said = {renderer: lines.routes, pane: "routes", interactive: false, color: COLOUR[unit.actor.side],
                    dashArray: route.basis === "given" ? null : "6 6"};
                unit.way = L.polyline(route.line.map(latLng), {...said, weight: 2, opacity: 0.3}).addTo(map);
                unit.way.route = is.route;
                unit.trail = L.polyline([], {...said, weight: 4, opacity: 0.85}).addTo(map);
                unit.trailRoute = is.route + is.reverse;
                unit.trailFraction = null;
            }
            if (unit.trailFraction === is.fraction) return;
            unit.trailFraction = is.fraction;
            const share = is.reverse ? 1 - is.fraction : is.fraction;
            const here = along(route, share);
            const behind = route.line.filter((_, i) => is.reverse ? route.shares[i] > share : route.shares[i] < share);
            unit.trail.setLatLngs((is.reverse ? [here, ...behind] : [...behind, here]).map(latLng));
        }

        // -- ring
        let ringDrawn = "none";
        const ringLines = [];
        function drawRing() {
            const stage = valueAt(story.ring, minute) || "none";
            if (stage === ringDrawn) return;
            ringDrawn = stage;
            ringLines.splice(0).forEach(line => line.remove());
            const ring = story.rings[stage];
            if (!ring) return;
            const path = ring.lines.map(line => line.map(latLng));
            const said = {renderer: lines.ring, pane: "ring", interactive: false};
            ringLines.push(
                L.polyline(path, {...said, color: EDGE, weight: 9, opacity: 0.75}).addTo(map),
                L.polyline(path, {...said, color: COLOUR.mrc, weight: ring.closed ? 5 : 3.5, dashArray: ring.closed ? null : "3 9"}).addTo(map),
            );
        }

        // -- what has just happened
        const caption = L.control({position: "topleft"});
        let clockBox, eventBox, whereBox;
        caption.onAdd = () => {
            const box = html("div", "caption");
            clockBox = html("div", "caption-clock");
            eventBox = html("div", "caption-event");
            whereBox = html("div", "caption-where");
            box.append(clockBox, eventBox, whereBox);
            L.DomEvent.disableClickPropagation(box);
            return box;
        };
        caption.addTo(map);
        let halo = null;

        function drawNow() {
            const clock = clockOf(minute, W.calendar);
            say(clockBox, `${clock.weekday} ${clock.oldStyle}, ${clock.hour}`);
            const asked = toldEvent >= 0 && story.events[toldEvent].minute === Math.floor(minute);
            const index = asked ? toldEvent : eventAt(story.events, minute);
            if (index === shownEvent) return;
            shownEvent = index;
            const event = story.events[index];
            eventBox.textContent = event ? event.title : "";
            whereBox.textContent = event ? story.places[event.places[0]].name : "";
            if (halo) halo.remove();
            halo = null;
            const at = event && event.places.map(id => story.places[id]).find(Boolean);
            if (at && event.places[0] !== "petrograd") {
                const ring = html("div", `halo${calm ? " halo-calm" : ""}`);
                halo = L.marker(latLng(at.at), {pane: "now", interactive: false, keyboard: false,
                    icon: L.divIcon({html: ring, className: "", iconSize: [0, 0]})}).addTo(map);
            }
            drawPlaces.pending = true;
            pointOut();
        }

        // an arrow at the edge, when the event told lies beyond it
        const pointer = html("div", "pointer");
        map.getContainer().append(pointer);
        function pointOut() {
            const event = story.events[shownEvent];
            const place = event && story.places[event.places[0]];
            const size = map.getSize();
            const at = place && map.latLngToContainerPoint(latLng(place.at));
            pointer.hidden = !at || (at.x > 0 && at.y > 0 && at.x < size.x && at.y < size.y);
            if (pointer.hidden) return;
            const dx = at.x - size.x / 2, dy = at.y - size.y / 2;
            const reach = Math.min((size.x / 2 - 34) / Math.abs(dx), (size.y / 2 - 34) / Math.abs(dy));
            pointer.style.left = `${size.x / 2 + dx * reach}px`;
            pointer.style.top = `${size.y / 2 + dy * reach}px`;
            pointer.style.transform = `translate(-50%, -50%) rotate(${Math.atan2(dy, dx)}rad)`;
            if (!pointer.firstChild) {
                pointer.append(svg("svg", {viewBox: "-16 -16 32 32", width: 44, height: 44, "aria-hidden": "true"},
                    svg("circle", {r: 14, fill: "var(--map-panel)", stroke: "var(--map-event)", "stroke-width": 2.5}),
                    svg("path", {d: "M-7 0H6M1-6 7 0 1 6", fill: "none", stroke: "var(--map-event)", "stroke-width": 3})));
            }
        }

        // -- the clock
        function setTime(to) {
            const next = Math.max(story.firstMinute || 0, Math.min(story.lastMinute, to));
            if (next === minute) return;
            const before = minute === null ? null : Math.floor(minute);
            minute = next;
            drawNow();
            if (before !== Math.floor(minute)) tell({tick: Math.floor(minute)});
            if (before !== Math.floor(minute) || drawPlaces.pending) {
                if (drawPlaces.pending) drawPlaces();
                else for (const drawn of Object.values(places)) if (drawn.on || drawn.deck) drawPlace(drawn);
                drawPlaces.pending = false;
                drawRing();
                followCard();
            }
            drawUnits();
        }

        // -- playing, in the browser alone
        let playing = null;
        function play(speed) {
            pause();
            const from = minute >= story.lastMinute ? story.firstMinute || 0 : Math.floor(minute);
            const knots = tempo(story.events, from, story.lastMinute, speed);
            const state = {second: 0, frame: performance.now(), told: eventAt(story.events, from)};
            const end = knots[knots.length - 1][0];
            playing = state;
            const frame = now => {
                if (playing !== state) return;
                // a tab that slept goes on where it was, instead of leaping over events
                state.second += Math.min(1, Math.max(0, now - state.frame) / 1000);
                state.frame = now;
                setTime(tempoAt(knots, state.second));
                const index = shownEvent;
                if (index !== state.told) {
                    state.told = index;
                    tell({minute: Math.floor(minute), playing: true});
                }
                if (state.second >= end) {
                    pause();
                    tell({minute, playing: false});
                    return;
                }
                requestAnimationFrame(frame);
            };
            requestAnimationFrame(frame);
        }
        function pause() {
            if (!playing) return;
            playing = null;
            setTime(Math.floor(minute));
        }

        // -- choosing a place
        let card = null;  // the open card and the state it tells
        function choose(id, quietly = false) {
            map.closePopup();
            chosen = id in places ? id : null;
            drawPlaces();
            if (chosen) openCard(places[chosen]);
            if (!quietly) tell({minute: Math.floor(minute), place: chosen, playing: playing !== null});
        }

        function openCard(drawn) {
            card = {drawn, popup: L.popup({offset: [0, -8], maxWidth: 260, autoPan: false}).setLatLng(drawn.marker.getLatLng()), told: null};
            followCard();
            card.popup.openOn(map);
        }

        // an open card keeps to the minute shown
        function followCard() {
            if (!card) return;
            const {drawn} = card;
            const index = indexAt(story.holders[drawn.id] || [], minute);
            const span = drawn.place.line ? drawn.box.dataset.span : null;
            const told = `${index} ${span}`;
            if (told === card.told) return;
            card.told = told;
            card.popup.setContent(cardOf(drawn, index, span));
        }

        function cardOf(drawn, index, span) {
            const box = html("div", "place-card");
            box.append(html("strong", "", drawn.place.name));
            if (index >= 0) {
                const [since, [holder, claim]] = story.holders[drawn.id][index];
                const line = html("div", "place-card-holder");
                const clock = clockOf(since, W.calendar);
                line.append(holderMark(holder, claim, 20), html("span", "",
                    `${W.holder_short[holder]} · ${W.map.since} ${clock.oldStyle.replace(" 1917", "")}, ${clock.hour}`));
                box.append(line);
                if (claim) box.append(html("div", "", named(W.map.claimed, W.holder_short[claim])));
            }
            if (span) box.append(html("div", "", W.map[span]));
            if (drawn.place.today !== drawn.place.name) box.append(html("div", "quiet", named(W.map.today, drawn.place.today)));
            box.append(html("div", "quiet", W.map.within.replace("{metres}", String(drawn.place.error))));
            return box;
        }
        // Leaflet hears Escape only while the map itself has the focus, not a mark in it
        map.getContainer().addEventListener("keydown", event => {
            if (event.key === "Escape") map.closePopup();
        });
        map.on("popupclose", () => {
            card = null;
            chosen = null;
            drawPlaces();
        });

        // -- legend, always in reach
        const legend = L.control({position: "bottomleft"});
        legend.onAdd = () => {
            const box = html("details", "legend");
            box.open = map.getSize().x > 900;
            box.append(html("summary", "", W.map.legend));
            const row = (picture, text) => {
                const line = html("div", "legend-row");
                line.append(picture, html("span", "", text));
                box.append(line);
            };
            const stroke = said => svg("svg", {viewBox: "0 0 26 12", width: 26, height: 12, "aria-hidden": "true"}, svg("path", {d: "M1 6H25", fill: "none", ...said}));
            for (const holder of ["government", "mrc", "neutral", "contested"]) row(holderMark(holder, null, 20), W.holder_short[holder]);
            row(holderMark("unknown", null, 20), W.holder_short.unknown);
            row(holderMark("government", "mrc", 20), W.map.claimed);
            row(svg("svg", {viewBox: "0 0 26 14", width: 26, height: 14, "aria-hidden": "true"},
                svg("path", {d: "M1 11H9L13 3M25 11H19L15 3", fill: "none", stroke: COLOUR.government, "stroke-width": 3})), named(W.map.bridges, W.map.raised));
            row(stroke({stroke: COLOUR.mrc, "stroke-width": 4}), named(W.map.bridges, W.map.lowered));
            row(unitMark({kind: "unit", side: "mrc"}, 19), W.map.unit);
            row(unitMark({kind: "ship", side: "mrc"}, 21), W.map.ship);
            row(unitMark({kind: "person", side: "government"}, 19), W.map.person);
            row(stroke({stroke: COLOUR.mrc, "stroke-width": 3}), W.map.way_given);
            row(stroke({stroke: COLOUR.mrc, "stroke-width": 3, "stroke-dasharray": "5 4"}), W.map.way_inferred);
            row(stroke({stroke: COLOUR.mrc, "stroke-width": 3.5, "stroke-dasharray": "2 6", "stroke-linecap": "round"}), W.map.ring_open);
            row(stroke({stroke: COLOUR.mrc, "stroke-width": 5}), W.map.ring_closed);
            row(svg("svg", {viewBox: "-13 -10 26 20", width: 26, height: 20, "aria-hidden": "true"},
                svg("circle", {r: 8, fill: "var(--map-glow)", "fill-opacity": 0.24, stroke: "var(--map-event)", "stroke-width": 2})), W.map.event);
            L.DomEvent.disableClickPropagation(box);
            L.DomEvent.disableScrollPropagation(box);
            return box;
        };
        legend.addTo(map);

        const credit = L.control({position: "bottomright"});
        credit.onAdd = () => html("div", "credit", W.map.credit);
        credit.addTo(map);
        const home = L.control({position: "topright"});
        home.onAdd = () => {
            const button = html("button", "whole-view", "⤢");
            button.type = "button";
            button.title = W.map.whole_view;
            button.setAttribute("aria-label", W.map.whole_view);
            L.DomEvent.disableClickPropagation(button);
            button.addEventListener("click", () => showAll());
            return button;
        };
        home.addTo(map);
        for (const box of [map.getContainer(), ...controls()]) cover.observe(box);

        let untouched = true;  // until the reader moves the map, it fits whatever room it gets
        map.on("dragstart", () => { untouched = false; });
        map.on("zoomstart", () => { if (!fitting) untouched = false; });
        let fitting = false;

        function showAll() {
            fitting = true;
            untouched = true;
            const {x, y} = map.getSize();
            const [west, south, east, north] = x < 600 ? story.narrowView : y < 420 ? story.shortView : story.view;
            map.fitBounds([[south, west], [north, east]], {animate: false, reset: true});  // to the pixel
            fitting = false;
        }

        // bring a place of the city into view; the edge arrow points to what lies beyond
        function show(id) {
            if (!places[id]) return;
            const at = places[id].marker.getLatLng();
            const [west, south, east, north] = story.view;
            const wide = L.latLngBounds([south, west], [north, east]).pad(0.6);
            if (wide.contains(at) && !map.getBounds().pad(-0.08).contains(at)) map.panTo(at, {animate: !calm});
        }

        function redraw() {
            for (const drawn of Object.values(places)) drawn.key = null;
            for (const unit of Object.values(units)) unit.key = null;
            map.getContainer().dataset.far = map.getZoom() < 12.75;
            drawPlaces();
            drawUnits();
        }
        map.on("zoomend", redraw);
        const moved = () => {
            layOutLabels(nowPlaces());
            layOutUnitLabels();
            pointOut();
        };
        map.on("moveend", moved);
        map.on("resize", () => untouched ? showAll() : moved());

        showAll();
        setTime(startMinute);
        redraw();

        return {
            setTime, play, pause, choose, showAll,
            listen: listen => { listeners.add(listen); return () => listeners.delete(listen); },
            get minute() { return minute; },
            get playing() { return playing !== null; },
            // tell this event at its minute, rather than the weightier one that shares it
            tell: id => {
                toldEvent = story.events.findIndex(event => event.id === id);
                if (toldEvent >= 0) show(story.events[toldEvent].places[0]);
                drawNow();
                if (drawPlaces.pending) drawPlaces();
                drawPlaces.pending = false;
            },
            show,
            // the event told, an id or null
            get told() { return shownEvent >= 0 ? story.events[shownEvent].id : null; },
            // [longitude, latitude, zoom], or null while the map fits the room it has
            get view() {
                const {lng, lat} = map.getCenter();
                return untouched ? null : [lng, lat, map.getZoom()];
            },
            lookAt: ([lon, lat, zoom]) => map.setView([lat, lon], zoom, {animate: false}),
            cityAt: m => cityAt(story, m === undefined ? minute : m),
            story,
            labels: () => Object.values(places).filter(p => p.on && p.label.dataset.spot !== "none").map(p => p.label),
            map,
        };
    }

    // ---- the one map of this page, and its parent window

    let current = null;

    function begin(map, story, minute) {
        current = create(map, story, minute);
        if (globalThis.parent !== globalThis && !story.alone) answerParent(current, story);
        return current;
    }

    // In: {petrograd: ...} with {hello}, {seq, minute, playing, speed} (each seq is obeyed once),
    // {choose: place or null}, {tell: event or null}, {look: [lon, lat, zoom]} or {share: 0..1 of the clock, while the slider is dragged}.
    // Out: {ready, seq, ticks, days, last}, {clock, share} at every minute, {view: [lon, lat, zoom] or
    // null for the whole} when the map was moved, and reports
    // {minute, seq, playing, place}.
    function answerParent(host, story) {
        let seq = null;
        const post = said => globalThis.parent.postMessage({petrograd: said}, "*");
        const W = story.words.calendar;
        const ready = () => {
            post({
                ready: true, seq, last: story.lastMinute,
                ticks: story.events.map(event => [event.minute, event.importance, event.id]),
                days: [0, 1, 2, 3, 4, 5, 6].map(day => [1440 * day, `${21 + day} ${W.months[9]}`]),
            });
            tick(host.minute);
        };
        const tick = minute => {
            const {weekday, oldStyle, newStyle, hour} = clockOf(minute, W);
            post({
                share: minute / story.lastMinute,
                clock: {os: `${weekday} ${oldStyle}, ${hour} (${W.old_style})`, ns: `${weekday} ${newStyle}, ${hour} (${W.new_style})`},
            });
        };
        host.listen(said => said.tick === undefined ? post({...said, seq}) : tick(said.tick));
        host.map.on("moveend", () => post({view: host.view}));
        globalThis.addEventListener("message", message => {
            const said = message.data && message.data.petrograd;
            if (message.source !== globalThis.parent || !said || typeof said !== "object") return;
            if (said.hello) {
                ready();
            } else if (Number.isFinite(said.share)) {
                host.pause();
                host.setTime(Math.round(said.share * story.lastMinute));
            } else if (said.choose !== undefined) {
                host.choose(said.choose, true);
                host.show(said.choose);
            } else if (said.tell !== undefined) {
                host.tell(said.tell);
            } else if (Array.isArray(said.look) && said.look.length === 3 && said.look.every(Number.isFinite)) {
                host.lookAt(said.look);
            } else if (Number.isFinite(said.seq) && said.seq !== seq) {
                seq = said.seq;
                host.pause();
                if (Number.isFinite(said.minute)) host.setTime(said.minute);
                if (said.playing) host.play(said.speed > 0 ? said.speed : 1);
                else if (!Number.isFinite(said.minute)) post({minute: host.minute, seq, playing: false});
            }
        });
        ready();
    }

    return {
        begin, create, cityAt, indexAt, valueAt, unitAt, along, positionOf, clockOf, tempo, tempoAt, bridgePieces,
        setTime: minute => current.setTime(minute),
        get current() { return current; },
    };
})();
