"""The vocabulary: between texts and the ids that the networks read.

A folder with a ``tokenizer.json`` (a SentencePiece unigram model with byte fallback, readable by
``transformers.AutoTokenizer``) and a ``vocabulary.json`` with what summ knows beyond it: whether
texts are folded (see ``summ.text.folding``) and which words are usually written in lower case.

Source: Kudo (2018, arXiv:1804.10959) for the unigram model; SentencePiece (arXiv:1808.06226).
"""

from __future__ import annotations

import io
import json
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from summ.errors import CheckpointError, DataError
from summ.text.accents import ACCENTED
from summ.text.bounded_json import bounded_json
from summ.text.canonical import canonical
from summ.text.folding import Folded, fold
from summ.text.stored_tokenizer import folder_digest, open_tokenizer, plain_reader
from summ.text.tokenizer_limits import may_panic, tokenizing

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FORMAT = 1
_MOST_BYTES = 4_000_000  # of the description
LONGEST_PROMPT = 40
_PAD, _UNK, _BOS, _EOS = "<pad>", "<unk>", "<s>", "</s>"
_PROMPTS = [f"<words_{words}>" for words in range(1, LONGEST_PROMPT + 1)]
_SPACE = "\u2581"  # SentencePiece's mark at the beginning of a word
_MARKS = (_SPACE, "\u0120")  # the second is that of byte-level BPE
_TRAINING_TEXTS = 1_000_000
TRAINING_CHARACTERS = 2_000  # of each text; longer ones add time, not words
_CASED_TEXTS = 300_000
_COMMON_WORDS = 5_000
# Lower than any piece can score, so that text that looks like a mark is never read as one.
_NEVER = -1e4
_FOLDED_LETTERS = string.ascii_lowercase + string.punctuation


