"""The weights of reranking, as a value and as the command line writes them."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass

from summ.errors import ConfigError


@dataclass(frozen=True)
class RerankWeights:
    r"""The weights of a score: the best summary y of a source x has the highest

    .. math:: \frac{\log \pi(y|x)}{|y|^a} + w_r \frac{\log p(x|y)}{|x|} + w_h H(y) + w_f F(y)
            + w_s S(x, y) - w_t T(y) - w_n N(x, y)

    The figures are those of ``summ.families.summarizer.critique``.

    Attributes:
        length_exponent: a; 1 divides by the summary's pieces, end mark included, as beam search
            does.
        reconstruction: w_r, of the source's log-likelihood in nats per piece.
        humanness: w_h, of the humanness reward: the mean over prefixes of 2 D - 1, between -1
            and 1.
        fluency: w_f, of the summary's SLOR in nats per piece; ignored without a language model.
        salience: w_s, of how much of what is salient in the source the summary says; ignored by a
            model that does not predict it.
        repetition: w_t, of the number of words of a headline, punctuation marks among them, that
            already stood in it; longer summaries need their function words again.
        novelty: w_n, of the number of different content words that the source lacks: what reads
            like a headline need not be what the source says.
    """

    length_exponent: float = 1.0
    reconstruction: float = 1.0
    humanness: float = 0.0
    fluency: float = 0.0
    salience: float = 0.0
    repetition: float = 0.0
    novelty: float = 0.0

    @property
    def silent(self) -> bool:
        """Whether the order of the search stands, so that nothing needs to be computed."""
        return self == LIKELIEST


LIKELIEST = RerankWeights(reconstruction=0.0)


def parse_weights(text: str) -> RerankWeights:
    """Reads ``reconstruction=2,humanness=0.5``; what is not named keeps its default.

    ``none`` leaves the order of the search.

    Raises:
        ConfigError: a name that is not among the weights, or no number.
    """
    if text.strip() == "none":
        return LIKELIEST
    known: dict[str, float] = asdict(RerankWeights())
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise ConfigError(f"rerank: no weight {name!r}. {hint}Known: {', '.join(known)}.")
        try:
            known[name] = float(value)
        except ValueError as error:
            raise ConfigError(
                f"rerank: {name} must be a number, but is {value!r}. Write {name}=0.5."
            ) from error
    return RerankWeights(**known)
