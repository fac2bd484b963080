// Draws the ground: polygons and lines on one canvas below the story, names above them.
// One global name; text is set as text. Same names as geo/ground.py.
globalThis.ground = globalThis.ground || (() => {
    "use strict";

    // pixels of a stroke, by zoom: grows with the city as one comes nearer
    function strokePx(metres, zoom, least) {
        const metresPerPx = 78271.5 / 2 ** zoom;  // at 60 degrees north
        return Math.max(least, metres / metresPerPx);
    }

    const STREET_M = {1: 34, 2: 22, 3: 14};

    function styleOf(layer, feature, look, zoom) {
        const said = feature.properties;
        switch (layer) {
        case "water": return {fillColor: look.water, fillOpacity: 1, color: look.bank, weight: zoom < 12 ? 0.5 : 1};
        case "islands": return {fillColor: look.land, fillOpacity: 1, color: look.bank, weight: zoom < 12 ? 0.5 : 1};
        case "quarters": return {fillColor: look.quarter, fillOpacity: 1, stroke: false};
        case "parks": return {fillColor: look.park, fillOpacity: 1, stroke: false};
        case "canals": return {color: look.water, weight: strokePx(said.width_m || 30, zoom, 1), lineCap: "butt"};
        case "railways": return {color: look.railway, weight: zoom < 13 ? 1 : 1.6, dashArray: zoom < 13 ? null : "7 3"};
        default: return {color: look.street, weight: strokePx(STREET_M[said.rank] || 14, zoom, said.rank === 1 ? 1.6 : 0.9)};
        }
    }

    function draw(map, payload) {
        const {look, layers, labels} = payload;
        const container = map.getContainer();
        container.style.background = look.land;
        map.createPane("ground").style.zIndex = 200;
        const names = map.createPane("names");
        names.style.zIndex = 350;
        names.style.pointerEvents = "none";
        const renderer = L.canvas({pane: "ground", padding: 0.5});

        const drawn = [];
        for (const [layer, features] of Object.entries(layers)) {
            if (layer === "streets") {  // an edge below, so that streets read on any ground
                drawn.push(["edges", add(features, layer)]);
            }
            drawn.push([layer, add(features, layer)]);
        }
        function add(features, layer) {
            return L.geoJSON(features, {
                renderer, pane: "ground", interactive: false, smoothFactor: 0.5,
                style: feature => styleOf(layer, feature, look, map.getZoom()),
            }).addTo(map);
        }

        const marks = labels.map(([text, lat, lon, turn, layer, from]) => {
            const box = document.createElement("div");
            box.className = `ground-name ground-name-${layer}`;
            const span = document.createElement("span");
            span.textContent = text;
            span.style.transform = `translate(-50%, -50%) rotate(${turn}deg)`;
            span.style.color = layer === "water" || layer === "canals" ? look.water_label : look.land_label;
            span.style.textShadow = `0 0 2px ${look.halo}, 0 0 2px ${look.halo}, 0 0 3px ${look.halo}`;
            box.append(span);
            const icon = L.divIcon({html: box, className: "", iconSize: [0, 0]});
            return {from, mark: L.marker([lat, lon], {icon, pane: "names", interactive: false, keyboard: false})};
        });

        function restyle() {
            const zoom = map.getZoom();
            for (const [layer, group] of drawn) {
                group.setStyle(feature => {
                    if (layer !== "edges") return styleOf(layer, feature, look, zoom);
                    const street = styleOf("streets", feature, look, zoom);
                    return {color: look.street_edge, weight: street.weight + 1.2};
                });
            }
            for (const {from, mark} of marks) {
                if (zoom >= from && zoom < from + 4.5) mark.addTo(map); else mark.remove();
            }
        }
        map.on("zoomend", restyle);
        map.whenReady(restyle);
    }

    return {draw, strokePx, styleOf};
})();
