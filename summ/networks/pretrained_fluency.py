"""How fluent lines are to a pretrained causal language model (GPT-2, Llama, Qwen, ...).

Axes: B lines, T pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from summ.errors import CheckpointError
from summ.networks.local_checkpoint import LocalCheckpoint, load_local_checkpoint
from summ.text.tokenizer_limits import tokenizing
from summ.text.words import count_words
from summ.types import Tokens

_ENDS = tuple(".!?…。！？'\"”’»)")


class PretrainedFluency:
    """The mean log-probability of a line's words under a network that was trained elsewhere."""

    def __init__(self, checkpoint: LocalCheckpoint) -> None:
        """A judge of fluency.

        Raises:
            CheckpointError: the tokenizer has no mark that a text can begin with.
        """
        tokenizer = checkpoint.tokenizer
        # GPT-2 was trained on texts that follow the end mark of the text before.
        start = tokenizer.bos_token_id
        start = tokenizer.eos_token_id if start is None else start
        if start is None:
            raise CheckpointError(
                f"{checkpoint.folder}: its tokenizer has neither a begin nor an end mark, so the "
                "first word has no probability. Give another network."
            )
        self._checkpoint, self._start = checkpoint, int(start)

    @staticmethod
    def load(name: Path | str, device: torch.device | str = "cpu") -> PretrainedFluency:
        """Reads a network of transformers' ``AutoModelForCausalLM``.

        Args:
            name: a folder, or a name in the hub's cache; nothing is downloaded.

        Raises:
            CheckpointError: it is not there, is damaged, or is no causal language model.
        """
        from transformers import AutoModelForCausalLM

        return PretrainedFluency(load_local_checkpoint(AutoModelForCausalLM, name, device))

    @torch.no_grad()
    def log_probs_per_word(self, lines: Sequence[str], rows: int = 64) -> Float[Tensor, " B"]:
        """Mean log-probability of each line, in nats a word.

        A line that ends without a mark is read with a full stop behind it, so that one which stops
        where no sentence ends pays for it.  Of a very long line the head stands for all.

        Args:
            lines: as their reader sees them; the network may know case, so keep it.
            rows: lines in one forward pass; changes speed and memory only.
        """
        texts = [line if line.rstrip().endswith(_ENDS) else line.rstrip() + "." for line in lines]
        words = torch.tensor([max(1, count_words(text)) for text in texts])
        found: list[Tensor] = [torch.zeros(0)]
        for first in range(0, len(texts), rows):
            found.append(self._means(texts[first : first + rows]).cpu())
        return torch.cat(found) / words

    def _means(self, texts: Sequence[str]) -> Float[Tensor, " B"]:
        """The log-probability of whole texts, in nats."""
        room = self._checkpoint.most_pieces - 1
        with tokenizing():
            ids = self._checkpoint.tokenizer(list(texts), add_special_tokens=False).input_ids
        pieces = Tokens.from_lists([row[:room] for row in ids], 0).to(self._checkpoint.device)
        start = pieces.ids.new_full((len(pieces), 1), self._start)
        inputs = torch.cat([start, pieces.ids[:, :-1]], dim=1)
        mask = torch.cat([torch.ones_like(start, dtype=torch.bool), pieces.mask[:, :-1]], dim=1)
        output = self._checkpoint.network(
            input_ids=inputs, attention_mask=mask.long(), use_cache=False
        )
        log_probs = output.logits.float().log_softmax(dim=-1)
        each = log_probs.gather(2, pieces.ids[:, :, None]).squeeze(2)
        means = each.masked_fill(~pieces.mask, 0.0).sum(dim=1) / pieces.mask.sum(dim=1).clamp(min=1)
        return means * torch.tensor([len(row) for row in ids], device=means.device)
