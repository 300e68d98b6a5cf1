"""A tokenizer that summ wrote, as read back: without transformers, whose import takes seconds.

It answers what ``Vocabulary`` asks of a fast tokenizer of transformers, and becomes one when it is
written.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summ.text.bounded_json import bounded_json
from summ.text.tokenizer_limits import check_tokenizer, tokenizing

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MOST_BYTES = 1 << 24
_CLASSES = {"TokenizersBackend", "PreTrainedTokenizerFast"}
_MARKS = ("pad_token", "unk_token", "bos_token", "eos_token")
# What transformers writes for a tokenizer that needs no code but its tokenizer.json.
_PLAIN = {
    *_MARKS,
    "backend",
    "clean_up_tokenization_spaces",
    "extra_special_tokens",
    "is_local",
    "local_files_only",
    "model_input_names",
    "model_max_length",
    "tokenizer_class",
}


@dataclass(frozen=True)
class StoredTokenizer:
    """The tokenizer of a folder.

    Attributes:
        backend_tokenizer: that of the library tokenizers.
        settings: the content of ``tokenizer_config.json``.
    """

    backend_tokenizer: Tokenizer
    settings: dict[str, Any] = field(repr=False)

    def __len__(self) -> int:
        return int(self.backend_tokenizer.get_vocab_size(with_added_tokens=True))

    @property
    def pad_token(self) -> str:
        return str(self.settings["pad_token"])

    @property
    def unk_token(self) -> str:
        return str(self.settings["unk_token"])

    @property
    def bos_token(self) -> str:
        return str(self.settings["bos_token"])

    @property
    def eos_token(self) -> str:
        return str(self.settings["eos_token"])

    @property
    def pad_token_id(self) -> int | None:
        return self.backend_tokenizer.token_to_id(self.pad_token)

    @property
    def unk_token_id(self) -> int | None:
        return self.backend_tokenizer.token_to_id(self.unk_token)

    @property
    def bos_token_id(self) -> int | None:
        return self.backend_tokenizer.token_to_id(self.bos_token)

    @property
    def eos_token_id(self) -> int | None:
        return self.backend_tokenizer.token_to_id(self.eos_token)

    @property
    def all_special_ids(self) -> list[int]:
        """The ids of the marks and the length prompts."""
        marks = [*(self.settings[name] for name in _MARKS), *self.settings["extra_special_tokens"]]
        return list(dict.fromkeys(self.convert_tokens_to_ids(marks)))

    def convert_ids_to_tokens(self, ids: int | Sequence[int]) -> Any:
        """The piece of an id, or those of several."""
        find = self.backend_tokenizer.id_to_token
        return find(ids) if isinstance(ids, int) else [find(one) for one in ids]

    def convert_tokens_to_ids(self, tokens: Sequence[str]) -> list[int]:
        """The ids of pieces that exist; others have none."""
        found = (self.backend_tokenizer.token_to_id(token) for token in tokens)
        return [one for one in found if one is not None]

    def save_pretrained(self, folder: str) -> None:
        """Writes it for transformers."""
        from transformers import PreTrainedTokenizerFast

        kept = (*_MARKS, "extra_special_tokens", "clean_up_tokenization_spaces")
        PreTrainedTokenizerFast(
            tokenizer_object=self.backend_tokenizer,
            model_input_names=self.settings["model_input_names"],
            is_local=True,
            local_files_only=True,
            **{key: self.settings[key] for key in kept},
        ).save_pretrained(folder)


def open_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder from anywhere, as ``Vocabulary`` uses it.

    Raises:
        Exception: it cannot be read, or may not end (transformers raises a dozen kinds).
    """
    check_tokenizer(folder / "tokenizer.json")
    with tokenizing(foreign=True):
        stored = read_tokenizer(folder)
        if stored is not None:
            return stored
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )


def read_tokenizer(folder: Path) -> StoredTokenizer | None:
    """The tokenizer of a folder; None if only transformers can tell what it is.

    Raises:
        Exception: a file is missing or damaged (tokenizers raises no other kind).
    """
    from tokenizers import Tokenizer

    settings = bounded_json(folder / "tokenizer_config.json", _MOST_BYTES)
    marks = [settings.get(name) for name in _MARKS]
    extra = settings.get("extra_special_tokens")
    plain = settings.get("tokenizer_class") in _CLASSES and settings.keys() <= _PLAIN
    named = isinstance(extra, list) and all(isinstance(one, str) for one in [*marks, *extra])
    if not (plain and named):
        return None
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    known = [tokenizer.token_to_id(token) for token in [*marks, *extra]]
    return None if None in known else StoredTokenizer(tokenizer, settings)


def plain_reader(tokenizer_json: str) -> Tokenizer:
    """A tokenizer without padding, truncation or recognition of marks in text.

    A byte-level one (BART) is made to read the first word as it reads the others.
    """
    from tokenizers import Tokenizer, pre_tokenizers

    reader = Tokenizer.from_str(tokenizer_json)
    reader.no_padding()
    reader.no_truncation()
    reader.encode_special_tokens = True
    if isinstance(reader.pre_tokenizer, pre_tokenizers.ByteLevel):
        reader.pre_tokenizer.add_prefix_space = True
    return reader


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's files."""
    digest = sha256()
    for path in sorted(path for path in folder.glob("*") if path.is_file()):
        digest.update(os.fsencode(path.name) + b"\0")
        # One that cannot be read is told of by who needs it.
        with suppress(OSError), path.open("rb") as stream:
            digest.update(file_digest(stream, "sha256").digest())
    return digest.hexdigest()
