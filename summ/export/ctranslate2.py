"""A compressor as a model of CTranslate2, which runs it several times as fast on a CPU."""

from __future__ import annotations

import json
from pathlib import Path

from summ.distribution import how_to_install
from summ.errors import DataError
from summ.export.transformers import save_summarizer_tokenizer, write_json_file
from summ.families.summarizer.model import SummaryModel

# What CTranslate2's converter needs in a configuration, and transformers leaves out.
_FACTS = {
    "pegasus": {"normalize_before": True, "normalize_embedding": False},
    "bart": {"normalize_before": False, "normalize_embedding": True},
    "mbart": {"normalize_before": True, "normalize_embedding": True},
    "t5": {},
}


def write_ctranslate2(model: SummaryModel, folder: Path, work: Path) -> None:
    """Writes ``model/`` (CTranslate2) and the tokenizer into an empty folder.

    Args:
        work: another empty folder, for what the converter reads.

    Raises:
        DataError: ctranslate2 is not installed, or does not know the architecture.
    """
    network = model.compressor.network
    kind = network.config.model_type
    if kind not in _FACTS:
        raise DataError(
            f"--to ctranslate2: the compressor is a {kind}; summ converts {', '.join(_FACTS)}. "
            "Export it --to transformers."
        )
    try:
        from ctranslate2.converters import TransformersConverter
    except ImportError as error:
        raise DataError(
            f"--to ctranslate2: it is not installed. {how_to_install('fast')}"
        ) from error
    network.save_pretrained(work)
    # The vocabulary's own tokenizer: its ids and marks are all that the converter reads.
    model.vocabulary.tokenizer.save_pretrained(str(work))
    config = json.loads((work / "config.json").read_text(encoding="utf-8"))
    write_json_file(work / "config.json", config | _FACTS[kind])
    mapping = None
    if model.settings.shortlist is not None:
        mapping = str(work / "vmap.txt")
        Path(mapping).write_text(_allowed(model), encoding="utf-8")
    TransformersConverter(str(work)).convert(str(folder / "model"), vmap=mapping)
    _begin_with(model, folder / "model" / "config.json")
    save_summarizer_tokenizer(model, folder)


def _allowed(model: SummaryModel) -> str:
    """CTranslate2's vocabulary map: which pieces each piece of a source allows.

    The first line, of no source piece, allows the shortlist; each other piece allows itself.
    """
    pieces = model.vocabulary.pieces()
    special = model.vocabulary.special
    shortlist = [pieces[i] for i in model.settings.shortlist or () if not special[i]]
    own = [
        f"{piece}\t{piece}"
        for piece, banned in zip(pieces, special, strict=True)
        if not banned and not any(map(str.isspace, piece))
    ]
    return "\n".join(["\t" + " ".join(shortlist), *own]) + "\n"


def _begin_with(model: SummaryModel, place: Path) -> None:
    """Sets the mark that the decoder begins with: the converter writes Pegasus' own."""
    pieces = model.vocabulary.pieces()
    config = json.loads(place.read_text(encoding="utf-8"))
    start = pieces[model.compressor.start]
    write_json_file(place, config | {"decoder_start_token": start, "bos_token": start})
