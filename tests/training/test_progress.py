"""The lines that tell how far a stage is, where there is no terminal."""

import logging

from summ.data.pace import Pace
from summ.training.progress import StageProgress


def told(caplog, shown: bool) -> list[str]:
    """What is told of 100 updates of half a second, from the 20th on."""
    caplog.set_level(logging.INFO, "summ.train")
    now = 0.0
    progress = StageProgress("warm", 100, 20, shown, Pace(15, lambda: now))
    for step in range(80):
        now += 0.5
        progress.update(lambda: {"loss": 4.0 - step / 20})  # noqa: B023 (called at once)
        if step == 45:
            progress.show({"loss": 2.5})
    progress.close()
    return [record.message for record in caplog.records]


def test_step_figures_rate_and_time_left(caplog):
    assert told(caplog, shown=True) == [
        "warm: step 50 of 100, loss 2.55, 2 steps/s, 25 s left",
        "warm: step 80 of 100, loss 2.5, 2 steps/s, 10 s left",
    ]


def test_only_one_process_tells(caplog):
    assert told(caplog, shown=False) == []
