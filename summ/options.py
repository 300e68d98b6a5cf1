"""The options of the command line, each defined once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, BadParameter, Option

from summ.errors import ArgumentError
from summ.pipelines.device import device_name
from summ.pretrained import find_model


def _device(name: str) -> str:
    try:
        return device_name(name)
    except ArgumentError as error:
        raise BadParameter(str(error)) from error


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Reads a whole number within bounds; what is none is told in our words, not a library's."""
    bounds = f"of at least {least:,}" if most is None else f"from {least:,} to {most:,}"

    def read(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise BadParameter(f"must be a whole number {bounds}, found {str(value)!r:.60}")
        return number

    return read


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise BadParameter(f"must be a number from 0 to 1, found {str(value)!r:.60}")
    return share


Files = Annotated[
    list[str] | None,
    Argument(metavar="[FILE...|-]", help="Texts to read; - or nothing is stdin."),
]
Model = Annotated[
    Path | None,
    Option(
        parser=find_model,
        metavar="DIR|NAME",
        help="A model's folder, a name that summ info lists, or owner/name on Hugging Face's hub.",
    ),
]
EngineName = Annotated[
    Literal["local", "ray", "spark", "torchrun"],
    Option(
        "--engine",
        help="Who works: this process; or several, on one machine or many, which write --output as "
        "a folder of parts and go on where they were stopped.",
    ),
]
EngineWorkers = Annotated[
    int | None,
    Option(
        "--workers",
        parser=_whole(1),
        metavar="N",
        help="Processes of ray or spark; by default one a core.",
    ),
]
BlockSize = Annotated[
    int, Option(parser=_whole(1), metavar="N", help="Texts of a part of an engine.")
]
Device = Annotated[
    str,
    Option(
        parser=_device,
        metavar="auto|cpu|cuda:N|mps",
        help="Where networks run; auto: a CUDA GPU if there is one.",
    ),
]
Threads = Annotated[
    int | None,
    Option(parser=_whole(1), metavar="N", help="Of the CPU; by default its cores, up to four."),
]
Lines = Annotated[bool, Option("--lines", help="Each line of a file is a document.")]
Together = Annotated[bool, Option("--together", help="One summary of all documents.")]
Encoder = Annotated[
    Path | None,
    Option(
        parser=find_model,
        metavar="DIR|NAME",
        help="Choose sentences of long documents by this sentence model.",
    ),
]
Field = Annotated[str, Option(metavar="NAME", help="Field of records that holds the text.")]
Output = Annotated[Path | None, Option(metavar="FILE", help="Write here, not to stdout.")]
Words = Annotated[
    int | None,
    Option(
        parser=_whole(1),
        metavar="N",
        help="The most words of a summary, a promise: by default 10 of one sentence or a short "
        "text, 40 of a longer one.",
    ),
]
Sentences = Annotated[
    int | None,
    Option(
        parser=_whole(1),
        metavar="N",
        help="The most sentences that are kept; by default as many as the words suffice for.",
    ),
]
WORDS_READ = 1_000_000  # of a document, unless the user says otherwise
MaxDocument = Annotated[
    int,
    Option(
        "--max-document",
        parser=_whole(1),
        metavar="N",
        help="The most words of a document that are read; what follows is left out.",
    ),
]
Beams = Annotated[
    int, Option(parser=_whole(1, 256), metavar="N", help="Width of the search; 1 is greedy.")
]
Rerank = Annotated[
    str | None,
    Option(
        metavar="NAME=W,...",
        help="Weights in choosing among the search's summaries: reconstruction, humanness, "
        "fluency, salience, repetition, novelty, length_exponent, such as "
        "reconstruction=1,humanness=0.5; or none.  By default those of the model.",
    ),
]
Fluency = Annotated[
    str | None,
    Option(
        "--fluency",
        metavar="DIR|NAME[=W]",
        help="Choose among lines also by a pretrained causal language model: a folder, or a name "
        "in the hub's cache.  Nothing is downloaded.  W is its weight, by default 0.5.",
    ),
]
Similarity = Annotated[
    str | None,
    Option(
        "--similarity",
        metavar="DIR|NAME[=W]",
        help="And by a pretrained sentence encoder, likewise; weight 3.",
    ),
]
SummaryStyle = Annotated[
    Literal["auto", "headline", "sentence"],
    Option("--style", help="Of shortened sentences; auto: sentences, of English text."),
]
BatchSize = Annotated[
    int, Option(parser=_whole(1), metavar="N", help="Texts that are worked on at once.")
]
SummaryFormat = Annotated[
    Literal["auto", "text", "jsonl", "csv", "tsv", "parquet"],
    Option("--format", help="How summaries are written; auto: as --output is named, else text."),
]
ScoreFormat = Annotated[Literal["jsonl"], Option("--format", help="How scores are written.")]
BadBytes = Annotated[
    Literal["strict", "replace"], Option(help="What to do about bytes that are not UTF-8.")
]
BadRecords = Annotated[
    Literal["fail", "skip"], Option(help="What to do about records that cannot be read.")
]
Seed = Annotated[
    int,
    Option(
        parser=_whole(0, 2**32 - 1), metavar="N", help="Seed of everything that is drawn at random."
    ),
]

Predictions = Annotated[
    Path | None, Option(metavar="FILE", help="Summaries to evaluate, one a line.")
]
References = Annotated[
    list[Path] | None, Option(metavar="FILE...", help="Summaries by humans, one a line.")
]
Sources = Annotated[Path | None, Option(metavar="FILE", help="Texts that were summarized.")]
Data = Annotated[
    list[Path] | None,
    Option(metavar="FILE.jsonl", help='Records {"id", "text", "summaries"}; or probes.'),
]
Embeddings = Annotated[
    bool,
    Option(
        "--embeddings",
        help="Evaluate sentence vectors by the probes in --data, one file or several: records "
        '{"sentence1", "sentence2", "score"} or {"text", "label"}.',
    ),
]
TestSet = Annotated[
    Path | None,
    Option("--test", metavar="FILE", help="Test set of the one probe in --data, not folds."),
]
Compare = Annotated[
    tuple[Path, Path] | None,
    Option(metavar="A.jsonl B.jsonl", help="Predictions saved by --save-predictions."),
]
Baseline = Annotated[
    str | None, Option(metavar="NAME", help="Evaluate this, not a model: lead; tfidf.")
]
Beside = Annotated[
    list[str] | None,
    Option(metavar="NAME...", help="More baselines: random, textrank, lexrank, oracle, ..."),
]
Judge = Annotated[
    list[Path] | None,
    Option(
        parser=find_model,
        metavar="DIR|NAME...",
        help="Models whose networks score the summaries: a summarizer, a sentence encoder.",
    ),
]
MetricSet = Annotated[
    str | None, Option(metavar="NAME", help="gigaword, duc, compression, cnndm or xsum.")
]
AsJson = Annotated[bool, Option("--json", help="Print one JSON object, not a table.")]
Report = Annotated[
    Path | None, Option(metavar="DIR", help="Write a folder with report.html and its figures.")
]
SavePredictions = Annotated[
    Path | None, Option(metavar="FILE", help="Write the summaries, for --compare.")
]

Documents = Annotated[list[str] | None, Option(metavar="FILE...", help="Texts to summarize.")]
HumanSentences = Annotated[
    list[str] | None,
    Option(metavar="FILE...", help="What summaries should look like, such as headlines; unpaired."),
]
Prose = Annotated[
    list[str] | None,
    Option(metavar="FILE...", help="Running text, for sentence encoders, instead of the two."),
]
Corpus = Annotated[Path, Option(metavar="DIR", help="Folder of the corpus to make.")]
VocabularySize = Annotated[int, Option(parser=_whole(300), metavar="N", help="Pieces to learn.")]
VocabularyFolder = Annotated[
    Path | None,
    Option(metavar="DIR|NAME", help="Use this, or a pretrained network's tokenizer; learn none."),
]
Folding = Annotated[bool, Option(help="Ignore case, and read every digit as #.")]
Workers = Annotated[int, Option(parser=_whole(1), metavar="N", help="Processes.")]
Language = Annotated[
    str, Option(metavar="CODE", help="Of the texts (ISO 639, such as en); models trained keep it.")
]

TextLanguage = Annotated[
    str,
    Option(
        "--language",
        metavar="auto|CODE",
        help="Of the texts (ISO 639, such as de); auto finds out.  Languages without a model are "
        "summarized in whole sentences.",
    ),
]
InputKind = Annotated[
    Literal[
        "auto", "text", "md", "html", "pdf", "docx", "odt", "rtf", "epub", "srt", "vtt", "eml",
        "jsonl", "json", "csv", "tsv", "parquet",
    ],
    Option("--input-format", help="Kind of the input; auto goes by name and first bytes."),
]  # fmt: skip
OutputField = Annotated[
    str, Option("--output-field", metavar="NAME", help="Field of records that gets the summary.")
]

Config = Annotated[Path, Argument(metavar="CONFIG", help="A YAML file like those in configs/.")]
Overrides = Annotated[
    list[str] | None, Option("--set", metavar="A.B=C", help="Override a key of CONFIG.")
]
RunFolder = Annotated[Path | None, Option(metavar="RUN", help="Folder of the run.")]
Resume = Annotated[bool, Option("--resume", help="Go on from the last checkpoint.")]
ModelArgument = Annotated[
    Path | None,
    Argument(parser=find_model, metavar="[MODEL]", help="A model's folder or name."),
]

VectorFile = Annotated[
    Path, Option("--output", metavar="FILE", help="Vectors: .npy, .parquet or .safetensors.")
]
VectorPrecision = Annotated[
    Literal["float32", "int8", "binary"], Option("--precision", help="Type of the stored numbers.")
]

Query = Annotated[str, Argument(metavar="QUERY", help="A text.")]
Among = Annotated[Path, Option("--among", metavar="FILE", help="Where to look for nearest texts.")]
NeighbourCount = Annotated[
    int, Option("--count", parser=_whole(1), metavar="N", help="The most to show.")
]

AutoencoderModel = Annotated[
    Path,
    Option("--model", parser=find_model, metavar="DIR", help="Folder of a trained autoencoder."),
]
Sample = Annotated[
    int | None,
    Option(parser=_whole(1, 100_000), metavar="N", help="Decode N codes drawn from the prior."),
]
Between = Annotated[
    tuple[str, str] | None,
    Option(metavar="A B", help="Decode codes on the way from the text A to the text B."),
]
Content = Annotated[
    str | None, Option(metavar="A", help="Decode the content of the text A in the --style of B.")
]
OfStyle = Annotated[
    str | None, Option("--style", metavar="B", help="The text whose style is put on --content.")
]
Steps = Annotated[
    int, Option(parser=_whole(2, 1000), metavar="N", help="Codes from A to B, both included.")
]
CodeField = Annotated[
    str, Option("--field", metavar="NAME", help="Field of records that holds the code.")
]
LineFormat = Annotated[
    Literal["text", "jsonl"],
    Option("--format", help='A text a line, or {"id", "text"} records.'),
]
CodedModel = Annotated[
    Path,
    Argument(parser=find_model, metavar="MODEL", help="An autoencoder or a sentence encoder."),
]
Classes = Annotated[
    int,
    Option(parser=_whole(2), metavar="K", help="Of a sentence encoder: classes of the texts."),
]
PartCount = Annotated[
    int, Option("--count", parser=_whole(1), metavar="N", help="The most parts of codes to show.")
]

ExportedModel = Annotated[
    Path, Argument(parser=find_model, metavar="MODEL", help="A model's folder or name.")
]
ExportTarget = Annotated[
    Literal["transformers", "ctranslate2", "onnx", "sentence-transformers"],
    Option("--to", help="The program that will read it."),
]
ExportFolder = Annotated[Path, Option("--output", metavar="DIR", help="Folder to make.")]
FirstModel = Annotated[
    Path, Argument(parser=find_model, metavar="FIRST", help="A model's folder or name.")
]
SecondModel = Annotated[
    Path,
    Argument(parser=find_model, metavar="SECOND", help="Another, trained from the same start."),
]
AverageFolder = Annotated[Path, Option("--output", metavar="DIR", help="Folder to make.")]
SecondShare = Annotated[
    float, Option("--share", parser=_share, metavar="0..1", help="Of SECOND's weights.")
]
HalfPrecision = Annotated[bool, Option("--half", help="Store 16 bits a weight.")]

Host = Annotated[
    str, Option(metavar="ADDRESS", help="Of this machine, to listen on; others need --token.")
]
Port = Annotated[
    int, Option(parser=_whole(0, 65535), metavar="N", help="To listen on; 0: any free one.")
]
Token = Annotated[
    str | None,
    Option(
        metavar="TEXT",
        envvar="SUMM_TOKEN",
        help="That every request must bear; at least 16 characters.",
    ),
]
ServedEncoder = Annotated[
    Path | None,
    Option(
        "--encoder", parser=find_model, metavar="DIR|NAME", help="Sentence model for neighbours."
    ),
]
