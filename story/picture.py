"""The city at one minute as a picture for paper: vectors, drawn here, no script.

The ground is drawn once for a page, by `ground_symbol`; each picture is that ground with the
marks of its minute. Units of the pictures are ten metres, x to the east and y to the south.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import cos, hypot, radians

from markupsafe import Markup
from shapely import box, get_coordinates
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from events.clock import DAYS
from events.state import City, OnRoute
from geo.basemap import Ground
from geo.looks import DAY
from geo.measure import Position
from geo.places import Place
from story.card import counts_line
from story.telling import Story
from story.words import Words, power_line

WEST, SOUTH, EAST, NORTH = FRAME = (30.236, 59.9085, 30.412, 59.9705)
"""What a picture shows, (min_lon, min_lat, max_lon, max_lat) in degrees."""
UNIT_M = 10
PER_LON = 111_320 * cos(radians((SOUTH + NORTH) / 2)) / UNIT_M
PER_LAT = 111_412 / UNIT_M
"""Units to a degree of longitude and of latitude, at 60 degrees north."""
WIDTH, HEIGHT = round((EAST - WEST) * PER_LON), round((NORTH - SOUTH) * PER_LAT)

MOMENTS = (timedelta(hours=2), timedelta(hours=10), timedelta(hours=18), timedelta(hours=21, minutes=40))  # fmt: skip
"""The chosen moments of the 25th: the posts and bridges taken, the government declared deposed,
the line round the palace closed, the Aurora's shot."""
DAY_ENDS = timedelta(hours=23, minutes=59)

Box = tuple[float, float, float, float]
"""(left, top, right, bottom) in units."""


def moments(first: datetime, last: datetime) -> tuple[datetime, ...]:
    """The minutes of which a handout has a picture, within the clock of an edition.

    Each day as it ended and the chosen moments of the 25th; of a clock that holds none of them,
    its last minute.
    """
    wanted = [day + DAY_ENDS for day in DAYS] + [DAYS[4] + moment for moment in MOMENTS]
    held = sorted(t for t in wanted if first <= t <= last)
    return tuple(held or [last])


def at(position: Position) -> tuple[float, float]:
    """A position in degrees, longitude first, as (x, y) in units."""
    return (position[0] - WEST) * PER_LON, (NORTH - position[1]) * PER_LAT


def ground_symbol(ground: Ground) -> Markup:
    """The ground and the marks, to be used by every `picture` of the page."""
    parts = [_area(ground, "quarters", DAY["quarter"]), _area(ground, "parks", DAY["park"])]
    parts += [_area(ground, "cemeteries", DAY["park"]), _area(ground, "squares", DAY["street"])]
    parts += [_area(ground, "water", DAY["water"], DAY["bank"])]
    for feature in ground.get("canals", ()):
        if not feature.properties.get("in_water"):
            width = max(1.2, float(feature.properties.get("width_m", 30)) / UNIT_M)
            parts.append(_line([feature.geometry], DAY["water"], width))
    for rank, width in ((3, 0.9), (2, 1.6), (1, 2.6)):
        streets = [
            feature.geometry
            for feature in ground.get("streets", ())
            if feature.properties.get("rank", 3) == rank
        ]
        parts.append(_line(streets, DAY["street"], width))
    parts.append(_line((f.geometry for f in ground.get("railways", ())), DAY["railway"], 0.8, "4 2"))  # fmt: skip
    parts.append(_area(ground, "buildings", DAY.get("building", DAY["railway"])))
    return Markup(
        '<svg class="symbols" width="0" height="0" aria-hidden="true"><defs><symbol id="sheet" '
        'viewBox="0 0 {0} {1}"><path d="M0 0H{0}V{1}H0Z" fill="{2}"/>{3}</symbol>{4}</defs></svg>'
    ).format(WIDTH, HEIGHT, DAY["land"], Markup("").join(parts), _marks())


def still_picture(ground: Ground) -> Markup:
    """The river and the canals alone, to be coloured by a style: what stands in for the map."""
    canals = [
        feature.geometry
        for feature in ground.get("canals", ())
        if not feature.properties.get("in_water")
    ]
    return Markup(
        '<svg class="still" viewBox="0 0 {} {}" preserveAspectRatio="xMidYMid slice" '
        'aria-hidden="true">{}{}</svg>'
    ).format(
        WIDTH, HEIGHT, _area(ground, "water", "currentcolor"), _line(canals, "currentcolor", 4)
    )