@dataclass(frozen=True)
class Vocabulary:
    """Pieces of words, the marks around them, and the length prompts.

    Attributes:
        tokenizer: a fast tokenizer of transformers, or a ``StoredTokenizer``.
        folding: whether texts are brought into canonical form before they are split.
        common: words usually written in lower case, for ``summ.text.folding.unfold``.
    """

    tokenizer: Any = field(repr=False)
    folding: bool = True
    common: frozenset[str] = field(default=frozenset(), repr=False)

    @staticmethod
    def train(
        texts: Iterable[str],
        size: int,
        output: Path,
        *,
        folding: bool = True,
        seed: int = 1,
    ) -> Vocabulary:
        """Learns ``size`` pieces from texts, in one pass, and saves them.

        Memory: some 23 bytes for each character of the million texts (of a text, no more than
        ``TRAINING_CHARACTERS``).

        Args:
            texts: natural or canonical texts; at most a million, drawn at random, are used.
            size: how many ids, marks and the 256 bytes included; fewer if the texts are few.
            output: the folder to write.
            folding: whether this vocabulary reads canonical text.
            seed: for the draw.

        Raises:
            DataError: the texts are too few for any vocabulary, or the size is too small.
        """
        cased: Counter[str] = Counter()
        model = _train_sentencepiece(_training_texts(texts, folding, cased), size, folding, seed)
        vocabulary = Vocabulary(_to_transformers(model), folding, _usually_lower(cased))
        vocabulary.save(output)
        return vocabulary

    @staticmethod
    def from_pretrained_tokenizer(tokenizer: Any) -> Vocabulary:
        """Wraps a foreign fast tokenizer (BART, T5, ...); adds the length prompts it lacks.

        Raises:
            DataError: the tokenizer has no end, unknown or padding mark.
        """
        for name in ("pad_token_id", "eos_token_id", "unk_token_id"):
            if getattr(tokenizer, name) is None:
                raise DataError(
                    f"{tokenizer.name_or_path}: the tokenizer must have a {name}, but has none. "
                    "Use a checkpoint of an encoder-decoder model."
                )
        missing = [prompt for prompt in _PROMPTS if prompt not in tokenizer.get_vocab()]
        tokenizer.add_tokens(missing, special_tokens=True)
        return Vocabulary(tokenizer, folding=False)

    @staticmethod
    def load(directory: Path) -> Vocabulary:
        """Reads what ``save`` wrote; folders of the same content give the same vocabulary.

        Raises:
            CheckpointError: the folder is missing, damaged, or of a later summ.
        """
        return _load(_Folder(Path(directory), folder_digest(Path(directory))))

    def save(self, directory: Path) -> None:
        """Writes the tokenizer for transformers, and ``vocabulary.json``, into a folder."""
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save_pretrained(str(directory))
        description = {
            "format": FORMAT,
            "size": self.size,
            "folding": self.folding,
            "common": sorted(self.common),
        }
        (directory / "vocabulary.json").write_text(
            json.dumps(description, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
        )

    @cached_property
    def size(self) -> int:
        """How many ids there are, marks and prompts included."""
        return len(self.tokenizer)

    @cached_property
    def pad(self) -> int:
        """The id of padding."""
        return int(self.tokenizer.pad_token_id)

    @cached_property
    def bos(self) -> int:
        """The id that a foreign tokenizer begins with; the end mark where it has none (T5)."""
        begin = self.tokenizer.bos_token_id
        return self.eos if begin is None else int(begin)

    @cached_property
    def eos(self) -> int:
        """The id of the end mark."""
        return int(self.tokenizer.eos_token_id)

    @cached_property
    def unk(self) -> int:
        """The id of the unknown piece; byte fallback leaves it unused."""
        return int(self.tokenizer.unk_token_id)

    def pieces(self) -> list[str]:
        """The pieces as the tokenizer writes them, by id."""
        return list(self._pieces)

    @cached_property
    def _pieces(self) -> list[str]:
        return list(self.tokenizer.convert_ids_to_tokens(list(range(self.size))))

    @cached_property
    def starts_word(self) -> NDArray[np.bool_]:
        """True for pieces that begin a whitespace-separated word.  Shape (V,)."""
        return np.array([piece.startswith(_MARKS) for piece in self._pieces])

    @cached_property
    def letters(self) -> list[str]:
        """The pieces with the mark of a word's beginning taken off, by id."""
        marks = "".join(_MARKS)
        return [piece.lstrip(marks) for piece in self._pieces]

    def split(self, ids: Iterable[int]) -> list[tuple[int, ...]]:
        """Ids cut before every piece that starts a word."""
        words: list[list[int]] = []
        starts = self.starts_word
        for piece in ids:
            if starts[piece] or not words:
                words.append([])
            words[-1].append(piece)
        return [tuple(word) for word in words]

    @cached_property
    def special(self) -> NDArray[np.bool_]:
        """True for pieces that no summary may contain, other than the end mark.  Shape (V,).

        Marks and prompts, and the bytes of control characters and of the space.
        """
        banned = {*(f"<0x{byte:02X}>" for byte in (*range(33), 127)), *_PROMPTS}
        special = np.array([piece in banned for piece in self._pieces])
        special[list(self.tokenizer.all_special_ids)] = True
        special[self.eos] = False
        return special

    @cached_property
    def _prompts(self) -> list[int]:
        return [int(i) for i in self.tokenizer.convert_tokens_to_ids(_PROMPTS)]

    def length_prompt(self, words: int) -> int:
        """The id that asks for a summary of so many words (1 to 40; others are clamped)."""
        return self._prompts[min(max(words, 1), LONGEST_PROMPT) - 1]

    def canonical(self, text: str) -> str:
        """The text as the tokenizer reads it."""
        return self.fold(text).text if self.folding else canonical(text, folding=False)

    def fold(self, text: str) -> Folded:
        """The text folded; its accents, too, if the vocabulary knows no accented letter."""
        return fold(text, self.accents)

    @cached_property
    def accents(self) -> bool:
        """Whether a piece has an accented Latin letter; else the plain letters are read."""
        return any(not ACCENTED.keys().isdisjoint(piece) for piece in self._pieces)

    def encode(self, texts: list[str]) -> list[list[int]]:
        """The ids of texts, without marks; a text that spells a mark is read as letters."""
        return self.encode_canonical([self.canonical(text) for text in texts])

    def encode_canonical(self, texts: list[str]) -> list[list[int]]:
        """The ids of texts that are canonical already."""
        reader, foreign = self._reader_and_trust
        with tokenizing(foreign):
            rows = reader.encode_batch_fast(texts, add_special_tokens=False)
        return [row.ids for row in rows]

    @property
    def _reader(self) -> Tokenizer:
        return self._reader_and_trust[0]

    @cached_property
    def _reader_and_trust(self) -> tuple[Tokenizer, bool]:
        """What encodes, and whether it may panic."""
        stored = self.tokenizer.backend_tokenizer.to_str()
        return plain_reader(stored), may_panic(stored)

    def decode(self, ids: Iterable[int]) -> str:
        """The canonical text of ids, marks and prompts left out.

        It has no more whitespace-separated words than ids that start one (one more when the
        first id continues a word): spaces that were spelled in bytes are dropped.
        """
        silent = self._silent
        text = self._reader.decode([i for i in map(int, ids) if i not in silent])
        text = "".join(c for c in text if c == " " or not c.isspace())
        return " ".join(text.split())

    @cached_property
    def _silent(self) -> frozenset[int]:
        """Ids without a text: marks, prompts, and a space that is spelled as a byte."""
        spaces = [i for i, piece in enumerate(self._pieces) if piece == "<0x20>"]
        return frozenset((*map(int, self.tokenizer.all_special_ids), *self._prompts, *spaces))


@dataclass(frozen=True)
class _Folder:
    """A folder that equals every other of the same content."""

    path: Path = field(compare=False)
    digest: str


@lru_cache(maxsize=2)
def _load(folder: _Folder) -> Vocabulary:
    # Models that belong together have one vocabulary, which is large and read before a first text.
    directory = folder.path
    described = _read_description(directory / "vocabulary.json")
    try:
        tokenizer = open_tokenizer(directory)
    except Exception as error:
        raise CheckpointError(
            f"{directory}: the tokenizer cannot be read ({' '.join(str(error).split())[:200]})."
            " Copy the folder again."
        ) from error
    vocabulary = Vocabulary(tokenizer, described["folding"], frozenset(described["common"]))
    try:
        marks = [vocabulary.pad, vocabulary.bos, vocabulary.eos, vocabulary.unk]
    except TypeError as error:
        raise CheckpointError(
            f"{directory}: the tokenizer lacks a mark of the end, of padding, or of what is "
            "unknown. Copy the folder again."
        ) from error
    if vocabulary.size != described["size"] or max(marks) >= vocabulary.size:
        raise CheckpointError(
            f"{directory}: must hold {described['size']} pieces, but has {vocabulary.size}. "
            "Copy the folder again."
        )
    return vocabulary


def _read_description(path: Path) -> dict[str, Any]:
    """The content of ``vocabulary.json``, checked."""
    try:
        described = bounded_json(path, _MOST_BYTES)
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{path.parent}: no vocabulary here, {path.name} is missing. Give the folder that "
            "`summ prepare` or training wrote."
        ) from error
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path}: cannot be read ({error}). Copy the folder again."
        ) from error
    wanted = {"format": int, "size": int, "folding": bool, "common": list}
    if (
        not isinstance(described, dict)
        or any(type(described.get(key)) is not kind for key, kind in wanted.items())
        or not all(isinstance(word, str) for word in described["common"])
    ):
        raise CheckpointError(f"{path}: must hold {', '.join(wanted)}. Copy the folder again.")
    if described["format"] > FORMAT:
        raise CheckpointError(
            f"{path}: has format {described['format']}, this summ reads {FORMAT}. Upgrade summ."
        )
    return described


