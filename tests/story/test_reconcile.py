"""Laws of the two clocks, against a made-up browser in which everything comes late."""

from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from story.reconcile import ON_THE_WAY, Clock, Jump, Report, reconcile

# ---- single messages


def test_a_move_of_the_slider_moves_the_clock_and_gives_the_map_a_new_order():
    clock = reconcile(Clock(100, seq=4), 160)

    assert (clock.minute, clock.seq) == (160, 5)


def test_a_message_that_moves_nothing_gives_no_order():
    clock = reconcile(Clock(100, seq=4), 100, other=True)

    assert (clock.minute, clock.seq) == (100, 4)


def test_a_jump_beats_the_slider_and_the_slider_beats_the_map():
    clock = Clock(100, seq=4, playing=True, said=100)
    report = Report(120, seq=4, playing=True)

    assert reconcile(clock, 300, report, Jump(500)).minute == 500
    assert reconcile(clock, 300, report).minute == 300
    assert reconcile(clock, 100, report).minute == 120


def test_a_report_under_an_older_order_is_dropped():
    clock = Clock(100, seq=4, said=100)

    late = reconcile(clock, 100, Report(90, seq=3, playing=True))

    assert (late.minute, late.seq, late.playing) == (100, 4, False)


def test_a_report_moves_the_clock_without_a_new_order_so_that_the_map_plays_on():
    clock = reconcile(Clock(100, seq=4, playing=True, said=100), 100, Report(120, 4, playing=True))

    assert (clock.minute, clock.seq, clock.playing) == (120, 4, True)


def test_the_map_at_its_end_stops_the_clock():
    clock = reconcile(Clock(100, seq=4, playing=True, said=100), 100, Report(120, 4))

    assert (clock.minute, clock.playing) == (120, False)


CAUSES = {
    "a report": {"report": Report(120, 1)},
    "play": {"toggled": True},
    "the speed": {"hurried": True},
    "a switch": {"other": True},
}


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_the_echo_of_a_value_the_server_has_left_is_no_move(cause):
    """Next goes from 100 to 200; a message sent before the browser shows 200 still says 100."""
    clock = reconcile(Clock(100), 100, jump=Jump(200))

    clock = reconcile(clock, 100, **cause)

    assert clock.minute == (120 if "report" in cause else 200)


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_two_steps_leave_two_echoes_and_neither_is_a_move(cause):
    clock = reconcile(Clock(100), 100, jump=Jump(200))
    clock = reconcile(clock, 100, jump=Jump(300))
    cause = {key: Report(300, 2) if key == "report" else said for key, said in cause.items()}

    clock = reconcile(clock, 200, **cause)  # only the first of them is shown

    assert clock.minute == 300


def test_coming_back_to_the_minute_before_does_not_make_the_way_there_a_move():
    """100, 200, 100 again: the browser, still at the first 100, has yet to show 200."""
    clock = reconcile(Clock(100), 100, jump=Jump(200))
    clock = reconcile(clock, 100, jump=Jump(100))

    clock = reconcile(reconcile(clock, 100, other=True), 200, other=True)

    assert clock.minute == 100


def test_the_reader_may_slide_back_to_the_very_minute_that_was_left():
    clock = reconcile(Clock(100), 100, jump=Jump(200))

    clock = reconcile(clock, 100)

    assert (clock.minute, clock.seq) == (100, 2)


def test_a_value_shown_and_left_again_is_an_echo_no_longer():
    clock = reconcile(Clock(100), 100, jump=Jump(200))
    clock = reconcile(clock, 200, other=True)
    clock = reconcile(clock, 200, jump=Jump(300))
    clock = reconcile(clock, 300, other=True)

    assert clock.sent == ()
    assert reconcile(clock, 200, other=True).minute == 200


def test_what_is_remembered_of_the_slider_does_not_grow():
    clock = Clock(0)
    for minute in range(1, 1000):
        clock = reconcile(clock, 0, jump=Jump(minute))

    assert len(clock.sent) == ON_THE_WAY


