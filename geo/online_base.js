// An online map under the ground, for comparison. Its attribution is shown as text.
globalThis.onlineBase = globalThis.onlineBase || (() => {
    "use strict";

    function add(map, {url, subdomains, max_zoom: maxNativeZoom, attribution}) {
        map.createPane("base").style.zIndex = 100;
        L.tileLayer(url, {pane: "base", subdomains, maxNativeZoom, maxZoom: 24, opacity: 0.75}).addTo(map);
        const credit = L.control({position: "bottomright"});
        credit.onAdd = () => {
            const box = document.createElement("div");
            box.className = "ground-base";
            box.textContent = attribution;
            return box;
        };
        credit.addTo(map);
    }

    return {add};
})();