def picture(story: Story, t: datetime, words: Words) -> Markup:
    """The city at `t`, with a line of what is so and a key; needs the `ground_symbol`."""
    city = story.at(t)
    taken: list[Box] = []
    places = sorted(
        (p for p in story.places.values() if p.id in city.holdings and _inside(at(p.lon_lat))),
        key=lambda place: place.rank,
    )
    units = [(unit, *at(story.position(where))) for unit, where in city.units.items()]
    units = [(unit, x, y) for unit, x, y in units if _inside((x, y))]
    for place in places:
        x, y = at(place.lon_lat)
        taken.append((x - 9, y - 9, x + 9, y + 9))
    taken += [
        (x - 7, y - 7, x + 7, y + 7)
        for (unit, x, y) in units
        if getattr(city.units[unit], "moving", False)
    ]
    told = city.last
    title = words("file", "picture", t=words.clock(t), event=story.text(told).title) if told else words.clock(t)  # fmt: skip
    return Markup(
        '<figure class="picture"><figcaption><strong>{when}</strong> <span>{style}</span><br>'
        '{power}<br>{counts}</figcaption><svg viewBox="0 0 {w} {h}" role="img" aria-label="{title}">'
        '<use href="#sheet" width="{w}" height="{h}"/>{ring}{bridges}{ways}{marks}{units}{names}'
        "</svg></figure>"
    ).format(
        when=words.clock(t),
        style=words.clock(t, "ns"),
        power=power_line(city, words),
        counts=counts_line(story, city, words),
        title=title,
        w=WIDTH,
        h=HEIGHT,
        ring=_ring(story, city),
        bridges=_bridges(story, city),
        ways=_ways(story, city),
        marks=Markup("").join(_mark(city, place) for place in places),
        units=Markup("").join(
            Markup('<use href="#unit-{}" x="{}" y="{}" width="14" height="14" fill="{}"/>').format(
                _shape(story.actors[unit].kind),
                round(x - 7, 1),
                round(y - 7, 1),
                DAY[story.actors[unit].side],
            )
            for unit, x, y in units
        ),
        names=_names([(story.name(p.id), p) for p in places if p.rank == 1], taken),
    )


def pictures(story: Story, first: datetime, last: datetime, words: Words) -> Markup:
    """Every picture of a handout, with the ground and a key to the marks."""
    return Markup(
        '<section class="pictures" aria-label="{title}">{ground}<h2 class="part">{title}</h2>{key}{all}</section>'
    ).format(
        title=words("file", "pictures"),
        ground=ground_symbol(story.ground),
        key=_key(words),
        all=Markup("").join(picture(story, t, words) for t in moments(first, last)),
    )


# ---- the ground


def _path(geometry: BaseGeometry, tolerance: float = 0.6) -> str:
    """An SVG path in units, clipped to the frame; each figure starts where it is, then in steps."""
    clipped = geometry.intersection(box(*FRAME).buffer(0.004))
    turned = affine_transform(
        clipped, [PER_LON, 0, 0, -PER_LAT, -WEST * PER_LON, NORTH * PER_LAT]
    ).simplify(tolerance)
    figures = []
    for part in getattr(turned, "geoms", [turned]):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings:
            if ring.is_empty or ring.geom_type not in ("LinearRing", "LineString"):
                continue
            steps = [(round(x), round(y)) for x, y in get_coordinates(ring)]
            (x0, y0), *rest = steps
            drawn = f"M{x0} {y0}l"
            moved = []
            for (ax, ay), (bx, by) in zip(steps, rest, strict=False):
                if (ax, ay) != (bx, by):
                    moved.append(f"{bx - ax} {by - ay}")
            if moved:
                figures.append(drawn + " ".join(moved).replace(" -", "-"))
    return "".join(figures)


def _area(ground: Ground, layer: str, fill: str, edge: str | None = None) -> Markup:
    path = "".join(_path(feature.geometry) for feature in ground.get(layer, ()))
    if not path:
        return Markup("")
    stroke = Markup(' stroke="{}" stroke-width="0.8"').format(edge) if edge else ""
    return Markup('<path d="{}" fill="{}" fill-rule="evenodd"{}/>').format(path, fill, stroke)


def _line(
    lines: Iterable[BaseGeometry], colour: str, width: float, dashes: str | None = None
) -> Markup:
    path = "".join(_path(line) for line in lines)
    if not path:
        return Markup("")
    dashed = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else ""
    return Markup('<path d="{}" fill="none" stroke="{}" stroke-width="{}"{}/>').format(
        path, colour, width, dashed
    )


