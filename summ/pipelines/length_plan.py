"""The plan of a summary: which sentences of a document are kept, and how long each may become."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from summ.pipelines.arguments import whole_number
from summ.pipelines.coverage import covering
from summ.pipelines.first_paragraph import only_begins
from summ.pipelines.headline import DEFAULT_HEADLINE_WORDS
from summ.pipelines.selection import Encode, rank_sentences
from summ.text.pointing_back import points_back
from summ.text.salutations import without_salutation
from summ.text.sentences import split_sentences
from summ.text.words import count_words, cut_to_words, is_unsegmented

# What a summary of a text that cannot be read at once has when nobody says.
_DEFAULT_SENTENCES = 2
_SENTENCE_WORDS = 20
_FEWEST_WORDS = 6  # of a sentence that is worth its place
_LEAST_SHARE = 0.5  # of a sentence's words that can tell what it says
_MOST_LEFT_OVER = 1 / 3  # of the words, by shortening
_SPARE = 12  # sentences ranked beyond those that can all be kept
_CHARACTERS_PER_WORD = 2  # in scripts without spaces
_SENTENCE_ENDS = ".!?…。！？।॥؟۔։።፧။៖។៕༎།"
_WITHOUT_FULL_STOP = re.compile("[\u0e00-\u109f\u1780-\u17ff]")  # Thai and its neighbours
_SAMPLE = 200  # characters that show the script
_CLOSERS = "\"'”’»)]」』"
_QUOTES = re.compile('["“”„«»「」]')
# Inside a word it is a letter's: Hebrew writes abbreviations with it.
_STRAIGHT = re.compile(r'(?<![^\W\d_])"|"(?![^\W\d_])')
_BRACKETS = (("“", "”"), ("(", ")"), ("«", "»"), ("「", "」"))


@dataclass(frozen=True)
class Segment:
    """A stretch of the document that becomes a sentence of the summary.

    Attributes:
        text: what the document says.
        budget: the most words that may remain of it; None leaves it as it is.
        place: where it stands in the document.
        cut: whether it is only the beginning of a sentence.
    """

    text: str
    budget: int | None
    place: int = 0
    cut: bool = False


@dataclass(frozen=True)
class LengthPlan:
    """Parts in the order of the document, and the words that all of them may have together.

    Attributes:
        whole: whether the document is kept as it is.
        reserve: whole sentences, the best first, for the words that shortening leaves over.
    """

    parts: tuple[Segment, ...]
    words: int
    whole: bool = False
    reserve: tuple[Segment, ...] = ()


@dataclass(frozen=True)
class LengthLimit:
    """How long a summary may be.

    An ``ArgumentError`` or ``TypeError`` says which number is none or below 1.

    Attributes:
        words: the most words it may have (characters in scripts without spaces); by default
            10 for one sentence, 20 for each of several.
        sentences: the most sentences to keep, which then share the words; by default as many
            as the words suffice for, whole if possible.
    """

    words: int | None = None
    sentences: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("words", self.words), ("sentences", self.sentences)):
            if value is not None:
                whole_number(name, value)


def plan_summary(
    texts: Sequence[str],
    limit: LengthLimit,
    fits: Callable[[str], bool],
    longest: int,
    encode: Encode | None = None,
    may_shorten: Callable[[str], bool] = lambda _: True,
    language: str | None = None,
) -> LengthPlan:
    """Decides what to keep of documents, and how its parts share the words.

    A text within the words it may have is kept as it is.  A text that the compressor can read
    whole, and of which one sentence shall remain, is one part.  Of anything longer, the most
    informative sentences become a part each.  As many as were asked for share the words equally;
    if only the words were said, sentences are kept whole while there is room, and the last one is
    shortened: nothing is squeezed more than it must be.

    Args:
        texts: a document, or several to be summarized together.
        limit: how long the summary may be.
        fits: whether the compressor can read a text whole.
        longest: words of a sentence; a longer one is taken apart.
        encode: makes vectors of the sentences of one document, to compare them by; None compares
            their words, as is done of several.
        may_shorten: whether the compressor knows the language of a sentence.
        language: by whose abbreviations sentences end (ISO 639-1); by default as the script tells.
    """
    documents = [
        split_sentences(without_salutation(text), language=language, longest=longest)
        for text in texts
    ]
    sentences = [sentence for document in documents for sentence in document]
    whole = " ".join(" ".join(texts).split())
    # Two characters say about as much as a word.
    scale = words_per_unit(whole)
    words = limit.words or default_words(limit, len(sentences) == 1 or fits(whole), scale)
    if not sentences:
        return LengthPlan((), words)
    if sum(map(bool, documents)) == 1:
        most = limit.sentences or len(sentences)
        if count_words(whole) <= words and len(sentences) <= most:
            return LengthPlan(
                (Segment(_told_apart(whole, sentences, words), None),), words, whole=True
            )
        one = _one_is_enough(limit, words, scale) and fits(whole) and _is_running(sentences)
        if len(sentences) == 1 or (one and all(map(may_shorten, sentences))):
            told = " ".join(" ".join(map(without_salutation, texts)).split())
            fitting = count_words(told) <= words
            return LengthPlan((Segment(told, None if fitting else words),), words)
    least = _FEWEST_WORDS * scale
    most = max(1, words // least)
    begun = only_begins(documents, texts)
    rank = partial(rank_sentences, documents, encode=encode, code=language or "en", begun=begun)
    if limit.sentences is None:
        if sum(map(bool, documents)) > 1:
            # What several say, somebody says in few words: nothing need be shortened.
            lengths = np.array([count_words(_ended(sentence)) for sentence in sentences])
            chosen = covering(documents, lengths, words, language)
            if chosen:
                parts = [Segment(sentences[place], None, place) for place in chosen]
                return LengthPlan(tuple(parts), words)
        # Some more than fit, for the last one to be chosen from.
        ranked = rank(most + _SPARE, room=words)
        return whole_first(sentences, ranked, words, least, may_shorten, language or "en")
    count = min(limit.sentences, most)
    ranked = rank(count + _SPARE)
    # Words of a speaker come last if they would have to be shortened.
    ranked.sort(key=lambda place: not _bears(sentences[place], words // count, may_shorten))
    kept = [sentences[place] for place in sorted(ranked[:count])]
    shares = share_words([count_words(sentence) for sentence in kept], words)
    parts = [_part(*one, may_shorten) for one in zip(kept, shares, strict=True)]
    return LengthPlan(tuple(parts), words)


def default_words(limit: LengthLimit, readable: bool, scale: int) -> int:
    """The words of a summary when nobody says."""
    sentences = limit.sentences or (1 if readable else _DEFAULT_SENTENCES)
    return scale * (DEFAULT_HEADLINE_WORDS if sentences == 1 else _SENTENCE_WORDS * sentences)


def words_per_unit(text: str) -> int:
    """How many words, as they are counted, say what an English word says: two characters do."""
    return _CHARACTERS_PER_WORD if is_unsegmented(text[:_SAMPLE]) else 1


def _is_running(sentences: Sequence[str]) -> bool:
    """Whether sentences follow each other as prose: a heading or an item has no full stop."""
    return all(
        sentence.rstrip(_CLOSERS)[-1:] in tuple(_SENTENCE_ENDS) for sentence in sentences[:-1]
    )


def _told_apart(whole: str, sentences: Sequence[str], words: int) -> str:
    """The whole text, where lines without a full stop would run into the next with one."""
    if _is_running(sentences):
        return whole
    apart = " ".join([*map(_ended, sentences[:-1]), sentences[-1]])
    return apart if count_words(apart) <= words else whole


def _one_is_enough(limit: LengthLimit, words: int, scale: int) -> bool:
    """Whether the summary should be one sentence."""
    if limit.sentences is None:
        return words < 2 * DEFAULT_HEADLINE_WORDS * scale
    return limit.sentences == 1 or words < 2 * _FEWEST_WORDS * scale


def whole_first(
    sentences: Sequence[str],
    ranked: Sequence[int],
    words: int,
    least: int = _FEWEST_WORDS,
    may_shorten: Callable[[str], bool] = lambda _: True,
    code: str | None = None,
) -> LengthPlan:
    """Sentences by rank: whole those that fit; one is shortened only if much room is left.

    The best sentence is kept that fits or can be shortened; if there is none, the best is broken
    off.  Of others those are kept that fit whole.  If these leave more than a third of the words,
    the best of the rest is shortened, if ``least`` words remain of it, not less than half of what
    it has, and if it is no words of a speaker, which must stand as they were said.

    Once two thirds of the words are used, only a sentence right behind a kept one is added: what
    else would fit is short, and a detail that does not follow from the rest.

    Args:
        sentences: of a document.
        ranked: positions of some of them, the best first.
        words: the most words of the summary.
        least: the fewest words of a shortened sentence.
        may_shorten: whether the compressor knows the language of a sentence.
        code: of the language (ISO 639-1); in a known one, what points back to a sentence that is
            not kept is not kept.
    """

    def needs_another(place: int) -> bool:
        return code is not None and place - 1 not in kept and points_back(sentences[place], code)

    kept: dict[int, Segment] = {}
    room = words
    able = [p for p in ranked if count_words(sentences[p]) <= words or may_shorten(sentences[p])]
    for place in able or ranked[:1]:  # the latter is broken off
        sentence = sentences[place]
        length = count_words(sentence)
        filled = room <= words * _MOST_LEFT_OVER and place - 1 not in kept
        if not kept or (length <= room and not filled and not needs_another(place)):
            kept[place] = replace(_part(sentence, room, may_shorten), place=place)
            room -= min(room, length)
    for place in able if room > words * _MOST_LEFT_OVER else ():
        sentence = sentences[place]
        length = count_words(sentence)
        enough = room >= max(min(least, length), _LEAST_SHARE * length)
        if place in kept or needs_another(place):
            continue
        if enough and _bears(sentence, room, may_shorten):
            kept[place] = replace(_part(sentence, room, may_shorten), place=place)
            break
    others = [place for place in ranked if place not in kept and not needs_another(place)]
    reserve = tuple(Segment(sentences[place], None, place) for place in others)
    return LengthPlan(tuple(kept[place] for place in sorted(kept)), words, reserve=reserve)


def _bears(sentence: str, share: int, may_shorten: Callable[[str], bool]) -> bool:
    """Whether a sentence can do with so many words; what somebody said stands whole or not."""
    if count_words(sentence) <= share:
        return True
    return not _QUOTES.search(sentence) and may_shorten(sentence)


def _part(sentence: str, share: int, may_shorten: Callable[[str], bool]) -> Segment:
    """A sentence that may keep so many words; where characters are words, its full stop is one.

    One in a language that the compressor does not know is broken off.
    """
    if count_words(sentence) <= share:
        return Segment(sentence, None)
    if not may_shorten(sentence):
        from summ.text.breaking_off import break_off  # few texts need it

        return Segment(break_off(sentence, share), None, cut=True)
    return Segment(sentence, max(1, share - is_unsegmented(sentence)))


def share_words(lengths: Sequence[int], words: int) -> list[int]:
    """Shares ``words`` among parts: equally, but to none more than it has.

    What a short part leaves over goes to the longer ones, and what does not divide evenly to
    the longest, the first among equals.
    """
    shares = [0] * len(lengths)
    # From the shortest on, each takes its fair share of what is left; ties from the last on,
    # since later shares are the larger ones.
    order = sorted(range(len(lengths)), key=lambda place: (lengths[place], -place))
    for done, place in enumerate(order):
        shares[place] = min(lengths[place], words // (len(lengths) - done))
        words -= shares[place]
    return shares


def assemble(plan: LengthPlan, texts: Sequence[str]) -> str:
    """The summary from what its parts became: several parts each end like a sentence.

    A part that is not the whole text loses quotation marks and brackets of which it has only one
    of two.  Where shortening left more than a third of the words over, sentences of the reserve are
    put in that fit whole.
    """
    spoken = [" ".join(text.split()) for text in texts]
    if len(plan.parts) > 1 or any(part.budget is not None for part in plan.parts):
        spoken = [_balanced(text) for text in spoken]
    if len(plan.parts) > 1:
        spoken = list(map(_asked, plan.parts, spoken))
    placed = [(part.place, text) for part, text in zip(plan.parts, spoken, strict=True) if text]
    placed = _filled(plan, placed)
    spoken = [text for _, text in placed]
    if len(plan.parts) > 1 or len(spoken) > 1:
        spoken = [_ended(text) for text in spoken]
    # The budgets add up, but a full stop is a word where characters are.
    return cut_to_words(" ".join(spoken), plan.words)


def _filled(plan: LengthPlan, placed: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The parts with what fits of the reserve, in the order of the document."""
    room = plan.words - sum(count_words(text) for _, text in placed)
    shortened = any(part.budget is not None for part in plan.parts)
    if not shortened or room <= plan.words * _MOST_LEFT_OVER:
        return placed
    more = list(placed)
    for sentence in plan.reserve:
        # A sentence without its own full stop gets one, which is a word where characters are.
        length = count_words(_ended(sentence.text))
        if length <= room and room > plan.words * _MOST_LEFT_OVER:
            more.append((sentence.place, sentence.text))
            room -= length
    return sorted(more, key=lambda one: one[0])


