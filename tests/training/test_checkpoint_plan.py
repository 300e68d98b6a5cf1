from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

from summ.config import RunShape
from summ.families import load_run
from summ.training.checkpoint_plan import averaged_steps, is_planned, is_within
from summ.training.run_record import fingerprint

CONFIG = Path(__file__).parents[2] / "configs" / "tiny.yaml"


@pytest.mark.parametrize(
    ("every", "own", "count"), list(product((1, 3, 5, 100), (None, 2), (1, 2, 4)))
)
def test_the_plan_is_what_an_uninterrupted_run_writes(
    every: int, own: int | None, count: int
) -> None:
    stages = [(7, None, 1), (0, None, 1), (6, own, count), (1, None, 2)]
    config = RunShape.model_construct(
        save_every=every,
        stages=[SimpleNamespace(updates=u, saved_every=s, averaged=a) for u, s, a in stages],
    )
    step, written = 0, []
    for updates, saved_every, averaged in stages:
        of_stage = []
        for number in range(updates):
            step += 1
            if number + 1 == updates or step % (saved_every or every) == 0:
                of_stage.append(step)
        written.append((of_stage, averaged))
    for index, (of_stage, averaged) in enumerate(written):
        if of_stage:
            assert averaged_steps(config, index) == of_stage[-averaged:]
    every_step = {at for of_stage, _ in written for at in of_stage}
    assert {at for at in range(1, 20) if is_planned(config, at)} == every_step


def test_how_often_is_saved_counts_where_checkpoints_are_averaged() -> None:
    def of(*changes: str) -> str:
        return fingerprint(load_run(CONFIG, changes))

    assert of("save_every=7") == of()
    averaged = ("stages.0.average_checkpoints=2",)
    assert of(*averaged, "save_every=7") != of(*averaged)
    assert of(*averaged, "save_every=7", "keep_checkpoints=5") == of(*averaged, "save_every=7")


def test_a_checkpoint_stands_in_a_stage_of_the_run() -> None:
    config = load_run(CONFIG)
    steps = [stage.updates for stage in config.stages]
    assert all(is_within(config, stage, step) for stage in range(3) for step in (0, steps[stage]))
    for stage, step in ((-1, 0), (3, 0), (99, 0), (0, -1), (0, steps[0] + 1)):
        assert not is_within(config, stage, step)