# ---- marks: the same shapes as on the map


def _marks() -> Markup:
    edge = DAY["mark_edge"]
    shapes = {
        "mark-government": f'<rect x="-8" y="-8" width="16" height="16" fill="{DAY["government"]}" stroke="{edge}" stroke-width="1.8"/><rect x="-4" y="-4" width="8" height="8" fill="none" stroke="{edge}" stroke-width="1.5"/>',
        "mark-mrc": f'<circle r="8.6" fill="{DAY["mrc"]}" stroke="{edge}" stroke-width="1.8"/><circle r="3" fill="{edge}"/>',
        "mark-neutral": f'<path d="M0-8.5 8.5 0 0 8.5-8.5 0Z" fill="{edge}" stroke="{DAY["neutral"]}" stroke-width="2.2"/>',
        "mark-contested": f'<path d="M0-9A9 9 0 0 0 0 9Z" fill="{DAY["government"]}"/><path d="M0-9A9 9 0 0 1 0 9Z" fill="{DAY["mrc"]}"/><path d="M-7.5-2 2-8.6M-8.4 4.4 7-6.2M-4.6 7.6 8.6-1.6M2 8.6 8 4.4" stroke="{edge}" stroke-width="1.5"/>',
        "claim-mrc": f'<circle r="11.6" fill="none" stroke="{DAY["mrc"]}" stroke-width="1.8" stroke-dasharray="3.4 2.6"/>',
        "claim-government": f'<rect x="-11.4" y="-11.4" width="22.8" height="22.8" fill="none" stroke="{DAY["government"]}" stroke-width="1.8" stroke-dasharray="3.4 2.6"/>',
        "unit-ship": f'<path d="M-9 1H9L6 7H-6ZM-3-1V-6H0V-1ZM1.5-1V-5H4V-1Z" stroke="{edge}" stroke-width="1.2"/>',
        "unit-person": f'<circle cy="-4" r="3.6" stroke="{edge}" stroke-width="1.2"/><path d="M-6 8C-6 2-3 0 0 0S6 2 6 8Z" stroke="{edge}" stroke-width="1.2"/>',
        "unit-people": f'<path d="M-6-8 8-3-4 2V9H-6Z" stroke="{edge}" stroke-width="1.2"/>',
    }
    return Markup("").join(
        Markup(f'<symbol id="{name}" viewBox="-13 -13 26 26">{shape}</symbol>')
        for name, shape in shapes.items()
    )


def _mark(city: City, place: Place) -> Markup:
    x, y = at(place.lon_lat)
    holding = city.holdings[place.id]
    size = {1: 24, 2: 19, 3: 16}[place.rank]
    names = [f"mark-{holding.holder}"] + ([f"claim-{holding.claim}"] if holding.claim else [])
    return Markup("").join(
        Markup('<use href="#{0}" x="{1}" y="{2}" width="{3}" height="{3}"/>').format(
            name, round(x - size / 2, 1), round(y - size / 2, 1), size
        )
        for name in names
        if name in MARKS
    )


MARKS = frozenset({"mark-government", "mark-mrc", "mark-neutral", "mark-contested", "claim-mrc", "claim-government"})  # fmt: skip


def _shape(kind: str) -> str:
    return kind if kind in ("ship", "person") else "people"


def _bridges(story: Story, city: City) -> Markup:
    drawn = []
    for place in story.places.values():
        if not place.is_bridge:
            continue
        held = city.holdings.get(place.id)
        colour = DAY[held.holder if held else "unknown"]
        (x0, y0), (x1, y1) = at(place.geometry.coords[0]), at(place.geometry.coords[-1])
        if city.spans.get(place.id) == "raised":
            path = _raised((x0, y0), (x1, y1))
        else:
            path = f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"
        for stroke, width in ((DAY["mark_edge"], 8), (colour, 4.4)):
            drawn.append(
                Markup('<path d="{}" fill="none" stroke="{}" stroke-width="{}"/>').format(
                    path, stroke, width
                )
            )
    return Markup("").join(drawn)


