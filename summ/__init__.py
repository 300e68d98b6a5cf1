"""Unsupervised text summarization: models that learn to summarize without reference summaries.

Example::

    import summ

    summarizer = summ.load("en-small")
    [summary] = summarizer.summarize(["The text of an article ..."], words=10)
    print(summary.text)

Texts are strings: in a list, a generator, a pandas Series, a numpy array.  A summary prints as its
text.  ``load`` returns a model by name or folder: a ``Summarizer`` or a ``SentenceEncoder``.
``Scorer`` says how surprising texts are, ``rouge`` scores summaries against references, and
``train`` trains a model from a configuration file.  What goes wrong is a ``SummError``.

Public names are loaded when they are first used, so that ``import summ`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from summ.errors import ArgumentError, CheckpointError, ConfigError, DataError, SummError

if TYPE_CHECKING:
    from summ.evaluation.summaries.rouge import RougeReport, rouge
    from summ.pipelines.autoencode import TextAutoencoder
    from summ.pipelines.embed import SentenceEncoder
    from summ.pipelines.load import load
    from summ.pipelines.score import Score, Scorer
    from summ.pipelines.summarize import Summarizer
    from summ.pipelines.train import train
    from summ.summary import Summary

    __version__: str

__all__ = [
    "ArgumentError",
    "CheckpointError",
    "ConfigError",
    "DataError",
    "RougeReport",
    "Score",
    "Scorer",
    "SentenceEncoder",
    "SummError",
    "Summarizer",
    "Summary",
    "TextAutoencoder",
    "__version__",
    "load",
    "rouge",
    "train",
]

_PLACES = {
    "RougeReport": "summ.evaluation.summaries.rouge",
    "Score": "summ.pipelines.score",
    "Scorer": "summ.pipelines.score",
    "SentenceEncoder": "summ.pipelines.embed",
    "Summarizer": "summ.pipelines.summarize",
    "Summary": "summ.summary",
    "TextAutoencoder": "summ.pipelines.autoencode",
    "load": "summ.pipelines.load",
    "rouge": "summ.evaluation.summaries.rouge",
    "train": "summ.pipelines.train",
}


def __getattr__(name: str) -> Any:
    """Loads a public name (PEP 562)."""
    if name == "__version__":
        from summ.distribution import VERSION

        return VERSION
    if name not in _PLACES:
        raise AttributeError(f"module 'summ' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return __all__
