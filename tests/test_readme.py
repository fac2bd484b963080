"""The README's commands, as a reader types them in a fresh clone with an empty home."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from story.telling import ROOT

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line.split("#")[0].strip()
    for line in re.findall(r"^    (make \w+.*|python -m .*)$", README, flags=re.MULTILINE)
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh clone, with the environment that is already set up, so that nothing is fetched."""
    folder = tmp_path_factory.mktemp("clone") / "petrograd"
    if (ROOT / ".git").exists():
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    else:
        left = shutil.ignore_patterns(".venv", "build", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, folder, ignore=left)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture
def bare(tmp_path):
    """An environment with an empty home."""
    return {**os.environ, "HOME": str(tmp_path)}


def test_the_readme_names_the_two_commands_first():
    assert [command.split()[:2] for command in COMMANDS[:2]] == [["make", "run"], ["make", "test"]]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make")])
def test_make_knows_every_target_of_the_readme(clone, bare, command):
    asked = subprocess.run(
        ["make", "--dry-run", *shlex.split(command)[1:]],
        cwd=clone, env=bare, capture_output=True, text=True,
    )  # fmt: skip

    assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("python")])
@pytest.mark.parametrize("options", ["without", "with"])
def test_every_command_line_of_the_readme_works(clone, bare, command, options):
    if options == "with":
        command = command.replace("[FOLDER]", ".")
        command = re.sub(r"[\[\]]", "", command)
    else:
        command = re.sub(r"\[[^\]]*\]", "", command)

    done = subprocess.run(
        [sys.executable, *shlex.split(command)[1:]],
        cwd=clone, env=bare, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout
    if "--json" in command:
        json.loads(done.stdout)


def test_make_run_starts_the_page_on_this_machine_alone(clone, bare):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env={**bare, "STREAMLIT_SERVER_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
                    assert answer.read() == b"ok"
                break
            except (urllib.error.URLError, ConnectionError):
                assert running.poll() is None, "make run ended by itself"
                time.sleep(0.1)
        else:
            pytest.fail("the page did not start")
        with socket.socket() as probe:
            probe.settimeout(1)
            outside = socket.gethostbyname(socket.gethostname())
            if not outside.startswith("127."):
                assert probe.connect_ex((outside, port)) != 0, "it listens to other machines"
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(20)


def test_the_readme_names_every_dependency_with_a_reason():
    named = (ROOT / "pyproject.toml").read_text("utf-8")
    wanted = re.findall(r'^    "([A-Za-z0-9-]+)[=>]', named, flags=re.MULTILINE)
    section = README.split("## What it stands on")[1].split("\n## ")[0].lower()

    assert len(wanted) > 12
    assert [name for name in wanted if name.lower() not in section] == []