def _raised(a: tuple[float, float], b: tuple[float, float]) -> str:
    """A bridge open in the middle, its leaves standing up at either side of the gap."""
    length = hypot(b[0] - a[0], b[1] - a[1])
    along = ((b[0] - a[0]) / length, (b[1] - a[1]) / length)
    across = (along[1], -along[0]) if along[0] >= 0 else (-along[1], along[0])
    pieces = []
    for start, sign in ((a, 1), (b, -1)):
        reach = length * 0.36
        x, y = start[0] + sign * along[0] * reach, start[1] + sign * along[1] * reach
        tip = (x + sign * along[0] * 4 + across[0] * 9, y + sign * along[1] * 4 + across[1] * 9)
        pieces.append(f"M{start[0]:.1f} {start[1]:.1f}L{x:.1f} {y:.1f}L{tip[0]:.1f} {tip[1]:.1f}")
    return "".join(pieces)


def _ways(story: Story, city: City) -> Markup:
    """The ways of those who are moving: solid where a source gives the way, else dashed."""
    drawn = []
    for unit, where in city.units.items():
        if isinstance(where, OnRoute) and where.moving:
            route = story.routes[where.route]
            path = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in map(at, route.line))
            dashed = Markup(' stroke-dasharray="5 4"') if route.basis == "inferred" else ""
            drawn.append(
                Markup('<path d="{}" fill="none" stroke="{}" stroke-width="2.4"{}/>').format(
                    path, DAY[story.actors[unit].side], dashed
                )
            )
    return Markup("").join(drawn)


def _ring(story: Story, city: City) -> Markup:
    ring = story.rings.get(city.ring)
    if ring is None:
        return Markup("")
    path = "".join(
        "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in map(at, line)) for line in ring.lines
    )
    dashed = "" if ring.closed else Markup(' stroke-dasharray="1 6" stroke-linecap="round"')
    return Markup(
        '<path d="{0}" fill="none" stroke="{1}" stroke-width="8" opacity=".8"/>'
        '<path d="{0}" fill="none" stroke="{2}" stroke-width="4"{3}/>'
    ).format(path, DAY["mark_edge"], DAY["mrc"], dashed)


# ---- names

LETTER, LINE = 6.6, 14
"""Width of a letter and height of a line, in units; names are set in 13 units."""


def _names(places: Iterable[tuple[str, Place]], taken: list[Box]) -> Markup:
    """Names of the great places, where they cover no mark and no other name."""
    drawn = []
    for text, place in places:
        spot = next(
            (
                spot
                for spot in _spots(at(place.lon_lat), len(text) * LETTER)
                if not _covers(spot, taken)
            ),
            None,
        )
        if spot:
            taken.append(spot)
            drawn.append(
                Markup('<text x="{}" y="{}">{}</text>').format(
                    round(spot[0], 1), round(spot[3] - 3.5, 1), text
                )
            )
    halo = DAY.get("label_halo", DAY["land"])
    return Markup(
        '<g font-family="Georgia, DejaVu Serif, serif" font-size="13" font-weight="600" fill="{}" '
        'stroke="{}" stroke-width="3" paint-order="stroke" stroke-linejoin="round">{}</g>'
    ).format(DAY["ink"], halo, Markup("").join(drawn))


def _spots(at: tuple[float, float], width: float) -> Iterator[Box]:
    x, y = at
    for left, top in (
        (x + 13, y - LINE / 2), (x - 13 - width, y - LINE / 2),
        (x - width / 2, y - 14 - LINE), (x - width / 2, y + 14),
        (x + 9, y - 10 - LINE), (x + 9, y + 10), (x - 9 - width, y - 10 - LINE), (x - 9 - width, y + 10),
    ):  # fmt: skip
        if left >= 2 and top >= 2 and left + width <= WIDTH - 2 and top + LINE <= HEIGHT - 2:
            yield left, top, left + width, top + LINE


def _covers(box: Box, taken: Iterable[Box]) -> bool:
    return any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in taken
    )


def _inside(at: tuple[float, float]) -> bool:
    return 0 <= at[0] <= WIDTH and 0 <= at[1] <= HEIGHT


def _key(words: Words) -> Markup:
    """What the marks mean, in one line."""
    rows = [
        (f"mark-{holder}", words("holder_short", holder))
        for holder in ("government", "mrc", "contested", "neutral")
    ]
    rows.append(("claim-mrc", words("map", "claimed")))
    rows += [
        ("unit-people", words("map", "unit")),
        ("unit-ship", words("map", "ship")),
        ("unit-person", words("map", "person")),
    ]
    return Markup('<p class="key">{}</p>').format(
        Markup(" ").join(
            Markup(
                '<span><svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true"><use href="#{}" width="24" height="24"/></svg> {}</span>'
            ).format(name, text)
            for name, text in rows
        )
    )
