"""Searching for the summary that people see: likely under the policy, within the constraints.

Axes: B sequences, T output positions, R rows of a search (beams), V word types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from summ.families.summarizer.model import SummaryModel
from summ.networks.policy import Marks, policy_logits
from summ.networks.transformer import Encoded
from summ.pipelines.constraints import SourceConstraints, WordConstraints
from summ.text.languages.en import FUNCTION_WORDS
from summ.text.languages.language import language
from summ.text.surface import SurfaceFacts
from summ.types import Tokens


@dataclass(frozen=True)
class Hypothesis:
    """A summary in pieces.

    Attributes:
        ids: without marks.
        log_prob: under the compressor's policy, in nats, the end mark included.
        finished: whether an end mark was reached, or the room ran out before.
    """

    ids: list[int]
    log_prob: float
    finished: bool


def _function_words(code: str) -> frozenset[str] | None:
    """The words without content of a model's language; None where they are not known."""
    known = language(code).stop_words
    return (known | FUNCTION_WORDS if code == "en" else known) or None


class Searcher:
    """Greedy and beam search with a model's compressor, within the model's constraints."""

    def __init__(self, model: SummaryModel) -> None:
        vocabulary, settings = model.vocabulary, model.settings
        self.model = model
        self.constraints = WordConstraints(
            vocabulary, settings.shortlist, settings.in_order, _function_words(settings.language)
        )
        device = next(model.compressor.parameters()).device
        self.marks = Marks.of(vocabulary, device)
        self.device = device

    def search(
        self,
        sources: Sequence[Sequence[int]],
        budgets: Sequence[int],
        beams: int = 1,
        surface_facts: Sequence[SurfaceFacts] | None = None,
    ) -> list[Hypothesis]:
        """The likeliest summary of each source that the search finds; see ``candidates``."""
        return [found for found, *_ in self.candidates(sources, budgets, beams, 1, surface_facts)]

    @torch.no_grad()
    def candidates(
        self,
        sources: Sequence[Sequence[int]],
        budgets: Sequence[int],
        beams: int,
        keep: int,
        surface_facts: Sequence[SurfaceFacts] | None = None,
    ) -> list[list[Hypothesis]]:
        """Summaries of each source, of at most its budget of whitespace-separated words.

        Args:
            sources: ids without marks, cut to ``max_document - 1``.
            beams: width of the search; 1 is greedy.
            keep: how many summaries of a source, at most ``beams``; the likeliest per piece first.
            surface_facts: how each source is written, where that is known.
        """
        marks = self.marks
        words = Tokens.from_lists([[*ids, marks.eos] for ids in sources], marks.pad)
        budget = torch.tensor(list(budgets), device=self.device)
        encoded = self.model.compressor.read(words.to(self.device), budget)
        known = surface_facts or [SurfaceFacts()] * len(sources)
        constraints = list(map(self.constraints.bind, sources, budgets, known))
        found = self._generate(encoded, constraints, beams, keep)
        return [found[start : start + keep] for start in range(0, len(found), keep)]

    def _generate(
        self, encoded: Encoded, constraints: Sequence[SourceConstraints], beams: int, keep: int
    ) -> list[Hypothesis]:
        """The likeliest summaries within the constraints, by transformers' own search."""
        from transformers import LogitsProcessorList
        from transformers.modeling_outputs import BaseModelOutput

        marks, network = self.marks, self.model.compressor.network
        repeated = [one for one in constraints for _ in range(beams)]
        restriction = Restriction(encoded.repeat(beams), repeated, marks)
        found = network.generate(
            encoder_outputs=BaseModelOutput(last_hidden_state=encoded.states),
            attention_mask=encoded.mask.long(),
            decoder_start_token_id=self.model.compressor.start,
            logits_processor=LogitsProcessorList([restriction]),
            max_new_tokens=self.model.settings.max_sentence - 1,
            num_beams=beams,
            num_return_sequences=keep,
            do_sample=False,
            early_stopping=beams > 1,
            pad_token_id=marks.pad,
            eos_token_id=marks.eos,
            return_dict_in_generate=True,
            output_scores=True,
        )
        drawn = found.sequences[:, 1:]
        ended = (drawn == marks.eos).cumsum(dim=1)
        real = (ended == 0) | ((ended == 1) & (drawn == marks.eos))
        log_probs = _of_pieces(found.scores, drawn, found.beam_indices if beams > 1 else None)
        totals = log_probs.masked_fill(~real, 0.0).sum(dim=1)
        content = real & (drawn != marks.eos) & (drawn != marks.pad)
        return [
            Hypothesis(row[kept].tolist(), float(total), bool(finished))
            for row, kept, total, finished in zip(
                drawn, content, totals, ended.any(dim=1), strict=True
            )
        ]


def _of_pieces(
    scores: Sequence[Float[Tensor, "R V"]],
    pieces: Int[Tensor, "B T"],
    rows: Int[Tensor, "B T"] | None,
) -> Float[Tensor, "B T"]:
    """The log-probabilities of pieces, as a search handed them on.

    What transformers has for it (``compute_transition_scores``) copies all scores twice.

    Args:
        scores: of each step.
        rows: in which of its rows each piece was scored, negative behind the end; None of a search
            whose rows stay where they are.
    """
    if rows is None:
        rows = torch.arange(len(pieces), device=pieces.device)[:, None].expand_as(pieces)
    steps = zip(scores, rows.clamp(min=0).T, pieces.T, strict=False)
    return torch.stack([step[row, piece] for step, row, piece in steps], dim=1)


@dataclass(frozen=True)
class Restriction:
    """A logits processor: the policy's own log-probabilities, less what constraints forbid.

    Attributes:
        encoded: one row for each beam.
        constraints: those of each row.
    """

    encoded: Encoded
    constraints: Sequence[SourceConstraints]
    marks: Marks

    def __call__(self, ids: Tensor, scores: Tensor) -> Tensor:
        """Scores of the next piece after the prefixes ``ids``, the start mark in front."""
        prefixes = ids[:, 1:]
        begun = self.marks.starts_word[prefixes].sum(dim=1)[:, None]
        policy = policy_logits(scores[:, None], self.encoded, self.marks, begun)[:, 0]
        policy = policy.log_softmax(dim=-1)
        allowed = torch.zeros_like(scores, dtype=torch.bool)
        ended = {self.marks.eos, self.marks.pad}
        for row, prefix in enumerate(prefixes.tolist()):
            pieces = [self.marks.eos]
            if not prefix or prefix[-1] not in ended:
                pieces = self.constraints[row].allowed(prefix).tolist()
            allowed[row, pieces] = True
        presentable = policy.masked_fill(~allowed, -torch.inf)
        # Where the constraints leave nothing that the policy can say, the policy decides.
        dead = torch.isinf(presentable).all(dim=1, keepdim=True)
        return torch.where(dead, policy, presentable)
