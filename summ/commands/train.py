"""``summ train``: the stages of a configuration, one after the other."""

from __future__ import annotations

import logging
import os
import sys

from summ import options


def train(
    config: options.Config,
    overrides: options.Overrides = None,
    output: options.RunFolder = None,
    resume: options.Resume = False,
) -> None:
    """Train a model: all stages of CONFIG, one after the other.

    On several GPUs: accelerate launch -m summ train CONFIG ...
    """
    logging.basicConfig(stream=sys.stderr, format="summ: %(message)s", level=logging.WARNING)
    logging.getLogger("summ").setLevel(logging.INFO)
    from summ.pipelines.train import train as run_training

    folder = run_training(config, overrides or (), output, resume)
    if os.environ.get("RANK", "0") == "0":
        print(folder)
