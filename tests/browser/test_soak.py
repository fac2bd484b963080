"""A short run of `make soak`, and that it would notice."""

import pytest

from benchmarks.soak import Look, Soak, kiosk, soak
from story.export import Edition, export
from story.kiosk import Kiosk


@pytest.fixture(scope="module")
def file(story, tmp_path_factory):
    path = tmp_path_factory.mktemp("soak") / "kiosk.html"
    path.write_text(export(story, Edition(kiosk=Kiosk(languages=("en",)))).single_file(), "utf-8")
    return path


def test_a_page_that_gives_up_ends_the_run_with_a_sentence(chromium, file):
    with kiosk(chromium, file) as page:
        page.evaluate("void (petrograd.begin = () => { throw new Error('spilt'); })")

        faults = soak(page, 3, 2, warm_up=1).faults()

    assert any("the run ended" in fault or "spilt" in fault for fault in faults)


def looks(*heaps, nodes=(), listeners=()):
    number = len(heaps)
    return Soak([
        Look(100 * n, heaps[n], (nodes or [9000] * number)[n], (listeners or [180] * number)[n], 0)
        for n in range(number)
    ])  # fmt: skip


def test_visitor_after_visitor_leaves_the_kiosk_as_it_was(chromium, file):
    with kiosk(chromium, file) as page:
        done = soak(page, 10, 20, warm_up=10)

        assert page.evaluate("petrograd.kiosk.log.resets") >= 20
        assert page.evaluate("petrograd.kiosk.log.touches") > 100, "the visitors did nothing"
    assert done.errors == []
    assert [look.resets for look in done.looks] == list(range(11))
    assert [fault for fault in done.faults() if "heap" not in fault] == []


def test_what_a_reset_leaves_behind_and_what_the_page_reports_are_found(chromium, file):
    with kiosk(chromium, file) as page:
        page.evaluate(
            """() => {
                const reset = petrograd.begin;
                setTimeout(() => { throw new Error("spilt"); }, 50);
                petrograd.begin = () => {
                    reset();
                    document.addEventListener("click", () => 0);
                    document.body.append(...Array.from({length: 50}, () => document.createElement("i")));
                    document.querySelector(".legend").scrollTop = 5;
                };
            }"""
        )

        faults = soak(page, 3, 2, warm_up=1).faults()

    assert any("spilt" in fault for fault in faults), faults
    assert any("nodes grew" in fault for fault in faults)
    assert any("listeners grew" in fault for fault in faults)


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        (looks(5.0, 5.1, 5.05, 5.1), None),
        (looks(5.0, 5.2, 5.4, 5.6), "the heap grew by 0.60 MB in 300 resets"),
        (looks(5.0, 5.0, 5.0, nodes=[9000, 9100, 9200]), "nodes grew by 200 in 200 resets"),
        (looks(5.0, 5.0, 5.0, listeners=[180, 182, 184]), "listeners grew by 4 in 200 resets"),
    ],
    ids=["flat", "heap", "nodes", "listeners"],
)
def test_growth_is_a_fault(seen, fault):
    assert seen.faults() == ([fault] if fault else [])


def test_the_slope_is_told_for_a_thousand_resets():
    assert looks(5.0, 5.1, 5.2).heap_mb_per_1000() == pytest.approx(1.0)
