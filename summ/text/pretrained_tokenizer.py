"""The tokenizer of a pretrained network (BART, T5, ...) as the vocabulary of a corpus."""

from __future__ import annotations

import re
from pathlib import Path

from summ.errors import CheckpointError, DataError
from summ.text.vocabulary import Vocabulary

# What the hub calls a repository: a name, or an owner and a name.
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


def open_vocabulary(place: Path | str) -> Vocabulary:
    """A vocabulary of summ, or a foreign tokenizer with the length prompts that it lacks.

    Args:
        place: a folder that holds ``vocabulary.json`` or what transformers' ``AutoTokenizer``
            reads; or, where there is no such folder, a name on the hub (``facebook/bart-base``).

    Raises:
        CheckpointError: it is missing or damaged, or the hub cannot be reached.
        DataError: the tokenizer has no end, unknown or padding mark, or is not a fast one.
    """
    folder = Path(place)
    name = folder.as_posix()
    if (folder / "vocabulary.json").exists():
        return Vocabulary.load(folder)
    if not folder.is_dir() and (_HUB_NAME.fullmatch(name) is None or name.startswith(".")):
        raise CheckpointError(
            f"{folder}: no such folder. Give the folder of a vocabulary or of a tokenizer, or the "
            "name of a model on the hub."
        )
    if folder.is_dir() and not any(folder.glob("*token*")) and not any(folder.glob("*.model")):
        raise CheckpointError(
            f"{folder}: no vocabulary here, nor a tokenizer. Give a folder that holds "
            "vocabulary.json or tokenizer.json."
        )
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(
            name, local_files_only=folder.is_dir(), trust_remote_code=False
        )
    except Exception as error:  # transformers and the hub's client raise a dozen unrelated kinds
        what = "no tokenizer in this folder" if folder.is_dir() else "no folder, nor on the hub"
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"{folder}: {what} that can be read ({reason}). Give a folder with a tokenizer.json."
        ) from error
    if not tokenizer.is_fast:
        raise DataError(
            f"{folder}: its tokenizer cannot be had as a fast one ({type(tokenizer).__name__}). "
            "Convert it to a tokenizer.json."
        )
    return Vocabulary.from_pretrained_tokenizer(tokenizer)
