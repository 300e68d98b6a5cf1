"""Shortening sentences along their phrases, so that what remains is complete and true.

Candidates are the sentence with dispensable phrases left out (``summ.text.shortenings``), what the
network finds in the order of the source (``ordered_search``), and heads of the sentence.  The
network's mean log-probability chooses among them; what does not look complete pays for it, what
says little pays a little.  Where nothing is likely enough, the best head of the sentence is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from summ.families.shortener.model import ShortenerModel
from summ.pipelines.claims import overclaims
from summ.pipelines.clause_checks import (
    awaits_infinitive,
    breaks_off,
    lacks_clause,
    lacks_complement,
    opens_only,
    runs_together,
    strays,
)
from summ.pipelines.compressed import Compressed
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.headlinese import headlinese
from summ.pipelines.line_content import LineContent, line_content
from summ.pipelines.line_judges import LineJudges
from summ.pipelines.ordered_search import OrderedLine, OrderedSearcher, OrderedSource
from summ.pipelines.quotations import without_open_quote
from summ.pipelines.skips import Skips
from summ.pipelines.texts import alike
from summ.summary import Method
from summ.text.first_words import first_words
from summ.text.folding import is_tokenised
from summ.text.languages.cased_english import is_capitals
from summ.text.languages.en import LEANING
from summ.text.languages.en_phrases import (
    MARKS,
    NEVER_LAST,
    PREPOSITIONS,
    SAYING,
    SUBORDINATORS,
)
from summ.text.put_together import put_together
from summ.text.sentences import split_sentences
from summ.text.shortenings import looks_complete, shortenings, shortest_loss
from summ.text.verbs import bare
from summ.text.words import count_words, cut_to_words

_FEWEST = 4  # words of a line that can say anything
_LONGEST_SENTENCE = 60  # words
_HEADS = 2  # of what is left of a sentence that are looked at
_MOST_CORES = 48  # lines
_NEW_CLAUSE = SUBORDINATORS | {"but", "who", "which", "that", "while", "as", "once", ";", ":"}
_CUT_BEFORE = PREPOSITIONS | SUBORDINATORS | {"and", "but", "who", "which", "that"}


@dataclass(frozen=True)
class ChoiceWeights:
    """What a line is worth, in nats a piece: its mean log-probability, less these prices.

    They were set by reading development texts, not by a measure.

    Attributes:
        likelihood: of the line's mean log-probability.
        incomplete: of a line that does not look complete.
        conditional: of a claim that says more than its sentence.
        content: what a telling word is worth.
        behind_verb: what one is worth more if it stands behind the verb.
        enough: how many of these count.
        subject: of a telling word that the subject loses.
        stray: of a preposition that has lost the word before it.
        tiny: of a line of less than four words, or of no more than an opening phrase.
        headline: of each word that a headline leaves out of a clause.
        room: by how many words such a clause may be too long.
        core: the least that the core of a sentence is worth where it stands for a broken line.
        certain: the mean log-probability above which a line counts as complete that the rules do
            not see to be; of such lines readers called 91 % complete, as of those that they do see.
    """

    likelihood: float = 2.0
    incomplete: float = 1.2
    conditional: float = 2.0
    content: float = 0.15
    behind_verb: float = 0.45
    enough: int = 6
    subject: float = 0.25
    stray: float = 0.3
    tiny: float = 3.0
    headline: float = 0.04
    room: int = 7
    core: float = -2.5
    certain: float = -0.1


@dataclass(frozen=True)
class _Candidate:
    """A line, what it is worth, and whether it is complete as far as one can see."""

    worth: float
    line: OrderedLine
    complete: bool


@dataclass(frozen=True)
class _Whole:
    """The words of a sentence, marks attached, and whether its text had spaces before marks."""

    words: Sequence[str]
    tokenised: bool


class Shortener:
    """Shortens English sentences."""

    def __init__(self, model: ShortenerModel, weights: ChoiceWeights | None = None) -> None:
        """A shortener.

        Args:
            model: whose network chooses.
            weights: how; by default those that were set for the model that ships.
        """
        self._model = model
        self._weights = weights or ChoiceWeights()
        self._searcher = OrderedSearcher(model)

    def shorten(
        self, texts: Sequence[str], words: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        """Each sentence in at most so many words.

        Args:
            texts: not blank; of several sentences the first is shortened that has a verb.
            words: the most words of each.
            decoding: the width of the search, how many sentences are searched at once, and the
                style; ``sentence`` keeps the articles and auxiliaries that a headline spares.
        """
        loud = [is_capitals(text) for text in texts]
        if any(loud):  # every word would be a name
            quiet = [text.lower() if of else text for text, of in zip(texts, loud, strict=True)]
            shown = self.shorten(quiet, words, decoding)
            return [
                replace(line, text=line.text.upper()) if of else line
                for line, of in zip(shown, loud, strict=True)
            ]
        spared = 0 if decoding.style == "sentence" else self._weights.room
        texts = [self._telling_sentence(text) for text in texts]
        found: dict[int, Compressed] = {}
        longest = self._model.settings.longest_line
        searched = []
        for place, (text, most) in enumerate(zip(texts, words, strict=True)):
            if count_words(text) <= most:
                found[place] = Compressed(" ".join(text.split()), 0.0, False, "extracted")
            elif most > longest:
                found[place] = self._without_network(text, most)
            else:
                searched.append(place)
        for batch in alike(searched, lambda place: len(texts[place]), decoding.batch_size):
            sources = [self._searcher.read(texts[place]) for place in batch]
            room = [words[place] + spared for place in batch]
            lines = self._searcher.search(sources, room, decoding.beams)
            for place, source, own in zip(batch, sources, lines, strict=True):
                found[place] = self._choose(
                    texts[place], source, own, words[place], spared, decoding.judges
                )
        return [found[place] for place in range(len(texts))]

    def _telling_sentence(self, text: str) -> str:
        """The first sentence that says something; greetings do not."""
        sentences = split_sentences(text, longest=_LONGEST_SENTENCE)
        telling = (
            sentence
            for sentence in sentences
            if count_words(sentence) >= _FEWEST
            and self._model.verbs.has_finite_verb(sentence.split())
        )
        return next(telling, sentences[0] if sentences else text)

    def _without_network(self, text: str, words: int) -> Compressed:
        """A line longer than those that the network learned: by the phrases alone."""
        line = shortest_loss(text, words, self._model.verbs)
        if line is not None and 2 * count_words(line) >= words:
            return Compressed(line, 0.0, False, "compressed")
        source = self._searcher.read(text)
        heads = self._heads(source, words)
        if heads:
            return Compressed(self._searcher.write(source, heads[-1]), 0.0, False, "cut")
        return Compressed(self._broken_off(text, source, words), 0.0, False, "cut")

    def _choose(
        self,
        text: str,
        source: OrderedSource,
        lines: Sequence[OrderedLine],
        words: int,
        spared: int,
        judges: LineJudges | None,
    ) -> Compressed:
        """The line that is shown.

        Args:
            words: the most that it may have.
            spared: how many words a headline may leave out of a clause; 0 for sentences.
            judges: pretrained ones that have a say.
        """
        # Phrases are known by commas and quotation marks that touch their words.
        tokenised, room = is_tokenised(text), words + spared
        prose = put_together(source.folded) if tokenised else text
        known = {line.places for line in lines}
        more = [*self._shortenings(prose, source, room), *self._heads(source, room)]
        new = [places for places in dict.fromkeys(more) if places not in known]
        lines = [*lines, *self._score(source, new, room)]
        whole = _Whole(prose.rstrip(" .").split(), tokenised)
        candidates = self._candidates(whole, source, lines, words)
        if not candidates or not max(candidates, key=lambda one: one.worth).complete:
            core = self._core(prose, source, words, room)
            found = self._candidates(whole, source, self._score(source, core, room), words)
            # What has no verb at all is worth less than any sentence.
            rivals = found if self._is_sentence(source, candidates) else [*candidates, *found]
            likely = [one for one in rivals if one.complete and one.worth > self._weights.core]
            skips = self._searcher.skips(source)
            telling = [one for one in found if _says_verb(skips, one.line.places)]
            candidates = likely or [*candidates, *telling]
        if not candidates:
            return Compressed(self._broken_off(text, source, words), 0.0, source.cut, "cut")
        best = max(candidates, key=lambda one: one.worth)
        if not best.complete and not _says_verb(self._searcher.skips(source), best.line.places):
            best = self._through_verb(source, best, words, spared) or best
            if source.count_words(best.line.places) < 2:
                return Compressed(self._broken_off(text, source, words), 0.0, source.cut, "cut")
        # Pretrained judges like a bare subject better than a clause that tells more.
        rivals = [
            one for one in dict.fromkeys([*candidates, best]) if one.complete or not best.complete
        ]
        if judges is not None:
            written = [self._searcher.write(source, one.line.places) for one in rivals]
            device = next(self._model.compressor.parameters()).device
            worths = [one.worth for one in rivals]
            best = rivals[judges.best(text, written, worths, device)]
        shown = cut_to_words(self._searcher.write(source, best.line.places), words)
        certain = best.complete or (
            best.line.mean_log_prob > self._weights.certain
            and _says_verb(self._searcher.skips(source), best.line.places)
            and not overclaims(source, best.line.places)
        )
        method: Method = "compressed" if certain else "cut"
        return Compressed(shown, best.line.log_prob, source.cut, method)

    def _is_sentence(self, source: OrderedSource, candidates: Sequence[_Candidate]) -> bool:
        """Whether the best of some lines has a verb of its own."""
        if not candidates:
            return False
        best = max(candidates, key=lambda one: one.worth)
        words = self._searcher.write(source, best.line.places).split()
        return self._model.verbs.main_verb(words, lenient=True) is not None

    def _score(
        self, source: OrderedSource, lines: Sequence[tuple[int, ...]], room: int
    ) -> list[OrderedLine]:
        """What the network thinks of some lines."""
        return self._searcher.score(source, lines, room) if lines else []

    def _candidates(
        self, whole: _Whole, source: OrderedSource, lines: Sequence[OrderedLine], words: int
    ) -> list[_Candidate]:
        """The lines that fit, or do as a headline, and what they are worth.

        Args:
            words: the most that a line may have.
        """
        skips, found = self._searcher.skips(source), []
        for line in lines:
            places = line.places
            if runs_together(source, skips, places):
                continue
            shown = self._spared(source, places, words)
            if shown is None:
                continue
            clause = (
                put_together(source.folded, places)
                if whole.tokenised
                else self._searcher.write(source, places)
            ).split()
            true = not overclaims(source, places)
            complete = true and looks_complete(clause, whole.words, self._model.verbs)
            complete = complete and not breaks_off(source, skips, places)
            complete = complete and not lacks_complement(source, places)
            complete = complete and not lacks_clause(source, skips, places)
            complete = complete and not awaits_infinitive(source, skips, places)
            complete = complete and not opens_only(source, skips, places)
            worth = self._worth(source, line, len(places) - len(shown), complete, true)
            worth += self._told(line_content(source, skips, places, shown))
            found.append(_Candidate(worth, replace(line, places=shown), complete))
        return found

    def _spared(
        self, source: OrderedSource, places: tuple[int, ...], words: int
    ) -> tuple[int, ...] | None:
        """A clause in so many words: itself, or without what a headline spares; None if neither."""
        spare = source.count_words(places) - words
        return headlinese(source, places, spare, self._model.verbs) if spare > 0 else places

    def _through_verb(
        self, source: OrderedSource, subject: _Candidate, words: int, spared: int
    ) -> _Candidate | None:
        """The best head of a sentence that tells what a bare subject does; None if none fits.

        Better half of what happened than only to whom.
        """
        skips, tokens = self._searcher.skips(source), source.folded.tokens
        start = subject.line.places[-1] + 1
        heads = []
        for end in range(start, len(tokens) - 1):
            head = tuple(range(end + 1))
            if tokens[end] in _NEW_CLAUSE or source.count_words(head) > words + spared:
                break
            if (
                tokens[end + 1] in _CUT_BEFORE | MARKS | {"of", "to"}
                and tokens[end] not in MARKS | LEANING | NEVER_LAST | SAYING
                and _says_verb(skips, head[start:])
                and skips.pairs_marks(head)
                and not awaits_infinitive(source, skips, head)
                and not lacks_clause(source, skips, head)
            ):
                heads.append(head)
        found = []
        for line in self._score(source, heads, words + spared):
            shown = self._spared(source, line.places, words)
            if shown is not None:
                true = not overclaims(source, line.places)
                worth = self._worth(source, line, len(line.places) - len(shown), False, true)
                found.append(_Candidate(worth, replace(line, places=shown), False))
        return max(found, key=lambda one: one.worth, default=None)

    def _told(self, content: LineContent) -> float:
        """What it is worth that a line tells much."""
        weights = self._weights
        return (
            weights.content * content.words
            + weights.behind_verb * min(content.behind_verb, weights.enough)
            - weights.subject * content.lost_of_subject
        )

    def _shortenings(
        self, text: str, source: OrderedSource, words: int, core: bool = False
    ) -> Iterable[tuple[int, ...]]:
        """The places of what the phrases alone leave, where it ends well.

        Args:
            core: whether also the phrases go that only the core of the sentence does without.
        """
        skips = self._searcher.skips(source)
        for shortening in shortenings(text, words, self._model.verbs, core):
            places = source.find(shortening.text)
            if not places or source.count_words(places) > words:
                continue  # a tokenised text counts *Japan's* as two
            if skips.ends[places[-1]] and skips.pairs_marks(places):
                yield places

    def _core(
        self, prose: str, source: OrderedSource, words: int, room: int
    ) -> list[tuple[int, ...]]:
        """What is left where everything goes that a sentence can do without.

        Also the longest heads of what is left and still too long: *Ann Bo announces her
        retirement (as at the end of the season)*.
        """
        if prose == prose.lower():  # names are seen by what is no common word
            common = self._model.vocabulary.common
            prose = " ".join(
                word if bare(word) in common or not word[:1].isalpha() else word.capitalize()
                for word in prose.split()
            )
        skips, found = self._searcher.skips(source), dict[tuple[int, ...], None]()
        for places in self._shortenings(prose, source, _LONGEST_SENTENCE, core=True):
            ends = range(len(places), _FEWEST - 1, -1)
            heads = (without_open_quote(source, places[:end]) for end in ends)
            ending = (
                head
                for head in heads
                if source.count_words(head) <= room
                and skips.ends[head[-1]]
                and skips.pairs_marks(head)
                and self._spared(source, head, words) is not None
            )
            found |= dict.fromkeys(itertools.islice(ending, _HEADS))
        return list(found)[:_MOST_CORES]

    def _heads(
        self, source: OrderedSource, words: int, complete: bool = True
    ) -> list[tuple[int, ...]]:
        """Heads of the sentence, short ones first.

        Args:
            complete: whether only those that end with a word that may stand last; otherwise those
                up to a comma, a conjunction or a preposition.
        """
        tokens, skips, found = source.folded.tokens, self._searcher.skips(source), []
        for end in range(3, len(tokens) - 1):
            places = tuple(range(end + 1))
            if source.count_words(places) > words:
                break
            before, after = tokens[end], tokens[end + 1]
            parts = after in MARKS - {'"'} or after in _CUT_BEFORE
            parts = parts or (complete and skips.ends[end])
            loose = not complete and before not in MARKS | LEANING | NEVER_LAST
            if parts and (loose or skips.ends[end]) and skips.pairs_marks(places):
                found.append(places)
        return found

    def _broken_off(self, text: str, source: OrderedSource, words: int) -> str:
        """The beginning of a sentence of which nothing better is known."""
        heads = self._heads(source, words, complete=False)
        if heads:
            return self._searcher.write(source, heads[-1])
        return first_words(text, words)

    def _worth(
        self, source: OrderedSource, line: OrderedLine, spared: int, complete: bool, true: bool
    ) -> float:
        """How well a line reads, and whether it is true.

        Args:
            line: the clause.
            spared: how many of its words the headline leaves out.
            complete: whether it looks complete.
            true: whether it claims no more than its sentence.
        """
        weights = self._weights
        worth = weights.likelihood * line.mean_log_prob - weights.headline * spared
        if not complete:
            worth -= weights.incomplete
        worth -= weights.stray * strays(source, line.places)
        opening = opens_only(source, self._searcher.skips(source), line.places)
        opening = opening and not source.folded.tokens[0].endswith("ing")
        if source.count_words(line.places) < _FEWEST or opening:
            worth -= weights.tiny
        if not true:
            worth -= weights.conditional
        return worth


def _says_verb(skips: Skips, places: Sequence[int]) -> bool:
    """Whether one of some words is a finite verb."""
    return any(skips.finite[place] and not skips.is_reduced(place) for place in places)
