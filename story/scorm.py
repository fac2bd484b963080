"""The story as a course package: SCORM 1.2, one item, the folder build in a zip."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from geo.ground import js_string
from story.export import Exported, Part
from story.words import words_of

SCRIPT = Path(__file__).with_suffix(".js")
MANIFEST = "imsmanifest.xml"
CP = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
ADL = "http://www.adlnet.org/xsd/adlcp_rootv1p2"
"""Names of the two vocabularies of a SCORM 1.2 manifest; names only, nobody asks for them."""
TITLE = 200
"""Characters of a title that SCORM 1.2 lets every learning system keep."""
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip, so that the same story gives the same bytes."""


def course_files(exported: Exported, complete: str | float) -> dict[str, str]:
    """The files of the package by name, the manifest first.

    `complete`: "last" when the last event was seen, or the share of events to be seen, 0 to 1.
    """
    words = words_of(str(exported.fields["lang"]))
    said = js_string({"complete": complete, "words": dict(words.section("course"))})
    settings = Part("course.js", f"globalThis.petrogradCourse = JSON.parse({said});\n")
    script = Part("scorm.js", SCRIPT.read_text("utf-8"))
    files = replace(exported, scripts=(*exported.scripts, settings, script)).folder()
    return {MANIFEST: manifest(str(exported.fields["title"]), sorted(files)), **files}


def manifest(title: str, files: list[str]) -> str:
    """What a learning system reads first: one organisation, one item, every file."""
    whole = _plain(title)
    short = whole if len(whole) <= TITLE else f"{whole[: TITLE - 1]}…"
    ElementTree.register_namespace("", CP)
    ElementTree.register_namespace("adlcp", ADL)
    root = ElementTree.Element(f"{{{CP}}}manifest", identifier="petrograd-1917", version="1.1")
    metadata = _under(root, "metadata")
    _under(metadata, "schema").text = "ADL SCORM"
    _under(metadata, "schemaversion").text = "1.2"
    organisations = _under(root, "organizations", default="story")
    organisation = _under(organisations, "organization", identifier="story")
    _under(organisation, "title").text = short
    item = _under(organisation, "item", identifier="item", identifierref="page")
    _under(item, "title").text = short
    resources = _under(root, "resources")
    page = _under(
        resources,
        "resource",
        identifier="page",
        type="webcontent",
        href="index.html",
        **{f"{{{ADL}}}scormtype": "sco"},
    )
    for name in files:
        _under(page, "file", href=name)
    ElementTree.indent(root)
    written = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{written}\n'


def course_zip(files: dict[str, str]) -> bytes:
    """The package; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it was made
            entry.external_attr = 0o644 << 16
            package.writestr(entry, text.encode("utf-8"))
    return out.getvalue()


def _under(parent: ElementTree.Element, name: str, **said: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{CP}}}{name}", said)


def _plain(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )
