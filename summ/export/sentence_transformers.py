"""A sentence model as a folder that ``SentenceTransformer(folder)`` opens, with equal vectors.

It consists of modules of sentence-transformers alone; nothing in it is code or pickled.  One
encoder is the usual transformer, pooling and normalisation.  There is no module that concatenates
two vectors; but pooling in the mode ``cls`` takes the feature ``cls_token_embeddings`` if there is
one.  So f's normalised vector is kept under that name while g runs, and the last pooling puts it
before g's.  This needs sentence-transformers 6.

Static encoders go the same way.  The library's ``StaticEmbedding`` would give other vectors: it
leaves out the end mark, and cannot normalise the halves of two encoders separately.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summ.errors import DataError
from summ.export.transformers import save_encoder, write_json_file
from summ.families.sentence.model import SentenceModel

_KEPT = "cls_token_embeddings"
_STATES = "token_embeddings"
_VECTOR = "sentence_embedding"
_MODES = {"mean": "mean", "cls": "cls", "last": "lasttoken"}
_CLASSES = "sentence_transformers.models."
_MERGING = "sentence_transformers.multi_vector_encoder.modules.HierarchicalTokenPooling"
# Merging tokens by this factor leaves one, their mean, of however many there were.
_ALL = 1_000_000_000.0


@dataclass(frozen=True)
class _Module:
    """A step from features to features: its class, and what its configuration says."""

    kind: str
    config: dict[str, Any]
    encoder: int | None = None

    @property
    def name(self) -> str:
        return self.kind.rpartition(".")[2]


def write_sentence_transformers(model: SentenceModel, folder: Path) -> None:
    """Writes a sentence model into an empty folder.

    Raises:
        DataError: no modules of sentence-transformers make its vectors.
    """
    listed = []
    for number, module in enumerate(_modules(model)):
        # The first one stands in the folder itself, as in all published models.
        place = folder / f"{number}_{module.name}" if number else folder
        place.mkdir(exist_ok=True)
        if module.encoder is None:
            write_json_file(place / "config.json", module.config)
        else:
            save_encoder(model, module.encoder, place)
            write_json_file(place / "sentence_bert_config.json", module.config)
        path = place.name if number else ""
        listed.append({"idx": number, "name": str(number), "path": path, "type": module.kind})
    write_json_file(folder / "modules.json", listed)
    write_json_file(
        folder / "config_sentence_transformers.json",
        {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )


def _modules(model: SentenceModel) -> list[_Module]:
    """The steps that make a sentence model's vectors."""
    pooling = model.settings.pooling
    two = model.settings.encoders == 2
    if pooling == "attention":
        raise DataError(
            "sentence-transformers has no pooling by a learned score. Export this model --to onnx."
        )
    if pooling == "cls" and two:
        raise DataError(
            "sentence-transformers cannot concatenate two vectors of pooling 'cls'. Export "
            "this model --to onnx."
        )
    width = model.settings.dimension // model.settings.encoders
    first = [_transformer(model, 0), _pooling(width, _MODES[pooling])]
    if not two:
        return [*first, _normalize(_VECTOR, _VECTOR)]
    keep = _normalize(_VECTOR, _KEPT)
    if pooling == "mean":
        merge = {"pool_factor": _ALL, "num_protected_tokens": 0, "normalize_embeddings": True}
        # Each task of encode(), encode_query() and encode_document().
        merged = _Module(_MERGING, {**merge, "tasks": ["query", "document"]})
        second = [_transformer(model, 1), merged, _pooling(width, "cls", "mean")]
    else:
        scaled = _normalize(_STATES, _STATES)
        second = [_transformer(model, 1), scaled, _pooling(width, "cls", "lasttoken")]
    return [*first, keep, *second, _normalize(_VECTOR, _VECTOR)]


def _transformer(model: SentenceModel, encoder: int) -> _Module:
    longest = model.settings.max_pieces + (model.settings.pooling == "cls")
    config = {"max_seq_length": longest, "do_lower_case": False}
    return _Module(_CLASSES + "Transformer", config, encoder)


def _pooling(width: int, *modes: str) -> _Module:
    """Pooling, several modes concatenated; under the old names where old versions can do it."""
    if len(modes) == 1:
        old = {"mean": "mean_tokens", "cls": "cls_token", "lasttoken": "lasttoken"}
        chosen = {f"pooling_mode_{name}": mode == modes[0] for mode, name in old.items()}
        return _Module(_CLASSES + "Pooling", {"word_embedding_dimension": width, **chosen})
    config = {"embedding_dimension": width, "pooling_mode": list(modes), "include_prompt": True}
    return _Module(_CLASSES + "Pooling", config)


def _normalize(read: str, written: str) -> _Module:
    plain = read == written == _VECTOR
    names = {} if plain else {"module_input_name": read, "module_output_name": written}
    return _Module(_CLASSES + "Normalize", names)
