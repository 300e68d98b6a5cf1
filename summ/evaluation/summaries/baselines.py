"""What needs no training, at the same length as the system beside it.

ROUGE grows with length, so a system means little without lead at its own number of words.  Words
are those of ``summ.text.words``: what ``--words`` counts.

The oracles look at the references: they bound from above what copying words or sentences can reach.
"""

from __future__ import annotations

import importlib.util
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from summ.distribution import how_to_install
from summ.errors import ConfigError, DataError
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.rouge import Progress
from summ.evaluation.summaries.rouge_tokenizer import RougeTokenizer
from summ.text.sentences import split_sentences
from summ.text.words import count_words, cut_to_words, is_unsegmented

_LEAD_CHARACTERS = 75
# From one text, how many words it may have, its references, and a generator, to a summary.
_Summarize = Callable[[str, int, Sequence[str], random.Random], str]
_UNLIMITED = 1_000_000_000


def baseline(
    name: str,
    texts: Texts,
    *,
    words: int | Sequence[int] | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> list[str]:
    """One summary for each source.

    Args:
        name: one of ``BASELINES``.
        words: how many words a summary may have, for all lines or line by line.  ``lead-75c`` has
            its own length, ``first-sentence`` can do without.
        seed: of ``random``, which draws line by line from its own generator.
        progress: called with the number of lines newly done.

    Raises:
        ConfigError: no such baseline, it needs ``words``, or a package is missing.
        DataError: there are no sources.
    """
    if name not in _SUMMARIZERS:
        raise ConfigError(f"baseline '{name}': unknown. Known: {', '.join(BASELINES)}.")
    if words is None and name not in _OWN_LENGTH:
        raise ConfigError(f"baseline {name}: needs a number of words. Use --words.")
    if texts.sources is None:
        raise DataError(f"baseline {name}: needs sources, but only references were given.")
    if name in _FROM_SUMY and importlib.util.find_spec("sumy") is None:
        raise ConfigError(
            f"baseline {name}: needs the package sumy, which is not installed. "
            f"{how_to_install('report')}"
        )
    budgets = _budgets(words, len(texts))
    summarize = _SUMMARIZERS[name]
    summaries = []
    for line, source in enumerate(texts.sources):
        generator = random.Random(f"{seed} {line}")
        summaries.append(summarize(source, budgets[line], texts.references[line], generator))
        if progress is not None:
            progress(1)
    return summaries


def _budgets(words: int | Sequence[int] | None, lines: int) -> list[int]:
    """The number of words each line may have."""
    if words is None:
        return [_UNLIMITED] * lines
    budgets = [words] * lines if isinstance(words, int) else list(words)
    if len(budgets) != lines:
        raise ConfigError(f"words: {len(budgets)} lengths for {lines} lines.")
    if min(budgets, default=0) < 0:
        raise ConfigError(f"words: must not be negative, found {min(budgets)}.")
    return budgets


def _lead(source: str, words: int, references: Sequence[str], generator: random.Random) -> str:
    """The first words."""
    return cut_to_words(source, words)


def _lead_75c(source: str, words: int, references: Sequence[str], generator: random.Random) -> str:
    """The first 75 characters, whatever they cut: the field's name is Lead-75C."""
    return source.strip()[:_LEAD_CHARACTERS]


def _first_sentence(
    source: str, words: int, references: Sequence[str], generator: random.Random
) -> str:
    """The first sentence, no longer than allowed."""
    return cut_to_words(next(iter(split_sentences(source)), ""), words)


def _random(source: str, words: int, references: Sequence[str], generator: random.Random) -> str:
    """Words drawn from the source, in its order."""
    pieces = _pieces(source)
    drawn = generator.sample(range(len(pieces)), min(words, len(pieces)))
    return _joined(source, [pieces[place] for place in sorted(drawn)])


def _textrank(source: str, words: int, references: Sequence[str], generator: random.Random) -> str:
    """Mihalcea & Tarau (2004)."""
    from sumy.summarizers.text_rank import TextRankSummarizer

    return _by_rank(TextRankSummarizer(), source, words)


def _lexrank(source: str, words: int, references: Sequence[str], generator: random.Random) -> str:
    """Erkan & Radev (2004)."""
    from sumy.summarizers.lex_rank import LexRankSummarizer

    return _by_rank(LexRankSummarizer(), source, words)


class _Words:
    """Gives sumy our words: stems, as for ROUGE, without its downloads."""

    def __init__(self) -> None:
        self._tokenizer = RougeTokenizer(stem=True)

    def to_words(self, text: str) -> tuple[str, ...]:
        return tuple(self._tokenizer.tokenize(text))


def _by_rank(summarizer: Any, source: str, words: int) -> str:
    """The best sentences that fit, in the order of the text; the last one may be cut."""
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence

    sentences = split_sentences(source)
    if len(sentences) < 2:
        return cut_to_words(source, words)
    tokenizer = _Words()
    document = ObjectDocumentModel([Paragraph([Sentence(s, tokenizer) for s in sentences])])
    order: list[int] = []

    def note_order(ranked: Sequence[Any]) -> Sequence[Any]:
        # Sentences that share no telling word have no rank (nan): then the first is the best.
        known = not any(math.isnan(info.rating) for info in ranked)
        # Equal ranks differ in their last bits: the earlier sentence shall win.
        best_first = sorted(ranked, key=lambda info: (-round(info.rating, 9), info.order))
        order.extend(info.order for info in best_first if known)
        return ranked

    # sumy hands its whole ranking to a callable count.
    with np.errstate(invalid="ignore"):
        summarizer(document, note_order)
    order = order or list(range(len(sentences)))
    return _fill(sentences, order, words)


def _fill(sentences: Sequence[str], order: Sequence[int], words: int) -> str:
    """Takes sentences by rank while there is room; puts them back in the order of the text."""
    chosen: dict[int, str] = {}
    room = words
    for place in order:
        if room <= 0:
            break
        chosen[place] = cut_to_words(sentences[place], room)
        room -= count_words(chosen[place])
    return " ".join(chosen[place] for place in sorted(chosen))


def _oracle(source: str, words: int, references: Sequence[str], generator: random.Random) -> str:
    """The words of the source that a reference has, in the order of the source.

    With one reference its ROUGE-1 F1 is the best that any choice of source words can have: a word
    more that the reference has raises precision and recall, a word more that it has not lowers
    precision.  Among words that fit, those of the longest common subsequence come first.
    """
    tokenizer = RougeTokenizer(stem=True)
    candidates = [_copied(source, reference, words, tokenizer) for reference in references]
    return max(candidates, key=lambda summary: _mean_f1(summary, references, tokenizer))


def _copied(source: str, reference: str, words: int, tokenizer: RougeTokenizer) -> str:
    from rouge_score.rouge_scorer import lcs_ind

    pieces = _pieces(source)
    owners: list[int] = []
    stems: list[str] = []
    for place, piece in enumerate(pieces):
        found = tokenizer.tokenize(piece)
        stems += found
        owners += [place] * len(found)
    target = tokenizer.tokenize(reference)
    in_order = lcs_ind(stems, target) if stems and target else []
    wanted = Counter(target) - Counter(stems[token] for token in in_order)
    chosen = list(dict.fromkeys(owners[token] for token in in_order))
    for token in sorted(set(range(len(stems))) - set(in_order)):
        if wanted[stems[token]] > 0 and owners[token] not in chosen:
            wanted[stems[token]] -= 1
            chosen.append(owners[token])
    return _joined(source, [pieces[place] for place in sorted(chosen[:words])])


def _oracle_sentences(
    source: str, words: int, references: Sequence[str], generator: random.Random
) -> str:
    """Sentences taken one by one while ROUGE-1 grows (Nallapati et al. 2017, section 2.1)."""
    sentences = split_sentences(source)
    tokenizer = RougeTokenizer(stem=True)
    order: list[int] = []
    best, summary = 0.0, ""
    while len(order) < len(sentences) and count_words(summary) < words:
        rest = [place for place in range(len(sentences)) if place not in order]
        tried = {place: _fill(sentences, [*order, place], words) for place in rest}
        scores = {p: _mean_f1(text, references, tokenizer) for p, text in tried.items()}
        place = max(rest, key=lambda place: scores[place])
        if scores[place] <= best:
            break
        order.append(place)
        best, summary = scores[place], tried[place]
    return summary


def _mean_f1(summary: str, references: Sequence[str], tokenizer: RougeTokenizer) -> float:
    """ROUGE-1 F1, mean over the references."""
    ours = Counter(tokenizer.tokenize(summary))
    total = 0.0
    for reference in references:
        theirs = Counter(tokenizer.tokenize(reference))
        size = ours.total() + theirs.total()
        total += 2 * (ours & theirs).total() / size if size else 0.0
    return total / len(references)


def _pieces(text: str) -> list[str]:
    """The words of a text as ``count_words`` counts them."""
    pieces: list[str] = []
    for token in text.split():
        pieces.extend(token if is_unsegmented(token) else [token])
    return pieces


def _joined(source: str, pieces: Sequence[str]) -> str:
    """Pieces of a source as a text again."""
    return ("" if is_unsegmented(source) else " ").join(pieces)


_SUMMARIZERS: dict[str, _Summarize] = {
    "lead": _lead,
    "lead-75c": _lead_75c,
    "first-sentence": _first_sentence,
    "random": _random,
    "textrank": _textrank,
    "lexrank": _lexrank,
    "oracle": _oracle,
    "oracle-sentences": _oracle_sentences,
}
_FROM_SUMY = frozenset({"textrank", "lexrank"})
_OWN_LENGTH = frozenset({"lead-75c", "first-sentence"})
BASELINES: tuple[str, ...] = tuple(_SUMMARIZERS)
