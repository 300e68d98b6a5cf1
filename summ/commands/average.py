"""``summ average``: two models blended into one."""

from __future__ import annotations

from summ import options


def average(
    first: options.FirstModel,
    second: options.SecondModel,
    output: options.AverageFolder,
    share: options.SecondShare = 0.5,
    half: options.HalfPrecision = False,
) -> None:
    """Average the weights of two models that were trained from the same start."""
    import torch

    from summ.errors import CheckpointError
    from summ.families.summarizer.averaging import average_models
    from summ.families.summarizer.model import load_summary_model, save_summary_model

    if output.exists() or output.is_symlink():
        raise CheckpointError(f"{output}: exists already. Choose another --output, or remove it.")
    blended = average_models(load_summary_model(first), load_summary_model(second), share)
    save_summary_model(blended, output, torch.float16 if half else torch.float32)
    print(output)
