"""The course package as a learning system checks it: manifest, names, bytes."""

import io
import json
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

import pytest

from story.export import Edition, export
from story.scorm import ADL, CP, MANIFEST, course_files, course_zip, manifest
from story.telling import ROOT
from tests.story.naughty import NAUGHTY, everything_says

HOSTILE = {**NAUGHTY, "what XML cannot hold": "\x00\x07 title \x1b[31m \ufffe"}  # fmt: skip
NAMES = {"cp": CP, "adlcp": ADL}


@pytest.fixture(scope="module")
def package(story):
    """The package as a zip."""
    return course_zip(course_files(export(story, Edition()), "last"))


def opened(package):
    return zipfile.ZipFile(io.BytesIO(package))


def read_manifest(text):
    return ElementTree.fromstring(text)


def test_the_manifest_lies_at_the_root_and_comes_first(package):
    assert opened(package).namelist()[0] == "imsmanifest.xml"


def test_the_manifest_names_every_file_and_no_other(package):
    names = opened(package).namelist()
    root = read_manifest(opened(package).read(MANIFEST))

    named = [node.get("href") for node in root.iterfind(".//cp:resource/cp:file", NAMES)]

    assert len(named) > 12
    assert sorted(named) == sorted(set(names) - {MANIFEST})
    assert len(set(names)) == len(names)


def test_the_manifest_is_of_scorm_1_2_with_one_item_that_is_the_page(package):
    root = read_manifest(opened(package).read(MANIFEST))

    assert root.tag == f"{{{CP}}}manifest"
    assert root.findtext("cp:metadata/cp:schema", namespaces=NAMES) == "ADL SCORM"
    assert root.findtext("cp:metadata/cp:schemaversion", namespaces=NAMES) == "1.2"
    organisations = root.find("cp:organizations", NAMES)
    (organisation,) = organisations.findall("cp:organization", NAMES)
    assert organisations.get("default") == organisation.get("identifier")
    (item,) = organisation.findall("cp:item", NAMES)
    (resource,) = root.findall("cp:resources/cp:resource", NAMES)
    assert item.get("identifierref") == resource.get("identifier")
    assert resource.get("href") == "index.html"
    assert resource.get("type") == "webcontent"
    assert resource.get(f"{{{ADL}}}scormtype") == "sco"
    assert [node.text for node in root.iterfind(".//cp:title", NAMES)] == ["Petrograd, October 1917"] * 2  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE)
def test_a_title_stands_in_the_manifest_as_it_was_written(title):
    root = read_manifest(manifest(title, ["index.html"]))

    plain = "".join(c for c in title if c >= " " and c != "\ufffe")
    assert {node.text for node in root.iterfind(".//cp:title", NAMES)} == {plain}
    assert len(list(root.iter())) == 12


def test_a_title_is_cut_to_what_the_standard_lets_a_system_keep():
    root = read_manifest(manifest("x" * 20000, ["index.html"]))

    for node in root.iterfind(".//cp:title", NAMES):
        assert node.text == "x" * 199 + "…"


def test_names_in_the_zip_stay_in_its_folder(package):
    for entry in opened(package).infolist():
        assert not entry.filename.startswith("/")
        assert not {"..", "", "."} & set(entry.filename.split("/"))
        assert "\\" not in entry.filename
        assert ":" not in entry.filename
        assert entry.external_attr >> 16 == 0o644, "a plain file, no link"


def test_times_in_the_zip_are_fixed_and_nothing_is_kept_of_the_machine(package):
    assert {entry.date_time for entry in opened(package).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.create_system for entry in opened(package).infolist()} == {3}
    assert {entry.extra for entry in opened(package).infolist()} == {b""}
    assert opened(package).testzip() is None


def test_the_same_story_gives_the_same_bytes_whatever_the_order_of_sets(tmp_path):
    made = []
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.zip"
        subprocess.run(
            [sys.executable, "-m", "story", "scorm", str(out), "--complete", "60%"],
            cwd=ROOT, env={"PYTHONHASHSEED": seed, "PATH": ""}, check=True, capture_output=True,
        )  # fmt: skip
        made.append(out.read_bytes())

    assert made[0] == made[1]


@pytest.mark.parametrize("text", NAUGHTY.values(), ids=NAUGHTY)
def test_no_text_of_the_story_breaks_the_package(story, text):
    files = course_files(export(everything_says(story, text), Edition(title=text)), "last")

    root = read_manifest(opened(course_zip(files)).read(MANIFEST))

    assert [node.text for node in root.iterfind(".//cp:title", NAMES)] == [text] * 2
    assert set(files) == {MANIFEST} | {
        node.get("href") for node in root.iterfind(".//cp:resource/cp:file", NAMES)
    }


@pytest.mark.parametrize(
    ("asked", "said"),
    [("0%", "neither 'last' nor"), ("101%", "'101%'"), ("half", "'half'"), ("60", "'60'"), ("-5%", "'-5%'")],
)  # fmt: skip
def test_a_share_that_is_none_is_refused_in_one_sentence(tmp_path, asked, said):
    done = subprocess.run(
        [sys.executable, "-m", "story", "scorm", str(tmp_path / "p.zip"), f"--complete={asked}"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "p.zip").exists()


def test_the_learning_system_of_the_tests_is_pinned_by_content_and_names_no_registry():
    kit = ROOT / "tests" / "scorm"
    lock = (kit / "package-lock.json").read_text("utf-8")
    packages = {name: said for name, said in json.loads(lock)["packages"].items() if name}

    assert list(packages) == ["node_modules/scorm-again"]
    assert all(said["integrity"].startswith("sha512-") for said in packages.values())
    pinned = (kit / "requirements.txt").read_text("utf-8")
    assert pinned.count("--hash=sha256:") > 5
    for text in (lock, pinned, (kit / "package.json").read_text("utf-8")):
        assert "resolved" not in text
        assert "://" not in text
