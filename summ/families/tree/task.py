"""The task of trees: marks are counted once, and nothing is updated."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from summ.data.prose import Prose
from summ.errors import ConfigError
from summ.families.tree.config import TreeRun
from summ.families.tree.model import TreeModel, TreeSettings, save_tree_model, words_of
from summ.networks.phrase_borders import PhraseBorders


class TreeTask:
    """Learns where phrases begin and end; implements ``Task``."""

    def __init__(self, config: TreeRun, device: torch.device) -> None:
        self.config = config
        self.prose = Prose.open(config.data.corpus)
        (stage,) = config.stages
        settings = TreeSettings(
            stage.end_weight, stage.mark, stage.right_branching, self.prose.manifest.language
        )
        vocabulary = self.prose.vocabulary
        self.model = TreeModel(PhraseBorders(vocabulary.size).to(device), vocabulary, settings)

    def networks(self) -> dict[str, nn.Module]:
        return {"borders": self.model.borders}

    def texts(self) -> str:
        return self.prose.manifest.content

    def begin(self, index: int, processes: int) -> None:
        """Counts, the same on every process.

        Raises:
            ConfigError: no mark stands inside any sentence, so that there is nothing to learn.
        """
        sentences = self.prose.sentences
        read = [
            words_of(self.prose.vocabulary, sentences.ids(row).tolist())
            for row in range(len(sentences))
        ]
        if not any(any(words.behind_mark[1:]) for words in read):
            raise ConfigError(
                f"{self.config.data.corpus}: no sentence has a mark inside, from which phrases "
                "could be learned. Give running text with its commas."
            )
        self.model.borders.count(read, self.config.stages[index].trust)

    def save(self, folder: Path, index: int, final: bool = False) -> None:
        save_tree_model(self.model, folder)
