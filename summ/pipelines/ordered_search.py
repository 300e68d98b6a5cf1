"""Beam search along a source: its words in their order, phrases left out, an end of its own.

A hypothesis is a row of places in the source.  The number of words is a ceiling: the end is scored
as if more words were possible, so that a hypothesis that would go on is given up and not cut.

Axes: B sources, R rows (beams of all sources), C pieces that a source has, T positions, D width.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Protocol, runtime_checkable
from weakref import WeakKeyDictionary

import torch
from jaxtyping import Float, Int
from torch import Tensor

from summ.families.shortener.model import ShortenerModel
from summ.networks.transformer import Encoded, cache_keyword, new_cache, of_rows, several_each
from summ.pipelines.skips import Skips
from summ.text.folding import Folded, fold, unfold_places
from summ.text.languages.en_phrases import CLITICS, MARKS
from summ.types import Tokens

_HOPELESS = -2.5  # nats a piece; given up once as many lines as beams have been found
_OPENING = {"(", "--", "-", '"', "``"}
_UNLIKELY = -12.0  # nats of a first piece that is not looked at


@dataclass(frozen=True)
class OrderedSource:
    """A text as the search reads it.

    Attributes:
        folded: its words, as many as the network reads.
        pieces: of each word.
        cut: whether the text had more words.
        accents: whether the words keep their accents.
    """

    folded: Folded
    pieces: tuple[tuple[int, ...], ...]
    cut: bool
    accents: bool = True

    def find(self, text: str) -> tuple[int, ...] | None:
        """The places of a text's words in the source, in its order; None if one is missing.

        Of a word that stands there twice, the one that its neighbours stand beside.
        """
        wanted, tokens = fold(text, accents=self.accents).tokens, self.folded.tokens
        ahead = _places(wanted, tokens)
        if ahead is None:
            return None
        back = _places(wanted[::-1], tokens[::-1]) or ()
        behind = tuple(len(tokens) - 1 - place for place in reversed(back))
        return min(ahead, behind, key=_gaps)

    def count_words(self, places: Sequence[int]) -> int:
        """The whitespace-separated words of a line."""
        return sum(map(self.begins_word, (-1, *places), places))

    def begins_word(self, here: int, there: int) -> int:
        """1 if a space is written before a place that follows another; ``here`` may be -1."""
        # In tokenised texts marks are words; a quotation may begin with *'*.
        if there == here + 1 or self.folded.tokens[there] in CLITICS | MARKS - _OPENING:
            return not self.folded.glued[there]
        return True


@runtime_checkable
class Steps(Protocol):
    """Which steps a line may take along a source, and where it may end."""

    @property
    def followers(self) -> list[list[int]]:
        """The places that may follow each place; the first row is of the beginning."""

    @property
    def ends(self) -> list[bool]:
        """Whether a line may end with each word."""

    def pairs_marks(self, places: Sequence[int]) -> bool:
        """Whether brackets and quotation marks of a line come in pairs."""


@dataclass(frozen=True)
class OrderedLine:
    """A line, as places in its source.

    Attributes:
        pieces: how many there are, without the end mark.
        log_prob: in nats, the end mark included.
    """

    places: tuple[int, ...]
    pieces: int
    log_prob: float

    @property
    def mean_log_prob(self) -> float:
        """In nats a piece, the end mark counted."""
        return self.log_prob / (self.pieces + 1)


@dataclass(frozen=True)
class _Beam:
    """A prefix: its places, the pieces of its last word still to come, and what it counts."""

    log_prob: float = 0.0
    places: tuple[int, ...] = ()
    pending: tuple[int, ...] = ()
    pieces: int = 0
    words: int = 0
    row: int = 0
    last: int = 0


@dataclass
class _Progress:
    """The search of one source."""

    source: OrderedSource
    skips: Steps
    words: int
    columns: dict[int, int]
    beams: list[_Beam]
    found: dict[tuple[int, ...], OrderedLine] = field(default_factory=dict)


_Read = tuple[list[int], int]  # pieces, and the number of words that was asked for


class OrderedSearcher:
    """Finds and scores lines with a shortener's network."""

    def __init__(self, model: ShortenerModel) -> None:
        """A searcher; ``model`` decides which of the allowed steps are likely."""
        self.model = model
        self._device = next(model.compressor.parameters()).device
        self._eos = model.vocabulary.eos
        self._latest: tuple[list[_Read], Encoded] | None = None
        self._skips: WeakKeyDictionary[OrderedSource, Skips] = WeakKeyDictionary()

    def read(self, text: str) -> OrderedSource:
        """The words of a text that the network can read."""
        vocabulary, room = self.model.vocabulary, self.model.settings.max_document - 1
        folded = vocabulary.fold(text)
        split = vocabulary.split(vocabulary.encode_canonical([folded.text])[0])
        total, kept = 0, 0
        while kept < len(split) and total + len(split[kept]) <= room:
            total += len(split[kept])
            kept += 1
        head = Folded(folded.tokens[:kept], folded.surfaces[:kept], folded.glued[:kept])
        return OrderedSource(
            head, tuple(split[:kept]), kept < len(folded.tokens), vocabulary.accents
        )

    def skips(self, source: OrderedSource) -> Skips:
        """What a line may leave out of a source; found out once, while the source is in use."""
        found = self._skips.get(source)
        if found is None:
            found = Skips(source.folded, self.model.verbs, self.model.vocabulary.common)
            self._skips[source] = found
        return found

    def steps(self, source: OrderedSource) -> Steps:
        """What the search may do along a source; for another language, other steps."""
        return self.skips(source)

    def write(self, source: OrderedSource, places: Sequence[int]) -> str:
        """The words at these places in the manner of the source."""
        return unfold_places(places, source.folded, self.model.vocabulary.common)

    @torch.no_grad()
    def search(
        self, sources: Sequence[OrderedSource], words: Sequence[int], beams: int
    ) -> list[list[OrderedLine]]:
        """Finished lines of each source, the likeliest a piece first.

        Args:
            words: the most words of a line of each source.
            beams: width of the search.
        """
        network, encoded = self.model.compressor.network, self._encode(sources, words)
        tables = [sorted({self._eos, *sum(source.pieces, ())}) for source in sources]
        searches = [
            _Progress(
                source,
                self.steps(source),
                most,
                {piece: column for column, piece in enumerate(table)},
                [_Beam(row=place)],
            )
            for place, (source, most, table) in enumerate(zip(sources, words, tables, strict=True))
        ]
        cache = new_cache(network)
        # Only prefixes that may still become lines have a row.
        asked = torch.arange(len(sources), device=self._device)  # (R,), the source of each row
        last = torch.full((len(sources), 1), self.model.compressor.start, device=self._device)
        weight, bias = self._output_layer(tables)
        for _ in range(self.model.settings.max_sentence):
            hidden = self._hidden(of_rows(network, encoded, asked), last, cache)  # (R, 1, D)
            logits = torch.bmm(hidden, weight[asked].transpose(1, 2))[:, 0] + bias[asked]  # (R, C)
            table = logits.float().log_softmax(dim=-1).tolist()
            for progress in searches:
                self._extend(progress, table, beams)
            if not any(progress.beams for progress in searches):
                break
            rows, last = self._rows(searches)
            cache.reorder_cache(rows)
            asked = asked[rows]
        return [
            sorted(one.found.values(), key=lambda line: line.mean_log_prob, reverse=True)
            for one in searches
        ]

    def _encode(self, sources: Sequence[OrderedSource], words: Sequence[int]) -> Encoded:
        vocabulary, longest = self.model.vocabulary, self.model.settings.longest_line
        ids = [[*sum(source.pieces, ()), vocabulary.eos] for source in sources]
        budgets = [min(most, longest) for most in words]
        read = list(zip(ids, budgets, strict=True))
        known, encoded = self._latest or ([], None)
        # Lines of a text are scored right after it was searched, most often among others.
        if encoded is not None and len(read) == 1 and read[0] in known:
            return _row(encoded, known.index(read[0]), 1 + len(ids[0]))
        budget = torch.tensor(budgets, device=self._device)
        tokens = Tokens.from_lists(ids, vocabulary.pad).to(self._device)
        self._latest = read, self.model.compressor.read(tokens, budget)
        return self._latest[1]

    def _output_layer(
        self, tables: Sequence[Sequence[int]]
    ) -> tuple[Float[Tensor, "B C D"], Float[Tensor, "B C"]]:
        """The rows of the output layer for the pieces of each source only."""
        network = self.model.compressor.network
        width = max(map(len, tables))
        ids = torch.tensor([[*table, *[0] * (width - len(table))] for table in tables])
        sizes = torch.tensor([len(table) for table in tables])
        padding = torch.arange(width)[None] >= sizes[:, None]  # (B, C)
        ids, padding = ids.to(self._device), padding.to(self._device)
        bias = network.final_logits_bias[0][ids].masked_fill(padding, -torch.inf)
        return network.lm_head.weight[ids], bias

    def _hidden(
        self, encoded: Encoded, inputs: Int[Tensor, "B T"], cache: object = None
    ) -> Float[Tensor, "B T D"]:
        """The decoder's states behind pieces; with a cache, behind the new ones."""
        decoder = self.model.compressor.network.get_decoder()
        states: Tensor = decoder(
            input_ids=inputs,
            encoder_hidden_states=encoded.states,
            encoder_attention_mask=encoded.mask.long(),
            use_cache=cache is not None,
            **{cache_keyword(decoder): cache},
        ).last_hidden_state
        return states

    def _extend(self, progress: _Progress, table: list[list[float]], beams: int) -> None:
        """Every beam by one piece, or by its end; the likeliest go on."""
        options: list[_Beam] = []
        for beam in progress.beams:
            log_probs = table[beam.row]
            if beam.pending:
                total = beam.log_prob + log_probs[progress.columns[beam.pending[0]]]
                options.append(_continued(beam, total))
                continue
            self._end(progress, beam, log_probs)
            options += _next_words(progress, beam, log_probs)
        options.sort(key=lambda option: option.log_prob, reverse=True)
        enough = len(progress.found) >= beams
        if enough and options and options[0].log_prob < _HOPELESS * (options[0].pieces + 1):
            options = []
        progress.beams = options[:beams]

    def _end(self, progress: _Progress, beam: _Beam, log_probs: list[float]) -> None:
        """Keeps a beam as a line, if it may end here."""
        skips, places = progress.skips, beam.places
        if not places or not skips.ends[places[-1]] or not skips.pairs_marks(places):
            return
        total = beam.log_prob + log_probs[progress.columns[self._eos]]
        known = progress.found.get(places)
        if known is None or known.log_prob < total:
            progress.found[places] = OrderedLine(places, beam.pieces, total)

    def _rows(self, searches: Sequence[_Progress]) -> tuple[Int[Tensor, " R"], Int[Tensor, "R 1"]]:
        """Which row each beam goes on from, and its last piece; beams get their new rows."""
        beams = [beam for progress in searches for beam in progress.beams]
        numbers = itertools.count()
        for progress in searches:
            progress.beams = [replace(beam, row=next(numbers)) for beam in progress.beams]
        rows, last = [beam.row for beam in beams], [beam.last for beam in beams]
        return (
            torch.tensor(rows, device=self._device),
            torch.tensor(last, device=self._device)[:, None],
        )

    @torch.no_grad()
    def score(
        self, source: OrderedSource, lines: Sequence[tuple[int, ...]], words: int
    ) -> list[OrderedLine]:
        """The log-probabilities of given lines of one source, by the network that searches."""
        eos, pad = self._eos, self.model.vocabulary.pad
        network = self.model.compressor.network
        encoded = several_each(network, self._encode([source], [words]), len(lines))
        rows = [[*(p for place in line for p in source.pieces[place]), eos] for line in lines]
        tokens = Tokens.from_lists(rows, pad).to(self._device)
        start = torch.full_like(tokens.ids[:, :1], self.model.compressor.start)
        inputs = torch.cat([start, tokens.ids[:, :-1]], dim=1)
        table = sorted({eos, *sum(source.pieces, ())})
        hidden = self._hidden(encoded, inputs)  # (B, T, D)
        weight, bias = self._output_layer([table])
        log_probs = (hidden @ weight[0].T + bias[0]).float().log_softmax(dim=-1)  # (B, T, C)
        columns = torch.searchsorted(
            torch.tensor(table, device=self._device), tokens.ids.masked_fill(~tokens.mask, eos)
        )
        chosen = log_probs.gather(-1, columns[..., None]).squeeze(-1)
        totals = chosen.masked_fill(~tokens.mask, 0.0).sum(dim=1).tolist()
        return [
            OrderedLine(tuple(line), len(row) - 1, total)
            for line, row, total in zip(lines, rows, totals, strict=True)
        ]


