"""Export: a model of summ in the form that another program reads, in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from summ.data.files import new_folder, scratch_folder
from summ.errors import ConfigError, DataError
from summ.export.cards import encoder_card, summarizer_card
from summ.export.transformers import save_encoder, save_summarizer_tokenizer, write_json_file
from summ.families import load
from summ.families.autoencoder.model import AutoencoderModel
from summ.families.sentence.model import SentenceModel
from summ.families.summarizer.model import SummaryModel
from summ.families.tree.model import TreeModel

Target = Literal["transformers", "ctranslate2", "onnx", "sentence-transformers"]


def export(model: Path, target: Target, output: Path) -> None:
    """Writes a model for another program, with a README.md that says how to load it.

    Of a summary model the compressor is exported, of a sentence model everything that its vectors
    depend on.  Texts need no preparation: the exported tokenizer includes the folding.

    Args:
        model: the folder of a summary model or of a sentence model.
        output: a folder that is made; it appears whole or not at all.

    Raises:
        CheckpointError: there is no model in the folder, or it is damaged.
        ConfigError: the target has no place for this kind of model.
        DataError: the target cannot hold this architecture, a package is missing, or the output
            exists or cannot be written.
    """
    loaded = load(model)
    if isinstance(loaded, AutoencoderModel | TreeModel):
        kind = "an autoencoder" if isinstance(loaded, AutoencoderModel) else "a model of trees"
        raise ConfigError(
            f"{model}: {kind}, which other programs have no place for. Give the folder of "
            "a summarizer or of a sentence model."
        )
    if isinstance(loaded, SummaryModel) and target == "sentence-transformers":
        raise ConfigError(
            f"{model}: a summarizer, but sentence-transformers needs a sentence model. Give the "
            "folder of one, or export --to transformers."
        )
    if isinstance(loaded, SentenceModel) and target == "ctranslate2":
        raise ConfigError(
            f"{model}: a sentence model, but --to ctranslate2 is for summarizers. Export it --to "
            "onnx or sentence-transformers."
        )
    with new_folder(output) as folder, scratch_folder(output) as work:
        if isinstance(loaded, SummaryModel):
            _export_summary_model(loaded, target, folder, work)
            pieces = loaded.vocabulary.pieces()
            start, unknown = pieces[loaded.compressor.start], pieces[loaded.vocabulary.unk]
            card = summarizer_card(target, loaded.settings, start, unknown)
        else:
            _export_sentence_model(loaded, target, folder)
            card = encoder_card(target, loaded)
        (folder / "README.md").write_text(card, encoding="utf-8")


def _export_summary_model(
    summary_model: SummaryModel, target: Target, folder: Path, work: Path
) -> None:
    if target == "onnx":
        from summ.export.onnx import write_onnx

        write_onnx(summary_model, folder)
    elif target == "ctranslate2":
        from summ.export.ctranslate2 import write_ctranslate2

        write_ctranslate2(summary_model, folder, work)
    else:
        network = summary_model.compressor.network
        network.generation_config.max_new_tokens = summary_model.settings.max_sentence - 1
        # Marks and prompts: summ forbids them in summaries, so training never did.
        special = summary_model.vocabulary.special.nonzero()[0].tolist()
        network.generation_config.suppress_tokens = special
        network.save_pretrained(folder)
        save_summarizer_tokenizer(summary_model, folder)
    shortlist = summary_model.settings.shortlist
    if shortlist is not None:
        write_json_file(folder / "shortlist.json", sorted(shortlist))


def _export_sentence_model(model: SentenceModel, target: Target, folder: Path) -> None:
    if target == "onnx":
        from summ.export.onnx import write_onnx

        write_onnx(model, folder)
    elif target == "sentence-transformers":
        from summ.export.sentence_transformers import write_sentence_transformers

        write_sentence_transformers(model, folder)
    else:
        if model.settings.pooling == "attention":
            raise DataError("transformers has no attention pooling. Export this model --to onnx.")
        for number, name in enumerate(model.networks()):
            save_encoder(model, number, folder / name)
