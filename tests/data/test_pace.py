"""How often people are told, by a clock that the test turns."""

import pytest

from summ.data.pace import Pace, duration


def test_a_message_is_due_once_every_so_many_seconds():
    times = iter([100.0, 101.0, 109.9, 110.0, 111.0, 125.0, 130.0, 135.1])
    pace = Pace(10, lambda: next(times))
    found = [pace.due() for _ in range(7)]
    assert found == [False, False, True, False, True, False, True]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "0 s"), (99.4, "99 s"), (100, "2 min"), (5_400, "90 min"), (12_000, "3 h 20 min")],
)
def test_times_are_told_as_people_say_them(seconds, said):
    assert duration(seconds) == said
