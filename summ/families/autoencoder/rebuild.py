"""Rebuilding: a text through its code and back, by maximum likelihood.

Source: Kingma & Welling (2014, arXiv:1312.6114), equation (3), for text as in Bowman et al. (2016,
arXiv:1511.06349); with other bottlenecks the same without the divergence.  Nested codes: Rippel,
Gelbart & Adams (2014, arXiv:1402.0915), Section 3, with slots in place of numbers, halved.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from summ.families.autoencoder.config import RebuildStage
from summ.families.autoencoder.lines import StyledTokens
from summ.families.autoencoder.model import AutoencoderModel
from summ.families.autoencoder.noise import delete_words, drop_pieces
from summ.networks.bottlenecks import Code
from summ.networks.codebook import VqBottleneck
from summ.networks.transformer import Encoded
from summ.text.typos import with_typo
from summ.training.gather import all_rows
from summ.training.objectives.likelihood import sequence_nll
from summ.training.objectives.variational import bag_nll, contractive_loss, shift_loss
from summ.training.random_streams import RandomStreams
from summ.types import StepOutput, Tokens


@dataclass(frozen=True)
class Rebuilt:
    """What rebuilding a batch of texts comes to; the loss is in nats."""

    loss: Float[Tensor, " N"]
    code: Code
    stats: dict[str, Tensor]


class RebuildStep(nn.Module):
    """One batch: hide words, encode, pass the bottleneck, decode."""

    def __init__(self, model: AutoencoderModel, stage: RebuildStage) -> None:
        super().__init__()
        self.network, self.stage = model.network, stage
        if isinstance(self.network.bottleneck, VqBottleneck):
            self.network.bottleneck.gather = all_rows
        self.slots = model.settings.bottleneck.slots
        self.longest = model.settings.max_sentence
        self.vocabulary = model.vocabulary

    def forward(self, batch: Tokens | StyledTokens, streams: RandomStreams) -> StepOutput:
        """The loss in nats a text, averaged over the texts, whatever style each has."""
        texts = batch.texts if isinstance(batch, StyledTokens) else batch
        rebuilt = self.rebuilt(texts, streams)
        return StepOutput(loss=rebuilt.loss.mean(), stats=rebuilt.stats)

    def rebuilt(
        self, batch: Tokens, streams: RandomStreams, style_of: Tokens | None = None
    ) -> Rebuilt:
        """The loss of each text, and its code.

        Args:
            style_of: other texts of the same style, from which a styled code has it.
        """
        rows = len(batch)
        # 1. Hide words from the encoder.
        source = batch
        if self.stage.delete_share:
            luck = streams.uniform("delete", rows, self.longest)[:, : batch.ids.shape[1]]
            source = delete_words(batch, self.network.starts_word, luck, self.stage.delete_share)
        # 2. The code, drawn.                                                      (N, H, L)
        bottleneck = self.network.bottleneck
        uniforms = streams.uniform("code", rows, bottleneck.draws(self.slots))
        if self.stage.contractive_weight:
            slots, embeddings = self.network.slots_and_embeddings(source)
            code = bottleneck(slots, uniforms)
        else:
            code = self.network.code(source, uniforms, style_of)
        # 3. Rebuild the text from it.
        luck = streams.uniform("word-drop", rows, self.longest)
        halvings = (0, (self.slots - 1).bit_length()) if self.stage.nested else (0, 0)
        kept = -(-self.slots // (1 << streams.integers("kept", rows, halvings)))
        encoded = self.network.read(code.values, kept)
        nll = self.nll(encoded, batch, luck)
        bags = self.network.bags(batch)
        bag = bag_nll(self.network.bag_logits(encoded), batch.ids, batch.mask, bags)
        # 4. What is lost, and what the bottleneck asks for.
        weight = self.stage.code_weight * self._warmth(streams.step)
        loss = nll + self.stage.bag_weight * bag + weight * code.loss
        stats = self._stats(batch, code, nll, bag)
        if self.stage.contractive_weight:
            values = code.values.flatten(1)
            signs = 2 * (streams.uniform("signs", *values.shape) < 0.5).to(values) - 1
            slope = contractive_loss(values, embeddings, signs)
            stats["rebuild/contractive_loss"] = slope.detach().mean()
            loss = loss + self.stage.contractive_weight * slope
        if self.stage.typo_weight:
            typed = self.network.code(self._mistyped(source, streams), uniforms, style_of)
            values = code.values.flatten(1)
            shift = shift_loss(values, typed.values.flatten(1), all_rows(values))
            stats["rebuild/typo_shift"] = shift.detach().mean()
            loss = loss + self.stage.typo_weight * shift
        return Rebuilt(loss, code, stats)

    def _mistyped(self, texts: Tokens, streams: RandomStreams) -> Tokens:
        """The texts with a typo in each; what has no room for its pieces is cut off."""
        luck = streams.uniform("typo", len(texts), 2).tolist()
        lines = [self.vocabulary.decode(row) for row in texts.ids.tolist()]
        typed = [with_typo(line, *numbers) for line, numbers in zip(lines, luck, strict=True)]
        rows = self.vocabulary.encode_canonical(typed)
        ids = [[*row[: self.longest - 1], self.vocabulary.eos] for row in rows]
        return Tokens.from_lists(ids, self.vocabulary.pad).to(texts.ids.device)

    def nll(
        self, encoded: Encoded, texts: Tokens, luck: Float[Tensor, "N T"] | None = None
    ) -> Float[Tensor, " N"]:
        """Nats of each text given its code.

        Args:
            luck: uniform numbers, by which pieces are kept from the decoder; None keeps none.
        """
        start = texts.ids.new_full((len(texts), 1), self.network.start)
        inputs = torch.cat([start, texts.ids[:, :-1]], dim=1)
        if luck is not None and self.stage.word_drop:
            inputs = drop_pieces(
                inputs, luck[:, : inputs.shape[1]], self.stage.word_drop, self.vocabulary.unk
            )
        logits = self.network.logits(encoded, inputs).float()
        log_probs = logits.log_softmax(dim=2).gather(2, texts.ids[..., None]).squeeze(2)
        return sequence_nll(log_probs, texts.mask)

    def _warmth(self, step: int) -> float:
        """From 0 to 1 over the first updates."""
        updates = self.stage.warm_up * self.stage.steps
        return 1.0 if step >= updates else step / updates

    def _stats(
        self, batch: Tokens, code: Code, nll: Float[Tensor, " N"], bag: Float[Tensor, " N"]
    ) -> dict[str, Tensor]:
        return {
            "rebuild/nll": nll.detach().mean(),
            "rebuild/nll_per_piece": nll.detach().sum() / batch.mask.sum(),
            "rebuild/bag_nll": bag.detach().mean(),
            **{f"code/{name}": value for name, value in code.figures.items()},
        }