def _balanced(text: str) -> str:
    """The text without a quotation mark that is never closed or was never opened."""
    drop: list[int] = []
    for opening, closing in _BRACKETS:
        waiting: list[int] = []
        for place, character in enumerate(text):
            if character == opening:
                waiting.append(place)
            elif character == closing and waiting:
                waiting.pop()
            elif character == closing and closing != ")":  # it also stands behind numbers
                drop.append(place)
        drop += waiting
    straight = [found.start() for found in _STRAIGHT.finditer(text)]
    if len(straight) % 2:
        # A quotation that began or ended in another sentence stands at an edge of this one.
        drop.append(straight[0] if straight[0] == 0 else straight[-1])
    kept = "".join(character for place, character in enumerate(text) if place not in drop)
    return " ".join(kept.split()) or text


def _asked(part: Segment, text: str) -> str:
    """The shortened text as a question if its sentence is one and begins with the same word."""
    asks = part.text.endswith("?") and part.text.split()[:1] == text.split()[:1]
    ends = text.rstrip(_CLOSERS)[-1:] in tuple(_SENTENCE_ENDS)
    return f"{text}?" if asks and not ends and part.budget is not None else text


def _ended(text: str) -> str:
    """The text with a full stop, unless it ends already or its script has none."""
    if text.rstrip(_CLOSERS)[-1:] in tuple(_SENTENCE_ENDS) or _WITHOUT_FULL_STOP.match(text[-1:]):
        return text
    text = text.rstrip(" ,;:-–—") or text
    return text + ("。" if is_unsegmented(text[-1:]) else ".")
