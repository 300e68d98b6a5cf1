"""Validation without references: what the critics of a run say of drafts of held-out documents.

Models are chosen by the mean reward.
"""

from __future__ import annotations

import torch

from summ.families.summarizer.config import RewardConfig
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.likelihood import count_words, reconstruction_nll
from summ.families.summarizer.model import SummaryModel
from summ.families.summarizer.rewarded_drafts import reward_drafts
from summ.families.summarizer.salience import SalienceStep
from summ.networks.compressor import Compressor
from summ.networks.language_model import LanguageModel
from summ.networks.policy import greedy
from summ.networks.salience import Salience
from summ.training.objectives.likelihood import sequence_nll
from summ.training.task import Validation
from summ.types import Leads, Tokens


@torch.no_grad()
def validate(
    model: SummaryModel,
    critics: Critics,
    weights: RewardConfig,
    documents: Tokens,
    words: int,
    shown: int = 4,
    rows: int = 64,
) -> Validation:
    """Drafts every document greedily and rewards the drafts.

    ``held_out/reward``, by which models are chosen, is the weighted sum of the other figures.

    Args:
        critics, weights: those of the stage, so that what is measured is what is trained for.
        words: the budget of each draft.
        shown: how many drafts to return as text.
        rows: documents in one forward pass.
    """
    totals: dict[str, float] = {}
    texts: list[tuple[str, str]] = []
    marks = critics.marks
    for start in range(0, len(documents), rows):
        sources = documents.rows(slice(start, start + rows))
        budget = torch.full((len(sources),), words, device=sources.ids.device)
        encoded = model.compressor.read(sources, budget)
        drafts = greedy(model.compressor, encoded, marks, model.settings.max_sentence)
        nll = reconstruction_nll(model.reconstructor, drafts, sources, marks)
        rewarded = reward_drafts(critics, weights, drafts, nll, sources, budget)
        length = count_words(drafts, marks).float()
        figures = {**rewarded.figures, "reward": rewarded.total, "words": length}
        for name, values in figures.items():
            totals[name] = totals.get(name, 0.0) + float(values.float().sum())
        for row in range(max(0, min(len(sources), shown - len(texts)))):
            texts.append((_text(model, sources, row), _text(model, drafts, row)))
    count = max(1, len(documents))
    return Validation({f"held_out/{name}": total / count for name, total in totals.items()}, texts)


@torch.no_grad()
def language_model_figures(
    language_model: LanguageModel, sentences: Tokens, rows: int = 64
) -> dict[str, float]:
    """``held_out/language_model_nll_per_piece``: of human sentences, in nats."""
    nll = 0.0
    for start in range(0, len(sentences), rows):
        part = sentences.rows(slice(start, start + rows))
        nll += float(sequence_nll(language_model.log_probs(part), part.mask).sum())
    return {"held_out/language_model_nll_per_piece": nll / max(1, int(sentences.mask.sum()))}


@torch.no_grad()
def salience_figures(
    salience: Salience, compressor: Compressor, leads: Leads, rows: int = 64
) -> dict[str, float]:
    """``held_out/salience_nll_per_telling_word``: of the telling words of leads, in nats."""
    step = SalienceStep(salience, compressor)
    nll = words = 0.0
    for start in range(0, len(leads), rows):
        part = leads.rows(slice(start, start + rows))
        nll += float(step.nll(part).sum())
        words += int(salience.telling(part.tokens).sum())
    return {"held_out/salience_nll_per_telling_word": nll / max(1.0, words)}


def _text(model: SummaryModel, words: Tokens, row: int) -> str:
    ids = words.ids[row][words.mask[row]].tolist()
    return model.vocabulary.decode([i for i in ids if i != model.vocabulary.eos])