def test_pressing_pause_asks_the_map_where_it_stands_and_its_answer_is_taken():
    clock = reconcile(Clock(100, seq=4, playing=True, said=100), 100, toggled=True)
    assert (clock.seq, clock.playing, clock.stays) == (5, False, True)

    clock = reconcile(clock, 100, Report(117, seq=5))

    assert (clock.minute, clock.stays) == (117, False)


def test_pressing_pause_and_play_at_once_plays_on_from_where_the_map_is():
    clock = reconcile(Clock(100, seq=4, playing=True, said=100), 100, toggled=True)
    clock = reconcile(clock, 100, toggled=True)

    assert (clock.playing, clock.stays) == (True, True)


def test_pressing_play_starts_from_the_clock_even_when_the_slider_lags():
    clock = reconcile(Clock(100), 100, jump=Jump(200))

    clock = reconcile(clock, 100, toggled=True)

    assert (clock.minute, clock.playing, clock.stays) == (200, True, False)


def test_sliding_while_it_plays_stops_it_there_even_at_the_minute_last_told():
    playing = Clock(100, seq=4, playing=True, said=90, sent=(100,))

    for minute in (300, 100):
        clock = reconcile(playing, minute)
        assert (clock.minute, clock.seq, clock.playing) == (minute, 5, False)


def test_the_slider_is_left_alone_while_the_reader_moves_it():
    """Set under his hand, it would go back and swallow the keys pressed meanwhile."""
    clock = reconcile(Clock(100), 100, jump=Jump(200))
    for minute in range(205, 300, 5):
        clock = reconcile(clock, minute)
        assert not clock.sets


def test_the_slider_is_set_where_it_says_another_minute_or_is_yet_to_say_one():
    there = reconcile(Clock(100), 100, jump=Jump(200))
    back = reconcile(there, 100, jump=Jump(100))

    assert there.sets
    assert back.sets
    assert not reconcile(Clock(100), 100, other=True).sets


def test_another_speed_reaches_a_map_that_plays_and_leaves_its_minute_to_it():
    clock = reconcile(Clock(100, seq=4, playing=True, said=100), 100, hurried=True)

    assert (clock.seq, clock.playing, clock.stays) == (5, True, True)
    assert reconcile(Clock(100, seq=4, said=100), 100, hurried=True).seq == 4


# ---- any order of messages


@dataclass
class Message:
    """What goes up: the slider's value at the time, and what sent it."""

    slider: int
    moved: bool = False  # by the reader's hand
    causes: dict = field(default_factory=dict)


