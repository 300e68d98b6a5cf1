"""How summaries are searched for: one value from the command line down to search and reranking."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from summ.errors import ArgumentError
from summ.pipelines.arguments import one_of, whole_number

if TYPE_CHECKING:
    from summ.pipelines.line_judges import LineJudges
    from summ.pipelines.rerank_weights import RerankWeights
    from summ.summary import Style

_STYLES = ("auto", "headline", "sentence")  # ``Style``
_CODE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class DecodingOptions:
    """How summaries are searched for.

    Attributes:
        beams: width of the search; 1 is greedy search, which leaves nothing to rerank.
        batch_size: sentences compressed at once; changes speed and memory only.
        style: how what must be shortened reads: ``headline``, as the model was trained to write;
            ``sentence``, English sentences with phrases left out; ``auto``, the latter for
            English, if the model is the one that ships and nothing is reranked.
        rerank: how the model's other networks choose among the summaries that the search ends
            with; None takes the weights that the model brings along.
        language: of all texts (ISO 639-1); ``auto`` finds out for each.
        judges: pretrained networks of the user that have a say in the choice, in either style.

    Raises:
        ArgumentError: a number is below 1, there is no such style, or the language is no code.
        TypeError: a number is not whole.
    """

    beams: int = 8
    batch_size: int = 64
    rerank: RerankWeights | None = None
    style: Style = "auto"
    language: str = "auto"
    judges: LineJudges | None = None

    def __post_init__(self) -> None:
        for name, value in (("beams", self.beams), ("batch size", self.batch_size)):
            whole_number(name, value)
        one_of("style", self.style, _STYLES)
        if self.language != "auto" and not _CODE.fullmatch(self.language):
            raise ArgumentError(
                f"language: must be auto or a code of two or three letters such as de, but is "
                f"{self.language!r}."
            )

    @staticmethod
    def parse(
        beams: int,
        batch_size: int,
        rerank: str | None,
        style: Style,
        language: str = "auto",
        fluency: str | None = None,
        similarity: str | None = None,
    ) -> DecodingOptions:
        """The options as the command line has them.

        Args:
            rerank: weights by name, as ``rerank.parse_weights`` reads them.
            fluency, similarity: pretrained judges, as ``LineJudges.parse`` reads them.

        Raises:
            ConfigError: a number is below 1, or a weight cannot be read.
            CheckpointError: a judge is neither a folder nor in the hub's cache.
        """
        from summ.pipelines.line_judges import LineJudges

        weights = None
        if rerank is not None:
            from summ.pipelines.rerank_weights import parse_weights

            weights = parse_weights(rerank)
        judges = LineJudges.parse(fluency, similarity)
        return DecodingOptions(beams, batch_size, weights, style, language, judges)
