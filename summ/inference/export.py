"""Export: a model of summ in the form that another program reads, in a folder of its own."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from summ.errors import ConfigError, DataError
from summ.inference.cards import encoder_card, machine_card
from summ.inference.portable import save_encoder, save_machine_tokenizer, write_json_file
from summ.networks.machine import Machine, load_machine
from summ.networks.sentence_model import MANIFEST, SentenceModel, load_sentence_model

Target = Literal["transformers", "ctranslate2", "onnx", "sentence-transformers"]


def export(model: Path, target: Target, output: Path) -> None:
    """Writes a model for another program, with a README.md that says how to load it.

    Of a machine its compressor is exported, of a sentence model all that makes its vectors.  Texts
    need no preparation: the tokenizer that goes along folds them by itself.

    Args:
        model: the folder of a machine or of a sentence model.
        output: a folder that is made; it appears whole or not at all.

    Raises:
        CheckpointError: there is no model in the folder, or it is damaged.
        ConfigError: the target has no place for this kind of model.
        DataError: the target cannot hold this architecture, a package is missing, or the output
            exists or cannot be written.
    """
    loaded = _load(model)
    if isinstance(loaded, Machine) and target == "sentence-transformers":
        raise ConfigError(
            f"{model}: a summarizer, but sentence-transformers needs a sentence model. Give the "
            "folder of one, or export --to transformers."
        )
    if isinstance(loaded, SentenceModel) and target == "ctranslate2":
        raise ConfigError(
            f"{model}: a sentence model, but --to ctranslate2 is for summarizers. Export it --to "
            "onnx or sentence-transformers."
        )
    with _new_folder(output) as (folder, work):
        if isinstance(loaded, Machine):
            _export_machine(loaded, target, folder, work)
            pieces = loaded.vocabulary.pieces()
            start, unknown = pieces[loaded.compressor.start], pieces[loaded.vocabulary.unk]
            card = machine_card(target, loaded.settings, start, unknown)
        else:
            _export_sentence_model(loaded, target, folder)
            card = encoder_card(target, loaded.settings)
        (folder / "README.md").write_text(card, encoding="utf-8")


def _load(model: Path) -> Machine | SentenceModel:
    if (model / MANIFEST).is_file():
        return load_sentence_model(model)
    return load_machine(model)


def _export_machine(machine: Machine, target: Target, folder: Path, work: Path) -> None:
    if target == "onnx":
        from summ.inference.onnx_graphs import write_onnx

        write_onnx(machine, folder)
    elif target == "ctranslate2":
        from summ.inference.ctranslate2_model import write_ctranslate2

        write_ctranslate2(machine, folder, work)
    else:
        network = machine.compressor.network
        network.generation_config.max_new_tokens = machine.settings.max_sentence - 1
        # Marks and prompts: no summary may contain them, and nothing taught the network so.
        special = machine.vocabulary.special.nonzero()[0].tolist()
        network.generation_config.suppress_tokens = special
        network.save_pretrained(folder)
        save_machine_tokenizer(machine, folder)
    shortlist = machine.settings.shortlist
    if shortlist is not None:
        write_json_file(folder / "shortlist.json", sorted(shortlist))


def _export_sentence_model(model: SentenceModel, target: Target, folder: Path) -> None:
    if target == "onnx":
        from summ.inference.onnx_graphs import write_onnx

        write_onnx(model, folder)
    elif target == "sentence-transformers":
        from summ.inference.sentence_transformers_folder import write_sentence_transformers

        write_sentence_transformers(model, folder)
    else:
        if model.settings.pooling == "attention":
            raise DataError("transformers: has no attention pooling. Export this model --to onnx.")
        names = list(model.networks())
        for number, name in enumerate(names):
            save_encoder(model, number, folder / name)


@contextmanager
def _new_folder(output: Path) -> Iterator[tuple[Path, Path]]:
    """A folder that gets the name ``output`` at the end, and another that is thrown away."""
    empty = not output.is_symlink() and output.is_dir() and not any(output.iterdir())
    if (output.exists() or output.is_symlink()) and not empty:
        raise DataError(f"{output}: exists already. Choose another --output, or remove it.")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    except OSError as error:
        raise DataError(f"{output}: cannot be written ({error.strerror}).") from error
    try:
        folder, work = place / "folder", place / "work"
        folder.mkdir()
        work.mkdir()
        yield folder, work
        _move(folder, output)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DataError(f"{output}: cannot be written ({error.strerror}).") from error
        raise
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _move(folder: Path, output: Path) -> None:
    """Gives a folder its name, which an empty folder may have."""
    try:
        folder.replace(output)
    except OSError as error:
        raise DataError(
            f"{output}: cannot be written ({error.strerror}). Choose another --output."
        ) from error
