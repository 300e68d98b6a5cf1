"""``summ train``: the stages of a configuration, one after the other."""

from __future__ import annotations

import logging
import os
import sys

from summ import options
from summ.text.controls import visible


class _Line(logging.Formatter):
    """Messages name files and keys, whose control characters a terminal must not obey."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def train(
    config: options.Config,
    overrides: options.Overrides = None,
    output: options.RunFolder = None,
    resume: options.Resume = False,
) -> None:
    """Train a model: all stages of CONFIG, one after the other.

    On several GPUs: accelerate launch -m summ train CONFIG ...
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Line("summ: %(message)s"))
    logging.getLogger("summ").setLevel(logging.INFO)
    from summ.pipelines.train import train as run_training

    folder = run_training(config, overrides or (), output, resume)
    if os.environ.get("RANK", "0") == "0":
        print(folder)
