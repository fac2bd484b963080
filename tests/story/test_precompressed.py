"""`export DIR/ --gzip`: files compressed once, for a server that sends them as they lie."""

import gzip
import subprocess
import sys

import pytest

from story.precompressed import with_gzip
from story.telling import ROOT


def export_to(out, *options):
    return subprocess.run(
        [sys.executable, "-m", "story", "export", out, *options],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An exported folder with its compressed files."""
    path = tmp_path_factory.mktemp("site") / "petrograd"
    done = export_to(f"{path}/", "--gzip")
    assert done.returncode == 0, done.stderr
    return path


def test_each_file_lies_beside_itself_compressed(folder):
    plain = {path.name for path in folder.iterdir() if path.suffix != ".gz"}
    packed = {path.name for path in folder.iterdir() if path.suffix == ".gz"}

    assert "index.html" in plain
    assert packed == {f"{name}.gz" for name in plain}
    for name in plain:
        assert gzip.decompress((folder / f"{name}.gz").read_bytes()) == (folder / name).read_bytes()


def test_a_page_travels_at_less_than_a_third_of_its_size(folder):
    plain = sum(path.stat().st_size for path in folder.iterdir() if path.suffix != ".gz")
    packed = sum(path.stat().st_size for path in folder.glob("*.gz"))

    assert packed < plain / 3


def test_the_same_files_give_the_same_bytes_with_no_time_in_them():
    files = {"index.html": "<p>Зимний дворец</p>" * 99, "a.js": ""}

    assert with_gzip(files) == with_gzip(files)
    for name in files:
        packed = with_gzip(files)[f"{name}.gz"]
        assert packed[3:8] == bytes(5), "no name, no time"
        assert packed[9] == 255, "and no system"


def test_exported_anew_without_it_no_older_text_is_left_to_be_sent(folder):
    keep = folder / "notes.gz"
    keep.write_bytes(b"not ours")

    done = export_to(f"{folder}/", "--title", "Another title")

    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.glob("*.gz")] == ["notes.gz"]


def test_one_file_is_not_compressed_and_the_sentence_says_so(tmp_path):
    done = export_to(str(tmp_path / "petrograd.html"), "--gzip")

    assert done.returncode == 2
    assert "--gzip is for a folder" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["https://", "https://[", "https:///a/", "http://?"])
def test_an_address_without_a_host_is_refused(tmp_path, address):
    done = export_to(f"{tmp_path}/site/", "--address", address)

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "is no address" in done.stderr
