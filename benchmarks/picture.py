"""Save the project's own map as a picture: `python -m benchmarks.picture FILE.png`.

The map is the file that `save` writes, opened in a browser, at 25 October 21:40.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.serving import SIZE, chromium
from events.clock import minute_of, read_t
from story.story_map import story_map
from story.telling import read_story

AT = "1917-10-25T21:40"
MOST_BYTES = 1_100_000


def main() -> None:
    """Write the picture, or say why not."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.picture FILE.png")
    out = Path(sys.argv[1])
    minute = minute_of(read_t(AT))
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = Path(folder) / "map.html"
        story_map(read_story(), minute=minute).save(str(path))
        page = browser.new_page(
            viewport=SIZE, reduced_motion="reduce"
        )  # nothing pulses: same bytes
        page.goto(path.as_uri())
        page.wait_for_function(f"globalThis.storyMap && storyMap.current.minute === {minute}")
        page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        picture = page.screenshot()
    if len(picture) > MOST_BYTES:
        sys.exit(f"{out.name} would have {len(picture)} bytes; {MOST_BYTES} would do")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(picture)
    print(f"{out.name}: {len(picture) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