def _row(encoded: Encoded, place: int, length: int) -> Encoded:
    """One source of several, without the padding behind its length prompt and its pieces."""
    own = slice(place, place + 1)
    budget = None if encoded.budget is None else encoded.budget[own]
    states, mask = encoded.states[own, :length], encoded.mask[own, :length]
    return Encoded(states, mask, encoded.allowed[own], budget)


def _continued(beam: _Beam, log_prob: float) -> _Beam:
    """A beam with the next piece of its last word."""
    first, *rest = beam.pending
    return _Beam(log_prob, beam.places, tuple(rest), beam.pieces + 1, beam.words, beam.row, first)


def _next_words(progress: _Progress, beam: _Beam, log_probs: list[float]) -> list[_Beam]:
    """A beam with the first piece of each word that may come next."""
    source = progress.source
    here = beam.places[-1] if beam.places else -1
    found = []
    for there in progress.skips.followers[here + 1]:
        words = beam.words + source.begins_word(here, there)
        first, *rest = source.pieces[there]
        log_prob = log_probs[progress.columns[first]]
        if words <= progress.words and log_prob > _UNLIKELY:
            found.append(
                _Beam(
                    beam.log_prob + log_prob,
                    (*beam.places, there),
                    tuple(rest),
                    beam.pieces + 1,
                    words,
                    beam.row,
                    first,
                )
            )
    return found


def _places(wanted: Sequence[str], tokens: Sequence[str]) -> tuple[int, ...] | None:
    """The first places of some words, in their order; None if one is missing."""
    places, start = [], 0
    for word in wanted:
        if word not in tokens[start:]:
            return None
        places.append(tokens.index(word, start))
        start = places[-1] + 1
    return tuple(places)


def _gaps(places: Sequence[int]) -> int:
    return sum(there > here + 1 for here, there in pairwise(places))