class Browser(RuleBasedStateMachine):
    """A browser far from its server: slider, map and link, with queues both ways.

    It does what Streamlit's slider, `story/link.js` and `story/story_map.js` do; how long a
    message or an answer is under way is up to the machine that plays with it.
    """

    values = st.integers(0, 4)  # few, so that values meet by chance

    def __init__(self):
        super().__init__()
        self.clock = Clock(0)
        self.slider = 0
        self.up = deque()
        self.down = deque()
        self.under_update = False  # the slider was moved while an answer was under way
        # the map and the link to it
        self.at, self.seq, self.playing = 0, 0, False
        self.obeyed = 0
        self.in_flight = False
        self.waiting = None

    def send(self, moved=False, **causes):
        self.up.append(Message(self.slider, moved, causes))

    def busy(self):
        return len(self.up) + len(self.down) >= ON_THE_WAY - 2

    def report(self, **said):
        """Reports go up one at a time; while one is under way the newest waits."""
        said = {"report": Report(self.at, self.seq, self.playing), **said}
        if self.in_flight:
            self.waiting = said
        else:
            self.in_flight = True
            self.send(**said)

    # -- what the reader does

    def slide_to(self, minute):
        self.at, self.playing = minute, False  # the map follows the finger
        if minute != self.slider:
            self.under_update |= bool(self.up or self.down)
            self.slider = minute
            self.send(moved=True)

    @precondition(lambda self: not self.busy())
    @rule(minute=values)
    def slides(self, minute):
        if minute != self.slider:
            self.slide_to(minute)

    @precondition(lambda self: not self.busy())
    @rule(minute=values)
    def jumps(self, minute):
        self.send(jump=Jump(minute))

    @precondition(lambda self: not self.busy())
    @rule(what=st.sampled_from(["toggled", "hurried", "other"]))
    def presses(self, what):
        self.send(**{what: True})

    @precondition(lambda self: not self.busy())
    @rule()
    def chooses_a_place(self):
        self.report()

    # -- what time does

    @precondition(lambda self: self.playing and not self.busy())
    @rule(minutes=st.integers(1, 2), ends=st.booleans())
    def the_map_plays_on(self, minutes, ends):
        self.at += minutes
        self.playing = not ends
        self.report()

    @precondition(lambda self: self.up)
    @rule()
    def the_server_answers(self):
        self.answer(self.up.popleft())

    def answer(self, message):
        before = self.clock
        after = self.clock = reconcile(before, message.slider, **message.causes)
        self.judge(before, message, after)
        self.down.append(
            {
                "slider": after.minute if after.sets else None,
                "seq": after.seq,
                "minute": None if after.stays else after.minute,
                "playing": after.playing,
                "acknowledged": "report" in message.causes,
            }
        )

    def judge(self, before, message, after):
        """The clock goes where the jump, the hand or the newest map says, and nowhere else."""
        report, jump = message.causes.get("report"), message.causes.get("jump")
        if jump is not None:
            assert after.minute == jump.minute
        elif message.moved:
            assert after.minute == message.slider
            assert message.causes.get("toggled") or not after.playing
        elif report is not None and report.seq == before.seq:
            assert after.minute == report.minute
        else:
            assert after.minute == before.minute
        if after.minute != before.minute and (jump is not None or message.moved):
            assert after.seq == before.seq + 1 + bool(message.causes.get("toggled"))

    @precondition(lambda self: self.down)
    @rule()
    def an_answer_arrives(self):
        answer = self.down.popleft()
        if answer["slider"] is not None:
            self.slider = answer["slider"]
        if answer["acknowledged"]:
            self.in_flight = False
            if self.waiting:
                said, self.waiting = self.waiting, None
                self.in_flight = True
                self.send(**said)
        if answer["seq"] != self.obeyed:
            self.obeyed = self.seq = answer["seq"]
            self.playing = answer["playing"]
            if answer["minute"] is not None:
                self.at = answer["minute"]
            elif not self.playing:
                self.report()

    # -- when everything has arrived

    def deliver_all(self):
        while self.up or self.down:
            if self.up:
                self.the_server_answers()
            else:
                self.an_answer_arrives()

    @rule()
    def everything_arrives(self):
        self.deliver_all()
        assert self.seq == self.clock.seq
        assert self.playing == self.clock.playing
        if not self.playing:
            assert self.at == self.clock.minute
            assert not self.clock.stays
        if self.slider != self.clock.minute:
            assert self.under_update  # an answer came under the reader's hand:
            self.send(other=True)  # the next message of any kind sets the slider right
            self.deliver_all()
        assert self.slider == self.clock.minute
        self.under_update = False

    @invariant()
    def orders_are_numbered_upwards(self):
        assert self.seq <= self.clock.seq

    def teardown(self):
        self.everything_arrives()


class Hurried(Browser):
    """A server so slow that Streamlit folds the messages which wait into one.

    The reader's values are his own here: folded with something else, a move to the very value
    of an echo cannot be told from it.
    """

    own = 1000

    @precondition(lambda self: not self.busy())
    @rule()
    def slides(self):
        self.own += 1000  # no playing map gets there
        self.slide_to(self.own)

    @precondition(lambda self: len(self.up) > 1)
    @rule()
    def two_messages_become_one(self):
        first, second = self.up.popleft(), self.up.popleft()
        if first.moved and second.slider != first.slider:  # an answer came under the hand
            self.up.extendleft([second, first])
            return
        if {"report"} <= first.causes.keys() & second.causes.keys():
            self.up.extendleft([second, first])  # the link sends one at a time
            return
        first.causes.update(second.causes)
        moved = first.moved or second.moved
        self.up.appendleft(Message(second.slider, moved, first.causes))


LEAN = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestMessagesInOrder = Browser.TestCase
TestMessagesInOrder.settings = LEAN
TestMessagesFolded = Hurried.TestCase
TestMessagesFolded.settings = LEAN
