"""Imports point one way: `streamlit_app -> story -> events, geo`."""

import ast

import pytest

from story.telling import ROOT

OURS = {"streamlit_app", "story", "events", "geo"}
NEVER = {
    "events": {"geo", "story", "streamlit_app", "streamlit", "folium", "branca"},
    "geo": {"events", "story", "streamlit_app", "streamlit"},
    "story": {"streamlit_app", "streamlit"},
    "streamlit_app": set(),
}
"""By package, or the page: what no file of it imports."""
ALONE = {"geopandas": "story/topology.py"}
"""What one file alone imports: it is slow to load, and the page does without."""
NOT_OURS = {".venv", "build", ".git", "node_modules"}


def modules_of(root):
    """Every Python file of the page and the packages, the path from `root` with it."""
    for top in sorted(OURS):
        for path in [root / f"{top}.py", *sorted((root / top).rglob("*.py"))]:
            if path.is_file():
                yield path.relative_to(root)


def imported(root, path):
    """The dotted names that the import statements of a file name, wherever they stand in it.

    `from a import b` may mean the module `a.b`: both are named. A relative import is told from
    the top; a name handed to `import_module` or `__import__` counts.
    """
    package = path.with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse((root / path).read_text("utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                above = package[: len(package) - node.level + 1] if node.level else ()
                start = ".".join([*above, *([node.module] if node.module else [])])
                if start:
                    yield start
                yield from (f"{start}.{alias.name}".lstrip(".") for alias in node.names)
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
                called = getattr(function, "attr", getattr(function, "id", None))
                if called in ("import_module", "__import__"):
                    yield name


def arrows_back(root):
    """One sentence for each import that points the wrong way."""
    for path in modules_of(root):
        package = path.parts[0].removesuffix(".py")
        for name in imported(root, path):
            top = name.split(".")[0]
            if top in NEVER[package]:
                yield f"{path.as_posix()} imports {name}"
            if path.as_posix() != ALONE.get(top, path.as_posix()):
                yield f"{path.as_posix()} imports {name}, which {ALONE[top]} alone does"


def test_imports_point_one_way():
    assert list(arrows_back(ROOT)) == []


def test_nothing_imports_the_page():
    files = [
        path.relative_to(ROOT)
        for path in ROOT.rglob("*.py")
        if not NOT_OURS & set(path.relative_to(ROOT).parts)
    ]
    assert len(files) > 30

    assert [
        path for path in files for name in imported(ROOT, path)
        if name.split(".")[0] == "streamlit_app"
    ] == []  # fmt: skip


def test_the_reader_reads_every_module_and_sees_what_it_imports():
    """Or it would find no arrow back because it found nothing."""
    found = {path.as_posix(): set(imported(ROOT, path)) for path in modules_of(ROOT)}

    assert {path.split("/")[0] for path in found} == {"streamlit_app.py", "story", "events", "geo"}
    assert {"events/state.py", "geo/places.py", "story/__main__.py"} <= found.keys()
    assert {"streamlit", "story.card", "events.clock"} <= found["streamlit_app.py"]
    assert {"events.model", "events.clock"} <= found["events/check.py"]
    assert "geopandas" in found["story/topology.py"]
    assert any("folium" in names for path, names in found.items() if path.startswith("geo/"))


@pytest.fixture
def small_house(tmp_path):
    """A checkout in small in which every import is as it should be."""
    for path, text in {
        "streamlit_app.py": "import streamlit as st\nfrom story import telling\n",
        "story/telling.py": "from events.state import city_at\nfrom geo.places import Place\n",
        "story/topology.py": "def ask():\n    import geopandas as gpd\n",
        "events/state.py": "from events import model\nfrom . import model\n",
        "events/model.py": "import json\n",
        "geo/places.py": "import folium\nfrom branca.element import Figure\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    return tmp_path


def test_a_house_in_order_has_no_arrow_back(small_house):
    assert list(arrows_back(small_house)) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("events/state.py", "from geo.places import Place"),
        ("events/state.py", "import geo"),
        ("events/state.py", "from story.telling import Story"),
        ("events/state.py", "import json, streamlit"),
        ("events/state.py", "from folium import Map"),
        ("events/state.py", "import branca.element"),
        ("events/state.py", "def late():\n    import folium"),
        ("events/state.py", "try:\n    import folium\nexcept ImportError:\n    pass"),
        ("events/state.py", "from ..geo import places"),
        ("events/state.py", "from .. import geo"),
        ("events/state.py", "import importlib\nimportlib.import_module('geo.places')"),
        ("events/state.py", "places = __import__('geo')"),
        ("events/new_folder/new.py", "import geo.places"),
        ("geo/places.py", "from events import City"),
        ("geo/places.py", "import story.words as words"),
        ("geo/places.py", "import streamlit as st"),
        ("geo/places.py", "import geopandas"),
        ("story/telling.py", "import streamlit"),
        ("story/telling.py", "from streamlit.components import v2"),
        ("story/telling.py", "import streamlit_app"),
        ("story/telling.py", "from geopandas import GeoSeries"),
        ("streamlit_app.py", "import geopandas"),
    ],
)
def test_a_planted_wrong_import_is_found(small_house, path, line):
    planted = small_house / path
    planted.parent.mkdir(exist_ok=True)
    before = planted.read_text("utf-8") if planted.exists() else ""
    planted.write_text(f"{before}\n{line}\n", "utf-8")

    found = list(arrows_back(small_house))

    assert found
    assert all(sentence.startswith(f"{path} imports ") for sentence in found)


def test_a_name_that_only_begins_like_ours_is_no_arrow(small_house):
    state = small_house / "events" / "state.py"
    state.write_text("import geojson\nimport streamlitfree\n# import geo\nwords = 'import geo'\n")

    assert list(arrows_back(small_house)) == []