def _training_texts(texts: Iterable[str], folding: bool, cased: Counter[str]) -> Iterator[str]:
    """Canonical texts for SentencePiece; counts written forms of the first cased ones aside."""
    counted = 0
    for text in texts:
        text = text[:TRAINING_CHARACTERS]
        if not folding:
            yield canonical(text, folding)
            continue
        folded = fold(text)
        if counted < _CASED_TEXTS and any(map(str.isupper, text)):
            counted += 1
            # Beginnings of sentences say nothing about a word's usual case.
            following = zip(folded.tokens, folded.surfaces[1:], strict=False)
            cased.update([w for before, w in following if before.isalpha() and w.isalpha()])
        yield folded.text


def _usually_lower(cased: Counter[str]) -> frozenset[str]:
    """The commonest words that nine times in ten are written in lower case."""
    lower = (
        word
        for word, count in cased.most_common()
        if word.islower() and count >= 5 and count >= 9 * cased[word[:1].upper() + word[1:]]
    )
    return frozenset(islice(lower, _COMMON_WORDS))


def _train_sentencepiece(texts: Iterator[str], size: int, folding: bool, seed: int) -> bytes:
    """A serialized SentencePiece model."""
    import sentencepiece

    sentencepiece.set_random_generator_seed(seed)
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=(text for text in texts if text),
            model_writer=model,
            vocab_size=size,
            hard_vocab_limit=False,
            model_type="unigram",
            byte_fallback=True,
            # Folding has cleaned the text; a second normaliser could move word boundaries.
            normalization_rule_name="identity",
            input_sentence_size=_TRAINING_TEXTS,
            shuffle_input_sentence=True,
            max_sentence_length=8 * TRAINING_CHARACTERS,
            # Two threads get in each other's way: 9 to 12 processor seconds in place of 7
            # (3 MB of news), and no sooner.
            num_threads=1,
            character_coverage=0.9999,
            # With every letter of the marks known, spelling a mark always beats reading one.
            required_chars=string.printable.strip() if not folding else _FOLDED_LETTERS,
            pad_id=0,
            unk_id=1,
            bos_id=2,
            eos_id=3,
            pad_piece=_PAD,
            unk_piece=_UNK,
            bos_piece=_BOS,
            eos_piece=_EOS,
            control_symbols=_PROMPTS,
            minloglevel=2,
        )
    except (RuntimeError, OSError) as error:
        smallest = len(_PROMPTS) + 4 + 256
        raise DataError(
            f"vocabulary of {size} pieces: cannot be learned from these texts "
            f"({' '.join(str(error).split())[-160:]}). Use more text, or another size (at least "
            f"{smallest} and the number of characters)."
        ) from error
    return model.getvalue()


def _to_transformers(model: bytes) -> Any:
    """The same model as a fast tokenizer; equal to SentencePiece id for id."""
    import sentencepiece
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
    entries = []
    for i in range(len(pieces)):
        unreadable = pieces.is_control(i) or pieces.is_unknown(i) or pieces.is_byte(i)
        entries.append((pieces.id_to_piece(i), _NEVER if unreadable else pieces.get_score(i)))
    tokenizer = Tokenizer(models.Unigram(entries, unk_id=pieces.unk_id(), byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(_SPACE, prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(_SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    tokenizer.add_special_tokens(
        [AddedToken(m, special=True, normalized=False) for m in (_PAD, _UNK, _BOS, _EOS, *_PROMPTS)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {_EOS}",
        pair=f"$A {_EOS} $B {_EOS}",
        special_tokens=[(_EOS, pieces.eos_id())],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=_PAD,
        unk_token=_UNK,
        bos_token=_BOS,
        eos_token=_EOS,
        extra_special_tokens=_PROMPTS,
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
    )
