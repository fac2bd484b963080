"""The story on paper: the exported page, printed to PDF by the Chromium that is there."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from story.export import Exported, Part

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
)  # fmt: skip
"""Names of programs that can print; the first that is there does."""
PAPERS = {"a4": "A4", "letter": "letter"}
"""Sizes of paper, as a style sheet names them."""
MINUTES = 3
"""After which a browser that does not print is given up."""


class NoBrowserError(RuntimeError):
    """There is no browser that could print, or it would not."""


def find_browser() -> str:
    """The program that prints: the one named by `CHROMIUM`, or the first that is there.

    Raises `NoBrowserError` with what to install if there is none.
    """
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        looked = f"CHROMIUM names {named!r}, which is" if named else f"{', '.join(BROWSERS)}: all"
        raise NoBrowserError(
            f"no browser to print with ({looked} not there); install Chromium "
            "(Debian: apt install chromium) or Chrome, or name one in CHROMIUM"
        )
    return found


def print_pdf(exported: Exported, paper: str) -> bytes:
    """The page as a PDF with page numbers, on "a4" or "letter".

    Raises `NoBrowserError` if no browser is there or it writes nothing.
    """
    browser = find_browser()
    size = Part("paper.css", f"@page {{ size: {PAPERS[paper]}; }}\n")
    page = replace(exported, styles=(*exported.styles, size)).single_file()
    with tempfile.TemporaryDirectory(prefix="handout-") as folder:
        source, made = Path(folder, "handout.html"), Path(folder, "handout.pdf")
        source.write_text(page, encoding="utf-8")
        asked = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--no-pdf-header-footer",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={made}",
            source.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            asked.insert(1, "--no-sandbox")  # Chromium refuses to run as root with one
        try:
            run = subprocess.run(asked, capture_output=True, timeout=MINUTES * 60, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoBrowserError(f"{browser} could not print: {error}") from error
        if not made.is_file():
            last = run.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no word"]
            raise NoBrowserError(f"{browser} wrote no PDF (exit code {run.returncode}): {last[0]}")
        return made.read_bytes()
