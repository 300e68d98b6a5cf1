"""Training from a configuration file, as a function."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def train(
    config: Path | str,
    overrides: Sequence[str] = (),
    output: Path | str | None = None,
    resume: bool = False,
) -> Path:
    """Trains a model: all stages of a configuration, one after the other.

    Args:
        config: a YAML file like those in ``configs/``.
        overrides: keys to set otherwise than the file does, each written ``a.b=c``.
        output: the folder of the run; by default as the file says.
        resume: go on from the last checkpoint in that folder.

    Returns:
        The folder of the trained model.

    Raises:
        ConfigError: the file, or a key in it, cannot be used.
        DataError: the corpus cannot be used.
        CheckpointError: a model or checkpoint to begin from cannot be used.
    """
    from summ.families import load_run  # imports nothing slow before the file is checked
    from summ.families import train as run_stages

    settings = load_run(Path(config), overrides)
    if output is not None:
        settings = settings.model_copy(update={"output": Path(output)})
    return run_stages(settings, resume)
