"""The options of the command line, each defined once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option

Files = Annotated[
    list[str] | None,
    Argument(metavar="[FILE...|-]", help="Texts to read; - or nothing is stdin."),
]
Model = Annotated[
    Path | None, Option(metavar="DIR", help="A model's folder; by default the one in summ.")
]
Lines = Annotated[bool, Option("--lines", help="Each line of a file is a document.")]
Together = Annotated[bool, Option("--together", help="One summary of all documents.")]
Encoder = Annotated[
    Path | None,
    Option(metavar="DIR", help="Choose sentences of long documents by this sentence model."),
]
Field = Annotated[str, Option(metavar="NAME", help="Field of records that holds the text.")]
Output = Annotated[Path | None, Option(metavar="FILE", help="Write here, not to stdout.")]
Words = Annotated[int | None, Option(min=1, metavar="N", help="The most words of a summary.")]
Sentences = Annotated[
    int | None, Option(min=1, metavar="N", help="The most sentences that are kept.")
]
Beams = Annotated[int, Option(min=1, metavar="N", help="Width of the search; 1 is greedy.")]
Rerank = Annotated[
    str | None,
    Option(metavar="NAME=W,...", help="Weigh in humanness, fluency and others; or none."),
]
SummaryStyle = Annotated[
    Literal["auto", "headline", "sentence"],
    Option("--style", help="Of shortened sentences; auto: sentences of cased English text."),
]
InOrder = Annotated[bool, Option("--in-order", help="Keep the order of the source's words.")]
BatchSize = Annotated[int, Option(min=1, metavar="N", help="Sentences that are worked on at once.")]
SummaryFormat = Annotated[Literal["text", "jsonl"], Option("--format", help="Of a summary.")]
ScoreFormat = Annotated[Literal["jsonl"], Option("--format", help="Of a score.")]
BadBytes = Annotated[Literal["strict", "replace"], Option(help="For bytes that are not UTF-8.")]
BadRecords = Annotated[Literal["fail", "skip"], Option(help="For records that cannot be read.")]
Seed = Annotated[int, Option(metavar="N", help="Of everything that is drawn at random.")]

Predictions = Annotated[Path | None, Option(metavar="FILE", help="Summaries to judge, one a line.")]
References = Annotated[
    list[Path] | None, Option(metavar="FILE...", help="What humans wrote, one a line.")
]
Sources = Annotated[Path | None, Option(metavar="FILE", help="What was summarized, one a line.")]
Data = Annotated[
    list[Path] | None,
    Option(metavar="FILE.jsonl", help='Records {"id", "text", "summaries"}; or probes.'),
]
Embeddings = Annotated[
    bool,
    Option(
        "--embeddings",
        help="Judge sentence vectors by probes in --data, one file or several: records "
        '{"sentence1", "sentence2", "score"} or {"text", "label"}.',
    ),
]
TestSet = Annotated[
    Path | None,
    Option("--test", metavar="FILE", help="Of the one probe in --data, instead of folds."),
]
Compare = Annotated[
    tuple[Path, Path] | None, Option(metavar="A.jsonl B.jsonl", help="Saved predictions.")
]
Baseline = Annotated[
    str | None, Option(metavar="NAME", help="Judge this, not a model: lead; tfidf.")
]
Beside = Annotated[
    list[str] | None,
    Option(metavar="NAME...", help="More baselines: random, textrank, lexrank, oracle, ..."),
]
Judge = Annotated[
    list[Path] | None,
    Option(metavar="DIR...", help="Models that judge the summaries: a machine, an encoder."),
]
MetricSet = Annotated[
    str | None, Option(metavar="NAME", help="gigaword, duc, compression, cnndm or xsum.")
]
AsJson = Annotated[bool, Option("--json", help="One JSON object.")]
Report = Annotated[Path | None, Option(metavar="DIR", help="Write report.html and others.")]
SavePredictions = Annotated[Path | None, Option(metavar="FILE", help="For --compare, later.")]


Documents = Annotated[list[str] | None, Option(metavar="FILE...", help="Texts to summarize.")]
HumanSentences = Annotated[list[str] | None, Option(metavar="FILE...", help="Headlines, unpaired.")]
Prose = Annotated[
    list[str] | None,
    Option(metavar="FILE...", help="Running text, for sentence encoders, instead of the two."),
]
Corpus = Annotated[Path, Option(metavar="DIR", help="The corpus to make.")]
VocabularySize = Annotated[int, Option(min=300, metavar="N", help="Pieces to learn.")]
VocabularyFolder = Annotated[
    Path | None,
    Option(metavar="DIR|NAME", help="Use this, or a pretrained network's tokenizer; learn none."),
]
Folding = Annotated[bool, Option(help="Read all case and digit forms of a word as one.")]
Workers = Annotated[int, Option(min=1, metavar="N", help="Processes.")]

Config = Annotated[Path, Argument(metavar="CONFIG", help="A YAML file like those in configs/.")]
Overrides = Annotated[
    list[str] | None, Option("--set", metavar="A.B=C", help="Override a key of CONFIG.")
]
RunFolder = Annotated[Path | None, Option(metavar="RUN", help="Folder of the run.")]
Resume = Annotated[bool, Option("--resume", help="Go on from the last checkpoint.")]
ModelArgument = Annotated[Path | None, Argument(metavar="[MODEL]", help="A model's folder.")]

VectorFile = Annotated[
    Path, Option("--output", metavar="FILE", help="Vectors: .npy, .parquet or .safetensors.")
]
VectorPrecision = Annotated[
    Literal["float32", "int8", "binary"], Option("--precision", help="Of the stored numbers.")
]

ExportedModel = Annotated[Path, Argument(metavar="MODEL", help="A model's folder.")]
ExportTarget = Annotated[
    Literal["transformers", "ctranslate2", "onnx", "sentence-transformers"],
    Option("--to", help="The program that will read it."),
]
FirstModel = Annotated[Path, Argument(metavar="FIRST", help="A model's folder.")]
SecondModel = Annotated[Path, Argument(metavar="SECOND", help="Another's, begun from the same.")]
AverageFolder = Annotated[Path, Option("--output", metavar="DIR", help="A folder to make.")]
SecondShare = Annotated[float, Option("--share", min=0, max=1, help="Of SECOND's weights.")]
HalfPrecision = Annotated[bool, Option("--half", help="Store 16 bits a weight.")]
ExportFolder = Annotated[Path, Option("--output", metavar="DIR", help="A folder to make.")]
