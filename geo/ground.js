// Draws the ground: one canvas below the story, names above it, a scale. Pure questions first, then
// a thin layer that touches the map. One global name; text is set as text. The payload is that of
// geo/ground.py. A map that shows more fires "labels" with {boxes, lines, places, texts, quarters}:
// where no name may lie ([left, top, right, bottom], and [[x, y], ...], in pixels of the view), and
// what is already said: ids of places, names, those of quarters and islands among them.
globalThis.ground = globalThis.ground || (() => {
    "use strict";

    // ---- positions: pixels at zoom 14, from the middle of the sheet

    const HOME_ZOOM = 14;
    const STEP = 100000;  // parts of a degree in which shapes cross

    function project(lon, lat) {
        const world = 256 * 2 ** HOME_ZOOM;
        const sin = Math.sin(lat * Math.PI / 180);
        return [world * (lon / 360 + 0.5), world * (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI))];
    }

    // [lon, lat, further east, further north, ...] in steps -> [x, y, x, y, ...]
    function unpack(flat, [x0, y0]) {
        const line = new Float64Array(flat.length);
        let lon = 0, lat = 0;
        for (let i = 0; i < flat.length; i += 2) {
            lon += flat[i];
            lat += flat[i + 1];
            const [x, y] = project(lon / STEP, lat / STEP);
            line[i] = x - x0;
            line[i + 1] = y - y0;
        }
        return line;
    }

    function boxOf(lines) {
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        for (const line of lines) {
            for (let i = 0; i < line.length; i += 2) {
                if (line[i] < box[0]) box[0] = line[i];
                if (line[i] > box[2]) box[2] = line[i];
                if (line[i + 1] < box[1]) box[1] = line[i + 1];
                if (line[i + 1] > box[3]) box[3] = line[i + 1];
            }
        }
        return box;
    }
    const meets = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

    // whether the box round the nth step of a line meets another
    function reaches(line, n, [left, top, right, bottom]) {
        const x0 = line[2 * n], y0 = line[2 * n + 1], x1 = line[2 * n + 2], y1 = line[2 * n + 3];
        return (x0 < right || x1 < right) && (x0 > left || x1 > left) && (y0 < bottom || y1 < bottom) && (y0 > top || y1 > top);
    }

    // pieces of at most so many steps, so that what lies out of view costs nothing
    function pieces(line, most = 40) {
        const found = [];
        for (let i = 0; i + 2 < line.length; i += 2 * most) found.push(line.subarray(i, i + 2 * most + 2));
        return found;
    }

    function pathOf(lines, closed) {
        const path = new Path2D();
        for (const line of lines) {
            path.moveTo(line[0], line[1]);
            for (let i = 2; i < line.length; i += 2) path.lineTo(line[i], line[i + 1]);
            if (closed) path.closePath();
        }
        return path;
    }

    // a shape whose path is made when it first comes into view
    function shape(lines, closed, number = 0) {
        let path = null;
        return {number, box: boxOf(lines), path: () => path || (path = pathOf(lines, closed))};
    }

    // ---- names: where they may lie

    // A box that may stand aslant: middle, half its sides, the way its long side runs.
    const box = (x, y, halfWidth, halfHeight, angle = 0) =>
        ({x, y, w: halfWidth, h: halfHeight, cos: Math.cos(angle), sin: Math.sin(angle), r: Math.hypot(halfWidth, halfHeight)});

    // Two boxes lie apart if they do so seen along a side of one of them (separating axes).
    function collide(a, b) {
        const dx = b.x - a.x, dy = b.y - a.y;
        if (dx * dx + dy * dy >= (a.r + b.r) ** 2) return false;
        const cos = Math.abs(a.cos * b.cos + a.sin * b.sin), sin = Math.abs(a.cos * b.sin - a.sin * b.cos);
        return Math.abs(dx * a.cos + dy * a.sin) < a.w + b.w * cos + b.h * sin
            && Math.abs(dy * a.cos - dx * a.sin) < a.h + b.w * sin + b.h * cos
            && Math.abs(dx * b.cos + dy * b.sin) < b.w + a.w * cos + a.h * sin
            && Math.abs(dy * b.cos - dx * b.sin) < b.h + a.w * sin + a.h * cos;
    }

    // the metres behind each vertex, so to speak: pixels at home
    function measured(line) {
        const behind = new Float64Array(line.length / 2);
        for (let i = 1; i < behind.length; i++) {
            behind[i] = behind[i - 1] + Math.hypot(line[2 * i] - line[2 * i - 2], line[2 * i + 1] - line[2 * i - 1]);
        }
        return behind;
    }

    // the point so far along, in pixels of the view; `from` is where to begin looking
    function pointAt(line, behind, at) {
        let low = 1, high = behind.length - 1;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (behind[middle] < at) low = middle + 1; else high = middle;
        }
        const span = behind[low] - behind[low - 1] || 1;
        const part = (at - behind[low - 1]) / span;
        return [
            line[2 * low - 2] + (line[2 * low] - line[2 * low - 2]) * part,
            line[2 * low - 1] + (line[2 * low + 1] - line[2 * low - 1]) * part,
        ];
    }

    const upright = angle => angle > Math.PI / 2 ? angle - Math.PI : angle <= -Math.PI / 2 ? angle + Math.PI : angle;

    const LEAST_BROAD_PX = 7;  // of a stream whose name grows with it
    const CHUNK = 11;  // pixels between the points from which a bent name hangs
    const MOST_TURN = 0.42, MOST_BEND = 1.9;  // radians at one point, and in all, that letters bear

    // A name of `width` whose middle lies `at` along a line: straight where the line nearly is,
    // bent with it where `bends` allows; null where the line turns too much. `view` has scale, x, y;
    // `lift` is how far above the line it stands.
    function lay(line, behind, at, width, height, view, bends, lift = 0) {
        const half = width / 2 / view.scale;
        if (at - half < 0 || at + half > behind[behind.length - 1]) return null;
        const count = Math.max(2, Math.ceil(width / CHUNK));
        const points = [];
        for (let n = 0; n <= count; n++) {
            const [x, y] = pointAt(line, behind, at - half + 2 * half * n / count);
            points.push([x * view.scale + view.x, y * view.scale + view.y]);
        }
        const [first, last] = [points[0], points[count]];
        const chord = Math.hypot(last[0] - first[0], last[1] - first[1]);
        if (chord < width * 0.6) return null;
        const angle = Math.atan2(last[1] - first[1], last[0] - first[0]);
        const cos = Math.cos(angle), sin = Math.sin(angle);
        let off = 0, middle = 0;
        for (const [x, y] of points) {
            const aside = (y - first[1]) * cos - (x - first[0]) * sin;
            off = Math.max(off, Math.abs(aside));
            middle += aside / points.length;
        }
        if (off <= (bends ? 1.5 : 3)) {
            const turn = upright(angle);
            const x = (first[0] + last[0]) / 2 - middle * sin + lift * Math.sin(turn);
            const y = (first[1] + last[1]) / 2 + middle * cos - lift * Math.cos(turn);
            return {x, y, turn, cost: off, boxes: [box(x, y, width / 2, height / 2, turn)]};
        }
        return bends ? bend(points, height, lift, cos < 0) : null;
    }

    function bend(points, height, lift, back) {
        if (back) points.reverse();
        for (let pass = 0; pass < 3; pass++) {  // letters follow the stream, not each of its corners
            const was = points.map(point => [...point]);
            for (let n = 1; n < points.length - 1; n++) {
                for (const k of [0, 1]) points[n][k] = (was[n - 1][k] + 2 * was[n][k] + was[n + 1][k]) / 4;
            }
        }
        if (lift) {
            const was = points.map(point => [...point]);
            points.forEach((point, n) => {
                const [a, b] = [was[Math.max(0, n - 1)], was[Math.min(was.length - 1, n + 1)]];
                const long = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
                point[0] += lift * (b[1] - a[1]) / long;
                point[1] -= lift * (b[0] - a[0]) / long;
            });
        }
        const boxes = [];
        let turned = 0, before = null;
        for (let n = 1; n < points.length; n++) {
            const [[x0, y0], [x1, y1]] = [points[n - 1], points[n]];
            const angle = Math.atan2(y1 - y0, x1 - x0);
            const turn = before === null ? 0 : Math.abs(Math.atan2(Math.sin(angle - before), Math.cos(angle - before)));
            if (turn > MOST_TURN) return null;
            turned += turn;
            before = angle;
            boxes.push(box((x0 + x1) / 2, (y0 + y1) / 2, Math.hypot(x1 - x0, y1 - y0) / 2 + 2, height / 2, angle));
        }
        if (turned > MOST_BEND) return null;
        return {points, cost: 4 + 12 * turned, boxes};
    }

    // how a kind of name is written: font before the size, space between letters in ems, whether
    // it bends with its line, how many ems it stands above it, whether it may move up or down, and
    // whether it grows with the city
    const MANNERS = {
        seas: {font: "italic", space: 0.3},
        streams: {font: "italic", space: 0.24, bends: true, grows: true},
        canals: {font: "italic", space: 0.12, bends: true},
        islands: {font: "small-caps", space: 0.2, aside: true},
        quarters: {font: "small-caps", space: 0.2, aside: true},
        avenues: {font: "", space: 0.06},
        streets: {font: "", space: 0.03},
        railways: {font: "italic", space: 0.1, bends: true, lift: 0.85},
        parks: {font: "italic", space: 0.04, aside: true},
        cemeteries: {font: "italic", space: 0.04, aside: true},
        squares: {font: "", space: 0.02, aside: true},
        buildings: {font: "italic", space: 0, aside: true},
        bridges: {font: "italic", space: 0},
    };
    // "Vyborg" and "Vyborg Side" are one quarter
    const opening = text => text.toLowerCase().slice(0, 6);

    const ASIDE = [0, -1, 1, -2, 2];  // lines up or down from where a name should stand

    // ---- the scale: round lengths

    const VERST_M = 1066.8;

    // the longest of 1, 2 or 5 times a power of ten that fits
    function roundLength(most) {
        const power = 10 ** Math.floor(Math.log10(most));
        return [5, 2, 1].find(n => n * power <= most * (1 + 1e-9)) * power;
    }

    const metresPerPx = (zoom, lat) => 40075016.686 * Math.cos(lat * Math.PI / 180) / 2 ** (zoom + 8);

    // ---- drawing

    function mix(a, b, part) {
        const channel = n => {
            const [one, other] = [a, b].map(colour => parseInt(colour.slice(n, n + 2), 16));
            return Math.round(one + (other - one) * part).toString(16).padStart(2, "0");
        };
        return `#${channel(1)}${channel(3)}${channel(5)}`;
    }

    const STREET_M = {1: 30, 2: 20, 3: 13};
    const LEAST_PX = {1: 1.5, 2: 0.9, 3: 0.5};
    const SHOWN_FROM = {1: 0, 2: 11.5, 3: 12.75};  // zoom, by rank
    const LININGS = [[2.6, 0.9], [6, 0.55], [10.5, 0.3]];  // pixels from the shore, strength

    // everything of the payload that is drawn, ready for a canvas
    function prepare(payload) {
        const [west, south, east, north] = payload.sheet;
        const origin = project((west + east) / 2, (south + north) / 2);
        const shapes = Object.fromEntries(Object.entries(payload.shapes).map(([layer, features]) => [
            layer, features.map(([number, ...flats]) => ({number, lines: flats.map(flat => unpack(flat, origin))})),
        ]));
        const areas = layer => (shapes[layer] || []).map(({lines}) => shape(lines, true));
        const strokes = layer => (shapes[layer] || []).flatMap(({lines, number}) =>
            lines.flatMap(line => pieces(line)).map(line => shape([line], false, number)));
        const corner = (lon, lat) => {
            const [x, y] = project(lon, lat);
            return [x - origin[0], y - origin[1]];
        };
        const frame = [...corner(west, north), ...corner(east, south)];
        // all of the sheet that is not water: islands are holes in the water
        const [left, top, right, bottom] = frame;
        const round = Float64Array.of(left, top, right, top, right, bottom, left, bottom);
        return {
            origin, shapes, frame,
            land: shape([round, ...(shapes.water || []).flatMap(({lines}) => lines)], true), shores: strokes("water"), canals: strokes("canals"),
            quarters: areas("quarters"), parks: areas("parks"), cemeteries: areas("cemeteries"), squares: areas("squares"),
            streets: strokes("streets").sort((a, b) => b.number - a.number), bridges: strokes("bridges"),
            railways: (shapes.railways || []).flatMap(feature => feature.lines).map(line => ({line, behind: measured(line)})),
            buildings: areas("buildings"),
        };
    }

    // one small cross or dot, repeated: cemeteries and parks
    function pattern(ctx, view, name, colour) {
        const size = {cross: 11, dot: 8}[name];
        const tile = document.createElement("canvas");
        tile.width = tile.height = size * view.ratio;
        const pen = tile.getContext("2d");
        pen.scale(view.ratio, view.ratio);
        pen.strokeStyle = pen.fillStyle = colour;
        pen.lineWidth = 0.9;
        if (name === "cross") {
            pen.stroke(new Path2D("M3 1V7M1 3H5M8.5 6.5V11M7 8H10"));
        } else {
            for (const [x, y] of [[2, 2], [6, 6]]) pen.fillRect(x, y, 1, 1);
        }
        const made = ctx.createPattern(tile, "repeat");
        made.setTransform(new DOMMatrix().scale(1 / view.ratio / view.scale));
        return made;
    }

    // Draws what meets the view on a canvas of which `view` says: ratio (device pixels a pixel),
    // width, height, zoom, scale and x, y (pixels of the canvas = home pixels * scale + x, y).
    // With `bare` only lines are drawn, over whatever lies below.
    function paint(ctx, drawn, look, view, bare) {
        const {ratio, width, height, zoom, scale, x, y} = view;
        const seen = [-x / scale, -y / scale, (width - x) / scale, (height - y) / scale];
        const px = pixels => pixels / scale;
        const metres = (m, least) => px(Math.max(least, m / metresPerPx(zoom, 59.94)));
        const grown = (what, pixels) => {
            const more = px(pixels);
            return [what[0] - more, what[1] - more, what[2] + more, what[3] + more];
        };
        const near = grown(seen, 40);
        const only = list => list.filter(one => meets(one.box, near));
        const fill = (list, colour) => {
            ctx.fillStyle = colour;
            for (const one of list) ctx.fill(one.path(), "evenodd");
        };
        const stroke = (list, colour, lineWidth) => {
            ctx.strokeStyle = colour;
            for (const one of list) {
                ctx.lineWidth = typeof lineWidth === "function" ? lineWidth(one.number) : lineWidth;
                ctx.stroke(one.path());
            }
        };
        const [left, top, right, bottom] = drawn.frame;
        const sheet = colour => {
            ctx.fillStyle = colour;
            ctx.fillRect(left, top, right - left, bottom - top);
        };

        ctx.setTransform(1, 0, 0, 1, 0, 0);
        ctx.globalCompositeOperation = "source-over";
        ctx.clearRect(0, 0, width * ratio, height * ratio);
        ctx.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * x, ratio * y);
        ctx.lineJoin = ctx.lineCap = "round";
        ctx.setLineDash([]);

        const shores = only(drawn.shores), canals = only(drawn.canals), streets = only(drawn.streets)
            .filter(one => zoom >= SHOWN_FROM[one.number]);
        const buildings = zoom >= 13 ? only(drawn.buildings) : [];
        const bankPx = zoom < 11 ? 0.6 : zoom < 13 ? 0.8 : 1.1;
        const canalWide = number => metres(number, 1.1);
        const streetWide = rank => metres(STREET_M[rank], LEAST_PX[rank]);

        if (bare) {
            stroke(streets, look.frame, px(1.2));
            stroke(shores, look.water_label, px(1.4));
            stroke(canals, look.water_label, px(1.4));
            railways(px(1.2), null);
            stroke(buildings, look.land_label, px(1.2));
            return;
        }

        // the water, with fine lines along the shores that fade as they leave them: each line is what
        // a wide stroke leaves uncovered of a wider one; the land then covers their other halves
        ctx.fillStyle = look.margin;
        ctx.fillRect(seen[0], seen[1], seen[2] - seen[0], seen[3] - seen[1]);
        sheet(look.water);
        const linings = zoom < 12.5 ? [] : zoom < 13 ? LININGS.slice(0, 1) : zoom < 14.25 ? LININGS.slice(0, 2) : LININGS;
        const apart = 0.8 + 0.22 * Math.min(4, zoom - 12.5);
        for (const [away, strength] of [...linings].reverse()) {
            stroke(shores, mix(look.water, look.lining, strength), px(2 * away * apart + 0.7));
            stroke(shores, look.water, px(2 * away * apart - 0.7));
        }
        fill([drawn.land], look.land);
        fill(only(drawn.quarters), look.quarter);
        const parks = only(drawn.parks), cemeteries = only(drawn.cemeteries);
        fill(parks, look.park);
        fill(cemeteries, look.cemetery);
        if (zoom >= 13.5) {
            fill(parks, pattern(ctx, view, "dot", look.park_mark));
            fill(cemeteries, pattern(ctx, view, "cross", look.cemetery_mark));
        }
        // streets as ribbons that run into each other and into the squares
        const squares = only(drawn.squares);
        const edgePx = zoom < 12.5 ? 0.5 : zoom < 14 ? 0.8 : 1;
        stroke(squares, look.street_edge, px(2 * edgePx));
        stroke(streets, look.street_edge, rank => streetWide(rank) + px(2 * edgePx));
        fill(squares, look.street);
        stroke(streets, look.street, streetWide);

        // banks and canals over the streets: a quay ends at the water, and a bridge begins there
        stroke(shores, look.bank, px(bankPx * 1.2));
        ctx.lineCap = "butt";  // canals end at the bank; their water opens it
        if (zoom >= 12) stroke(canals, look.bank, number => canalWide(number) + px(2 * bankPx));
        ctx.lineCap = "round";
        stroke(canals, look.water, canalWide);

        ctx.lineCap = "butt";
        const bridges = only(drawn.bridges).filter(one => zoom >= SHOWN_FROM[one.number]);
        if (zoom >= 13) stroke(bridges, look.bridge_edge, rank => streetWide(rank) * 0.92 + px(zoom < 14.5 ? 1.6 : 2.4));
        stroke(bridges, look.street, rank => streetWide(rank) * 0.92);

        railways(px(zoom < 11 ? 1 : zoom < 14 ? 2.2 : 3), look.railway_gap);

        ctx.lineJoin = "miter";
        fill(buildings, look.building);
        stroke(buildings, look.building_edge, px(zoom < 14.5 ? 0.5 : 0.9));

        // a sheet ends in a fine and a strong line
        ctx.strokeStyle = look.frame;
        for (const [away, wide] of [[0, 1], [4, 2.4]]) {
            ctx.lineWidth = px(wide);
            ctx.strokeRect(left - px(away), top - px(away), right - left + px(2 * away), bottom - top + px(2 * away));
        }

        // From afar a line with cross ties, from near black and white. Dashes keep to the ground.
        function railways(wide, gap) {
            for (const {line, behind} of drawn.railways) {
                for (let from = 0; from + 1 < behind.length; from++) {
                    const inView = n => reaches(line, n, near);
                    if (!inView(from)) continue;
                    let to = from + 1;
                    while (to + 1 < behind.length && inView(to)) to++;
                    const path = pathOf([line.subarray(2 * from, 2 * to + 2)]);
                    const dashed = (colour, lineWidth, dash) => {
                        ctx.strokeStyle = colour;
                        ctx.lineWidth = lineWidth;
                        ctx.setLineDash(dash.map(px));
                        ctx.lineDashOffset = behind[from] % px(dash.reduce((sum, one) => sum + one, 0));
                        ctx.stroke(path);
                        ctx.setLineDash([]);
                    };
                    ctx.strokeStyle = look.railway;
                    ctx.lineWidth = wide;
                    ctx.stroke(path);
                    if (gap && zoom >= 11) dashed(gap, wide - px(1.1), zoom < 14 ? [6, 6] : [9, 9]);
                    else dashed(look.railway, px(4.5), [1, 8]);
                    from = to - 1;
                }
            }
        }
    }

    // the canvas, moved and scaled by Leaflet as its own are
    const Sheet = L.Renderer.extend({
        options: {padding: 0.1},
        initialize(paintOn, options) {
            L.Renderer.prototype.initialize.call(this, options);
            this._paintOn = paintOn;
        },
        getEvents() {
            return {...L.Renderer.prototype.getEvents.call(this), move: this._reach};
        },
        _initContainer() {
            this._container = document.createElement("canvas");
            this._ctx = this._container.getContext("2d");
        },
        _destroyContainer() {
            this._container.remove();
            delete this._ctx;
        },
        _updatePaths() {},
        // drawn anew when a drag comes to the edge of what is drawn
        _reach() {
            if (this._map._animatingZoom || !this._bounds) return;
            const size = this._map.getSize();
            const at = this._map.containerPointToLayerPoint([0, 0]);
            if (!this._bounds.contains(L.bounds(at, at.add(size)))) this._update();
        },
        _update() {
            if (this._map._animatingZoom && this._bounds) return;
            L.Renderer.prototype._update.call(this);
            const at = this._bounds.min, size = this._bounds.getSize();
            // a page may show the map larger than it is laid out
            const larger = L.DomUtil.getScale(this._map.getContainer()).x;
            const ratio = Math.min(2, globalThis.devicePixelRatio || 1) * larger;
            L.DomUtil.setPosition(this._container, at);
            this._container.width = size.x * ratio;
            this._container.height = size.y * ratio;
            this._container.style.width = `${size.x}px`;
            this._container.style.height = `${size.y}px`;
            const from = this._map.getPixelOrigin().add(at);
            this._paintOn(this._ctx, {ratio, width: size.x, height: size.y, left: from.x, top: from.y});
        },
    });

    const SVG = "http://www.w3.org/2000/svg";
    function svg(name, said = {}, ...inside) {
        const node = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(said)) node.setAttribute(key, value);
        node.append(...inside);
        return node;
    }

    // ---- the names on a map

    function namesOn(map, drawn, names) {
        const FONTS = 'Georgia, "Times New Roman", "DejaVu Serif", serif';  // as in ground.css
        const pane = map.createPane("names");
        pane.style.zIndex = 350;
        pane.style.pointerEvents = "none";
        const paths = svg("defs"), sheet = svg("svg", {class: "ground-names leaflet-zoom-hide", "aria-hidden": "true"}, paths);
        pane.append(sheet);

        const pen = document.createElement("canvas").getContext("2d");
        const known = names.map(([text, kind, from, until, height, place, where, open = []], number) => {
            const manner = MANNERS[kind];
            const along = typeof where[0] === "string" ? drawn.shapes[where[0]][where[1]].lines
                .map(line => ({line, behind: null, box: boxOf([line])})) : null;
            const [x, y] = along ? [0, 0] : project(where[0], where[1]);
            return {
                number, text, kind, from, until, height, place, manner, width: null, along,
                broad: along ? drawn.shapes[where[0]][where[1]].number : 0,
                at: along ? null : [x - drawn.origin[0], y - drawn.origin[1], where[2] * Math.PI / 180],
                // points of a sea: [x, y, pixels at home to the shore]
                open: open.map(([lon, lat, metres]) => {
                    const [left, top] = project(lon, lat);
                    return [left - drawn.origin[0], top - drawn.origin[1], metres / metresPerPx(HOME_ZOOM, lat)];
                }),
                nodes: [], spots: null,
            };
        });

        let view = null;  // where the names have been looked for
        let taken = [], places = new Set(), texts = new Set(), quarters = [], heard = "";
        let asked = true;  // the city is painted first, its names right after

        // places for a name in this view, the best first
        function spotsOf(name) {
            const {manner} = name;
            if (name.width === null) {
                const font = `${manner.font} ${name.height}px ${FONTS}`;
                pen.font = font;
                name.width = pen.measureText(name.text).width * 1.02 + manner.space * name.height * (name.text.length - 1);
            }
            let size = name.open.length ? Math.max(0.7, Math.min(1, 1 + (view.zoom - 11) * 0.15)) : 1;
            if (manner.grows && name.broad) {  // no higher than the stream is broad, more or less
                const broad = name.broad / metresPerPx(view.zoom, 59.94);
                if (broad < LEAST_BROAD_PX) return [];
                size = Math.min(Math.max(1, Math.min(1.5, 1 + (view.zoom - 14) * 0.2)), Math.max(11.5, broad * 0.7) / name.height);
            }
            const width = name.width * size + 4, height = name.height * size, high = height * 1.12;
            name.size = height.toFixed(1);
            const spots = [];
            if (name.open.length) {
                for (const [left, top, away] of name.open) {
                    if (away * view.scale < width * 0.38) continue;
                    const x = left * view.scale + view.x, y = top * view.scale + view.y;
                    spots.push({x, y, turn: 0, cost: Math.hypot(x - view.width / 2, y - view.height / 2), boxes: [box(x, y, width / 2, high / 2)]});
                }
                return spots.filter(inView).sort((a, b) => a.cost - b.cost);
            }
            if (name.at) {
                const [x, y, turn] = name.at;
                const at = [x * view.scale + view.x, y * view.scale + view.y];
                for (const step of manner.aside && !turn ? ASIDE : [0]) {
                    spots.push({x: at[0], y: at[1] + step * high * 0.8, turn, cost: 0, boxes: [box(at[0], at[1] + step * high * 0.8, width / 2, high / 2, turn)]});
                }
                return spots.filter(inView);
            }
            for (const one of name.along) {
                if (!meets(one.box, view.seen)) continue;
                const line = one.line, behind = one.behind || (one.behind = measured(line));
                if (behind[behind.length - 1] * view.scale < width) continue;
                let first = Infinity, last = -Infinity;
                for (let n = 0; n + 1 < behind.length; n++) {
                    if (reaches(line, n, view.seen)) {
                        first = Math.min(first, behind[n]);
                        last = Math.max(last, behind[n + 1]);
                    }
                }
                if (last < first) continue;
                const middle = (first + last) / 2, step = Math.max(24, width / 4, (last - first) * view.scale / 24) / view.scale;
                for (let n = 0; n * step <= (last - first) / 2; n++) {
                    for (const at of n ? [middle - n * step, middle + n * step] : [middle]) {
                        const spot = lay(line, behind, at, width, high, view, manner.bends, (manner.lift || 0) * height);
                        if (!spot || !inView(spot)) continue;
                        spot.at = at;
                        spot.line = line;
                        spot.cost += 14 * n * step / (last - first);
                        spots.push(spot);
                    }
                }
            }
            return spots.sort((a, b) => a.cost - b.cost);
        }
        const inView = spot => spot.boxes.every(({x, y, w, h, cos, sin}) => {
            const wide = w * Math.abs(cos) + h * Math.abs(sin), high = w * Math.abs(sin) + h * Math.abs(cos);
            return x - wide > 2 && y - high > 2 && x + wide < view.width - 2 && y + high < view.height - 2;
        });
        const pad = ({x, y, w, h, cos, sin}) => ({x, y, w: w + 3, h: h + 1.5, cos, sin, r: Math.hypot(w + 3, h + 1.5)});

        function look() {
            const zoom = map.getZoom(), size = map.getSize();
            const scale = 2 ** (zoom - HOME_ZOOM), from = map.getPixelBounds().min;
            const x = drawn.origin[0] * scale - from.x, y = drawn.origin[1] * scale - from.y;
            view = {zoom, scale, x, y, width: size.x, height: size.y,
                seen: [-x / scale, -y / scale, (size.x - x) / scale, (size.y - y) / scale]};
            for (const name of known) name.spots = null;
            L.DomUtil.setPosition(sheet, map.containerPointToLayerPoint([0, 0]));
            sheet.setAttribute("width", size.x);
            sheet.setAttribute("height", size.y);
        }

        function layOut() {
            asked = false;
            if (!view) look();
            const boxes = [...taken];
            const free = spot => !spot.boxes.some(one => { const wide = pad(one); return boxes.some(other => collide(wide, other)); });
            const due = known.filter(name => view.zoom >= name.from && view.zoom < name.until && !texts.has(name.text)
                && !(name.place && places.has(name.place)));
            const shown = new Map();
            const called = new Set(quarters);  // a quarter is named after its island, and once is enough
            const put = (name, spot) => {
                boxes.push(...spot.boxes);
                if (!shown.has(name)) shown.set(name, []);
                shown.get(name).push(spot);
            };
            for (const name of due) {
                const call = ["quarters", "islands"].includes(name.kind) ? opening(name.text) : null;
                if (called.has(call)) continue;
                name.spots = name.spots || spotsOf(name);
                const spot = name.spots.find(free);
                if (spot) put(name, spot);
                if (spot && call) called.add(call);
            }
            if (view.zoom >= 14.5) {  // a long street says its name again
                for (const [name, [one]] of [...shown]) {
                    if (!name.along || !one.line) continue;
                    const far = spot => shown.get(name).every(other => Math.hypot(spot.boxes[0].x - other.boxes[0].x, spot.boxes[0].y - other.boxes[0].y) > 620);
                    for (let n = 0; n < 3; n++) {
                        const again = name.spots.find(spot => spot !== one && far(spot) && free(spot));
                        if (!again) break;
                        put(name, again);
                    }
                }
            }
            for (const name of known) draw(name, shown.get(name) || []);
        }

        function draw(name, spots) {
            while (name.nodes.length > spots.length) {
                const {text, path} = name.nodes.pop();
                text.remove();
                if (path) path.remove();
            }
            spots.forEach((spot, n) => {
                const key = spot.points ? spot.points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")
                    : `${spot.x.toFixed(1)} ${spot.y.toFixed(1)} ${(spot.turn * 180 / Math.PI).toFixed(1)}`;
                let node = name.nodes[n];
                if (node && node.size !== name.size) {
                    node.text.setAttribute("font-size", node.size = name.size);
                    node.text.setAttribute("letter-spacing", (name.manner.space * name.size).toFixed(2));
                }
                if (node && Boolean(node.path) !== Boolean(spot.points)) {
                    node.text.remove();
                    if (node.path) node.path.remove();
                    node = null;
                }
                if (!node) node = name.nodes[n] = make(name, n, spot);
                if (node.key === key) return;
                node.key = key;
                if (spot.points) node.path.setAttribute("d", `M${key}`);
                else node.text.setAttribute("transform", `translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)}) rotate(${(spot.turn * 180 / Math.PI).toFixed(1)})`);
            });
        }

        function make(name, n, spot) {
            const {manner, size} = name;
            const text = svg("text", {class: `ground-name ground-${name.kind}`, dy: ".33em", "text-anchor": "middle", "font-size": size,
                "letter-spacing": (manner.space * size).toFixed(2)});
            if (manner.font === "italic") text.setAttribute("font-style", "italic");
            if (manner.font === "small-caps") text.setAttribute("font-variant", "small-caps");
            sheet.append(text);
            if (!spot.points) {
                text.textContent = name.text;
                return {text, size};
            }
            const id = `ground-path-${name.number}-${n}`;
            const path = svg("path", {id});
            paths.append(path);
            const along = svg("textPath", {href: `#${id}`, startOffset: "50%"});
            along.textContent = name.text;
            text.append(along);
            return {text, path, size};
        }

        // once, however many asked, and before anything is painted
        function ask() {
            if (asked) return;
            asked = true;
            queueMicrotask(layOut);
        }
        map.on("moveend zoomend resize viewreset", () => {
            view = null;
            ask();
        });
        map.on("labels", said => {
            const now = JSON.stringify([said.boxes, said.lines, said.places, said.texts, said.quarters]);
            if (now === heard) return;
            heard = now;
            taken = said.boxes.map(([left, top, right, bottom]) => box((left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2));
            for (const line of said.lines) {
                for (let n = 1; n < line.length; n++) {
                    const [[x0, y0], [x1, y1]] = [line[n - 1], line[n]];
                    taken.push(box((x0 + x1) / 2, (y0 + y1) / 2, Math.hypot(x1 - x0, y1 - y0) / 2, 3, Math.atan2(y1 - y0, x1 - x0)));
                }
            }
            places = new Set(said.places);
            texts = new Set(said.texts);
            quarters = said.quarters.map(opening);
            ask();
        });
        requestAnimationFrame(() => setTimeout(layOut));
        return {layOut, forget: () => { view = null; }};  // anew from the start
    }

    // ---- scale and north

    function scaleOn(map, words) {
        const control = L.control({position: "bottomright"});
        const rows = [["versts", VERST_M], ["kilometres", 1000]];
        control.onAdd = () => {
            const box = document.createElement("div");
            box.className = "ground-scale";
            const north = svg("svg", {viewBox: "-9 -20 18 36", width: 18, height: 36, role: "img", "aria-label": words.north},
                svg("path", {d: "M0-9 4.5 14 0 10.5-4.5 14Z", fill: "none", stroke: "currentcolor", "stroke-width": 1}),
                svg("path", {d: "M0-9 4.5 14 0 10.5Z", fill: "currentcolor"}));
            const letter = svg("text", {y: -12, "text-anchor": "middle"});
            letter.textContent = [...words.north][0];
            north.append(letter);
            const bars = svg("svg", {class: "ground-bars", height: 36, role: "img"});
            box.append(north, bars);
            control.bars = bars;
            return box;
        };
        control.addTo(map);

        function measure() {
            const size = map.getSize();
            const metres = metresPerPx(map.getZoom(), map.getCenter().lat);
            const most = size.x < 500 ? 58 : 120;
            const drawn = rows.map(([unit, length]) => {
                const round = roundLength(most * metres / length);
                return {unit, round, wide: round * length / metres};
            });
            const key = drawn.map(({round, wide}) => `${round} ${wide.toFixed(1)}`).join();
            if (control.bars.dataset.key === key) return;
            control.bars.dataset.key = key;
            const label = (text, said) => {
                const node = svg("text", said);
                node.textContent = text;
                return node;
            };
            const units = drawn.map(({unit}, n) => label(words[unit], {"text-anchor": "end", y: n ? 31.5 : 15}));
            control.bars.replaceChildren(...units);
            const left = Math.max(...units.map(unit => unit.getComputedTextLength())) + 7;
            drawn.forEach(({unit, round, wide}, n) => {
                const y = n ? 23.5 : 18.5, up = n ? 1 : -1, right = (left + wide).toFixed(1), half = (left + wide / 2).toFixed(1);
                const bar = svg("path", {d: `M${left.toFixed(1)} ${y + 5 * up}V${y}H${right}V${y + 5 * up}M${half} ${y}v${2.5 * up}`, fill: "none", stroke: "currentcolor"});
                bar.dataset.unit = unit;
                bar.dataset.length = round;
                units[n].setAttribute("x", (left - 7).toFixed(1));
                control.bars.append(bar, label(String(Number(round.toPrecision(1))), {x: (left + wide + 4).toFixed(1), y: n ? 31.5 : 15}));
            });
            const widest = Math.max(...drawn.map(({wide}) => wide));
            control.bars.setAttribute("width", Math.ceil(left + widest + 20));
            control.bars.setAttribute("aria-label", drawn.map(({unit, round}) => `${words[unit]}: ${Number(round.toPrecision(1))}`).join(", "));
        }
        map.on("zoomend moveend resize", measure);
        map.whenReady(measure);
    }

    function draw(map, payload) {
        const {look, names, words, bare} = payload;
        const drawn = prepare(payload);
        map.getContainer().style.background = look.margin;
        map.createPane("ground").style.zIndex = 200;
        const sheet = new Sheet((ctx, {ratio, width, height, left, top}) => {
            const zoom = map.getZoom(), scale = 2 ** (zoom - HOME_ZOOM);
            paint(ctx, drawn, look, {
                ratio, width, height, zoom, scale, x: drawn.origin[0] * scale - left, y: drawn.origin[1] * scale - top,
            }, bare);
        }, {pane: "ground"}).addTo(map);
        const said = namesOn(map, drawn, names);
        if (words) scaleOn(map, words);
        current = {map, ...said, paint: () => sheet._update(), context: () => sheet._ctx};
        return current;
    }

    let current = null;  // the one ground of this page

    return {draw, roundLength, metresPerPx, box, collide, get current() { return current; }};
})();
