"""Files compressed once, beside the files themselves, for a server that sends them as they lie."""

import gzip
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

ENDING = ".gz"


def with_gzip(files: Mapping[str, str]) -> dict[str, str | bytes]:
    """The files of a folder, by name, and each compressed under its name with `.gz` behind it.

    The same files give the same bytes: there is neither a time nor a name in them.
    """
    both: dict[str, str | bytes] = dict(files)
    for name, text in files.items():
        out = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as packed:
            packed.write(text.encode("utf-8"))
        both[f"{name}{ENDING}"] = out.getvalue()
    return both


def remove_stale(folder: Path, names: Iterable[str]) -> None:
    """Remove what an earlier export compressed: a server would send it in place of the new."""
    for name in names:
        (folder / f"{name}{ENDING}").unlink(missing_ok=True)
