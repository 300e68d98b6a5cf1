"""The schema of the API: what is asked and answered, by the names that the commands use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Word = Annotated[int, Field(ge=1, le=10_000)]
Text = Annotated[str, StringConstraints(strict=True)]


class Question(BaseModel):
    """What every request keeps: no key is unknown, and a number is no text."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TextRecord(Question):
    """A text, and the id that its answer bears; by default its number, from 1."""

    id: str = Field("", max_length=1_000)
    text: Text


class Texts(Question):
    """Texts, alone or with ids: one of the two."""

    texts: list[Text] = Field([], description="Texts; their ids are their numbers, from 1.")
    records: list[TextRecord] = Field([], description="Or records {id, text}.")


class SummarizeOptions(Question):
    """How texts are summarized; as the options of ``summ summarize``."""

    words: Word | None = Field(None, description="The most words of a summary.")
    sentences: Word | None = Field(None, description="The most sentences that are kept.")
    style: Literal["auto", "headline", "sentence"] = "auto"
    beams: int = Field(8, ge=1, le=32, description="Width of the search; 1 is greedy.")
    language: str = Field(
        "auto", pattern="^(auto|[a-z]{2,3})$", description="Of all texts (ISO 639); auto finds out."
    )


class SummarizeQuestion(Texts, SummarizeOptions):
    """``POST /api/summarize``."""

    together: bool = Field(False, description="One summary of all texts.")
    alignment: bool = Field(False, description="Say which words were kept.")


class InspectQuestion(Question):
    """``POST /api/inspect``."""

    text: Text
    words: Word = 10
    beams: int = Field(8, ge=1, le=32)


class NeighboursQuestion(Question):
    """``POST /api/neighbours``."""

    query: Text
    among: list[Text]
    count: int = Field(10, ge=1, le=1_000)


class Stretch(BaseModel):
    """A piece of a text: whether its words stand in the other text, and what they are."""

    text: str
    aligned: bool
    kind: Literal["", "number", "negation"]


class Check(BaseModel):
    """Whether a number or a negation is as it should be."""

    kind: Literal["", "number", "negation"]
    word: str
    holds: bool
    note: str


class Aligned(BaseModel):
    """A summary beside its source, both in stretches."""

    source: list[Stretch]
    summary: list[Stretch]
    checks: list[Check]


class SummaryAnswer(BaseModel):
    """A summary, by the names of ``summ summarize --format jsonl``."""

    id: str
    summary: str
    words: int
    log_prob: float
    truncated: bool
    method: str
    language: str
    unlike_training: float | None = None
    alignment: Aligned | None = None


class Supporter(BaseModel):
    """A text, and the share of a sentence's telling words that it has."""

    id: str
    share: float


class Support(BaseModel):
    """Which texts say what a sentence of a common summary says, best first."""

    sentence: str
    texts: list[Supporter]


class SummarizeAnswer(BaseModel):
    summaries: list[SummaryAnswer]
    support: list[Support] = Field([], description="With together, for each sentence.")


class ScoreAnswer(BaseModel):
    """The scores of one text; null where it is blank."""

    id: str
    nll_per_word: float | None
    humanness: float | None
    anomaly_percentile: float | None
    unlike_training: float | None = None


class ScoresAnswer(BaseModel):
    scores: list[ScoreAnswer]


class EmbedAnswer(BaseModel):
    """Vectors of length 1, in the order of the texts; zeros where one is blank."""

    ids: list[str]
    dimension: int
    vectors: list[list[float]]


class NeighbourAnswer(BaseModel):
    """A near text, by the names of ``summ neighbours --format jsonl``."""

    line: int
    text: str
    cosine: float
    distance: int


class NeighboursAnswer(BaseModel):
    neighbours: list[NeighbourAnswer]


class Prefix(BaseModel):
    piece: str
    humanness: float


class Opinion(BaseModel):
    summary: str
    log_prob: float
    figures: dict[str, float]
    score: float
    prefixes: list[Prefix]


class InspectAnswer(BaseModel):
    """What the networks do with a text; see ``summ.pipelines.inspection``."""

    read: str
    candidates: list[Opinion]
    chosen: int
    weights: dict[str, float]
    rebuilt: str
    rebuilt_alignment: list[Stretch] = Field(
        description="The rebuilt document, and which of its words the text has."
    )


class ReadAnswer(BaseModel):
    """The records of a file, and what had to be left out of it."""

    records: list[TextRecord]
    warnings: list[str]


class HealthAnswer(BaseModel):
    status: Literal["loading", "ready"]
    version: str


class ErrorAnswer(BaseModel):
    """What is wrong, in one line: where: what, what was found. What to do."""

    error: str


def first_problem(problems: Sequence[Any]) -> str:
    """The first violation that pydantic reports, in the grammar of all messages."""
    problem = problems[0]
    place = ".".join(str(step) for step in problem["loc"] if step not in {"body", "query"})
    where = f"{place}: " if place else "body: "
    if problem["type"] == "extra_forbidden":
        return f"{where}unknown key. See /docs."
    if problem["type"] == "missing":
        return f"{where}missing. See /docs."
    if problem["type"].startswith("json"):
        return "body: not JSON. Send one object; see /docs."
    found = problem.get("input")
    shown = "" if isinstance(found, dict | list) else f", found {_shortened(repr(found))}"
    wrong = problem["msg"].rstrip(".")
    return f"{where}{wrong[:1].lower()}{wrong[1:]}{shown}. See /docs."


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."
