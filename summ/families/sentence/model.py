"""The sentence model: one or two sentence encoders and their vocabulary, in one folder.

::

    model.json    family, format, language, settings, and the SHA-256 of every other file
    f/, g/        an encoder each: a folder of transformers, or config.json and encoder.safetensors
                  of a GRU or a static encoder; pooling.safetensors if the pooling has weights
    codes/        a file of weights for each code that was learned, such as binary.safetensors
    training/     text.safetensors: what the model has read, in short, if that was described
    vocabulary/   read by Vocabulary.load and by AutoTokenizer

Axes: N sentences, D width of the whole vector.
"""

from __future__ import annotations

import copy
import json
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from summ.config import EncoderConfig, GruConfig, Length, StaticConfig, Width
from summ.data.manifest import UNKNOWN_LANGUAGE
from summ.errors import CheckpointError
from summ.families.sentence.training_text import (
    Pieces,
    TrainingText,
    load_training_text,
    save_training_text,
)
from summ.networks.bottlenecks import BinaryBottleneck
from summ.networks.int8 import quantised, restored
from summ.networks.model_folder import (
    Attention,
    ModelManifest,
    checked_settings,
    load_settings,
    new_model_folder,
)
from summ.networks.sentence_encoder import (
    EightBitStaticEncoder,
    Encoder,
    GruNetwork,
    PooledEncoder,
    Pooling,
    StaticEncoder,
    build_sentence_encoder,
)
from summ.networks.soundness import check_finite, too_few_positions
from summ.networks.transformer import load_pretrained, reading
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens

FAMILY = "sentence"
SHIPPED = Path(__file__).parents[2] / "pretrained" / "en-encoder"
CodeName = Literal["binary"]
_NAMES = ("f", "g")
_ROWS_AT_ONCE = 256  # of a text's stretches
_TRAINING_TEXT = "training/text.safetensors"
_TABLE, _SCALE = "embedding.weight", "embedding.scale"
# The model_type in the config.json of networks that transformers does not know.
_GRU, _STATIC = "summ-gru", "summ-static"


@dataclass(frozen=True)
class SentenceSettings:
    """What a sentence model stores besides its weights.

    Attributes:
        objective: of the last stage of its training.
        max_pieces: pieces of a sentence that are read, the end mark included.
        pooling: how states become one vector.
        attention: transformers' attention implementation.
        encoders: one, or two whose vectors are concatenated.
        dimension: of the final vector, all encoders together.
        language: ISO 639 code of the texts it was trained on; ``und`` if unknown.
        codes: sizes of the codes of sentence vectors by their names; see ``build_code``.
    """

    objective: Literal["quick-thought", "skip-thought", "infomax", "cpc", "untrained"]
    max_pieces: Length
    pooling: Pooling
    attention: Attention
    encoders: Literal[1, 2]
    dimension: Width
    language: str = UNKNOWN_LANGUAGE
    codes: dict[CodeName, dict[str, Width]] = field(default_factory=dict)


@dataclass(frozen=True)
class SentenceModel:
    """The encoders, their vocabulary, codes of their vectors, and what is known of their text."""

    encoders: nn.ModuleList
    vocabulary: Vocabulary
    settings: SentenceSettings
    codes: nn.ModuleDict = field(default_factory=nn.ModuleDict)
    training_text: TrainingText | None = None

    def to(self, device: torch.device | str) -> SentenceModel:
        """Moves the networks, in place, and returns the same model."""
        self.encoders.to(device)
        self.codes.to(device)
        return self

    def networks(self) -> dict[str, nn.Module]:
        """The encoders and the codes by name, in a fixed order."""
        return {**dict(zip(_NAMES, self.encoders, strict=False)), **dict(self.codes.items())}

    def with_code(self, name: CodeName, sizes: dict[str, int], seed: int) -> SentenceModel:
        """The same model with a new code, initialised from ``seed``, in place of one of its name.

        Args:
            sizes: as ``build_code`` takes them.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            code = build_code(name, self.settings.dimension, sizes)
        codes = nn.ModuleDict({**dict(self.codes.items()), name: code})
        settings = replace(self.settings, codes={**self.settings.codes, name: sizes})
        return replace(self, codes=codes, settings=settings)

    def read(self, texts: list[str]) -> Tokens:
        """Texts as pieces, each with an end mark and cut to ``max_pieces``.

        A text without a word becomes the end mark alone.
        """
        return self.read_canonical([self.vocabulary.canonical(text) for text in texts])

    def read_canonical(self, texts: list[str]) -> Tokens:
        """The same for texts that are in canonical form already."""
        room, vocabulary = self.settings.max_pieces - 1, self.vocabulary
        rows = [[*ids[:room], vocabulary.eos] for ids in vocabulary.encode_canonical(texts)]
        return Tokens.from_lists(rows, vocabulary.pad)

    def vectors(self, words: Tokens) -> Float[Tensor, "N D"]:
        """Sentence vectors of length 1, so that their inner product is their cosine.

        Each encoder's vector is normalised before they are concatenated (as in Logeswaran & Lee
        2018), so that neither outweighs the other by its scale.
        """
        halves = [functional.normalize(encoder(words).float(), dim=1) for encoder in self.encoders]
        return torch.cat(halves, dim=1) / len(halves) ** 0.5

    @torch.no_grad()
    def text_vectors(self, pieces: Pieces) -> Float[Tensor, "N D"]:
        """Vectors of texts of any length, of length 1: the mean over stretches that can be read.

        Without end marks, which would make short texts alike; a text without pieces has one.

        Args:
            pieces: of the texts.
        """
        room, marks = self.settings.max_pieces - 1, self.vocabulary
        stretches = [
            (place, ids[start : start + room].tolist() or [marks.eos])
            for place, ids in enumerate(pieces)
            for start in range(0, max(1, len(ids)), room)
        ]
        sums = torch.zeros(len(pieces), self.settings.dimension)
        for start in range(0, len(stretches), _ROWS_AT_ONCE):
            part = stretches[start : start + _ROWS_AT_ONCE]
            read = Tokens.from_lists([ids for _, ids in part], marks.pad)
            device = next(chain(self.encoders.parameters(), self.encoders.buffers())).device
            owners = torch.tensor([place for place, _ in part])
            sums.index_add_(0, owners, self.vectors(read.to(device)).cpu())
        return functional.normalize(sums, dim=1)


def build_code(name: CodeName, dimension: int, sizes: dict[str, int]) -> BinaryBottleneck:
    """A new code of sentence vectors, initialised from torch's global generator.

    Args:
        sizes: ``bits`` of a binary code.
    """
    match name:
        case "binary":
            return BinaryBottleneck(dimension, **sizes)


def build_sentence_model(
    config: EncoderConfig, vocabulary: Vocabulary, seed: int, language: str = UNKNOWN_LANGUAGE
) -> SentenceModel:
    """New encoders, initialised from ``seed``, each differently.

    Raises:
        ConfigError: an encoder cannot be built.
        CheckpointError: a pretrained checkpoint is missing or incomplete.
    """
    # transformers initialises from the global generator, whose state is restored.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoders = [build_sentence_encoder(config, vocabulary) for _ in range(config.encoders)]
    settings = SentenceSettings(
        objective="untrained",
        max_pieces=config.max_pieces,
        pooling=config.pooling,
        attention=config.attention,
        encoders=config.encoders,
        dimension=sum(encoder.width for encoder in encoders),
        language=language,
    )
    return SentenceModel(nn.ModuleList(encoders), vocabulary, settings)


def save_sentence_model(
    model: SentenceModel, folder: Path, dtype: torch.dtype = torch.float32
) -> None:
    """Writes a model folder; it appears whole or not at all.

    Args:
        dtype: of the stored weights; ``torch.float16`` halves the folder, and ``torch.int8``, for
            the embeddings of GRUs and static encoders, halves it again.

    Raises:
        CheckpointError: it cannot be written, or a transformer's weights were to be int8.
    """
    settings = asdict(model.settings)
    if not model.codes:
        settings.pop("codes")
    with new_model_folder(folder, FAMILY, settings.pop("language"), settings) as work:
        for name, encoder in zip(_NAMES, model.encoders, strict=False):
            _save_encoder(encoder, work / name, dtype)
        for name, code in model.codes.items():
            _save_code(code, work / "codes" / f"{name}.safetensors")
        if model.training_text is not None:
            save_training_text(model.training_text, work / _TRAINING_TEXT)
        model.vocabulary.save(work / "vocabulary")


def _save_encoder(encoder: Any, folder: Path, dtype: torch.dtype) -> None:
    """One encoder, from a copy, so that it keeps its precision."""
    from safetensors.torch import save_file

    network = encoder if isinstance(encoder, StaticEncoder) else encoder.network
    if isinstance(network, StaticEncoder):
        _save_weights(network, _STATIC, folder, dtype)
    elif isinstance(network, GruNetwork):
        _save_weights(network, _GRU, folder, dtype)
    elif dtype == torch.int8:
        raise CheckpointError(f"{folder.name}: a transformer is not stored in int8. Use float16.")
    else:
        from transformers.utils import logging

        logging.disable_progress_bar()  # it would draw one for each small network
        copy.deepcopy(network).to(dtype).save_pretrained(folder)
    if isinstance(encoder, PooledEncoder) and encoder.score is not None:
        save_file(encoder.score.state_dict(), folder / "pooling.safetensors")


def _save_code(code: nn.Module, path: Path) -> None:
    """The weights of a code, in float32."""
    from safetensors.torch import save_file

    path.parent.mkdir(exist_ok=True)
    save_file(code.state_dict(), path)


def _save_weights(
    network: StaticEncoder | GruNetwork, model_type: str, folder: Path, dtype: torch.dtype
) -> None:
    """Weights and configuration of a network that transformers does not know."""
    from safetensors.torch import save_file

    folder.mkdir()
    described = {"model_type": model_type, **network.config.model_dump()}
    (folder / "config.json").write_text(json.dumps(described, indent=1), encoding="utf-8")
    stored = torch.float16 if dtype == torch.int8 else dtype
    weights = {name: value.to(stored) for name, value in network.state_dict().items()}
    if dtype == torch.int8:
        weights |= quantised(_TABLE, network.embedding.weight.detach())
    save_file(weights, folder / "encoder.safetensors")


def load_sentence_model(
    folder: Path | None = None, device: torch.device | str = "cpu", eight_bits: bool = False
) -> SentenceModel:
    """Reads a model folder, in float32 and ready for inference.

    Args:
        folder: what ``save_sentence_model`` wrote; None is the model that ships with summ.
        eight_bits: leave static tables that are stored so in 8 bits; the vectors are the same.

    Raises:
        CheckpointError: the folder is missing, of another family or format, or not what was
            written.
    """
    folder = SHIPPED if folder is None else Path(folder)
    settings = load_settings(folder, FAMILY, _settings)
    with reading(folder):
        vocabulary = Vocabulary.load(folder / "vocabulary")
        names = _NAMES[: settings.encoders]
        encoders = nn.ModuleList(
            _load_encoder(folder / name, settings, vocabulary, eight_bits) for name in names
        )
        codes = nn.ModuleDict({name: _load_code(folder, name, settings) for name in settings.codes})
        text = None
        if (folder / _TRAINING_TEXT).is_file():
            pieces, width = vocabulary.size, settings.dimension
            text = load_training_text(folder / _TRAINING_TEXT, pieces, width)
        model = SentenceModel(encoders.eval(), vocabulary, settings, codes.eval(), text)
        check_finite(folder, model.networks())
        _check_promises(folder, model)
        return model.to(device)


def _check_promises(folder: Path, model: SentenceModel) -> None:
    """Passes where the encoders read and return as much as the settings say.

    Raises:
        CheckpointError: they do not.
    """
    settings = model.settings
    # A mark stands before what is pooled by ``cls``.
    needed = settings.max_pieces + (settings.pooling == "cls")
    transformers: dict[str, tuple[Any, int]] = {}
    width = 0
    for name, encoder in model.networks().items():
        match encoder:
            case StaticEncoder():
                width += encoder.width
            case PooledEncoder():
                width += encoder.width
                if not isinstance(encoder.network, GruNetwork):
                    transformers[name] = (encoder.network, needed)
    lacking = too_few_positions(transformers)
    if lacking is None and width != settings.dimension:
        lacking = f"its vectors have {width} numbers, but {settings.dimension} are said to be"
    if lacking is not None:
        raise CheckpointError(f"{folder}: {lacking}. Get the model again.")


def _settings(manifest: ModelManifest) -> SentenceSettings:
    return checked_settings(SentenceSettings, manifest)


def _load_code(folder: Path, name: CodeName, settings: SentenceSettings) -> BinaryBottleneck:
    from safetensors.torch import load_file

    code = build_code(name, settings.dimension, settings.codes[name])
    code.load_state_dict(load_file(folder / "codes" / f"{name}.safetensors"))
    return code


def _load_encoder(
    folder: Path, settings: SentenceSettings, vocabulary: Vocabulary, eight_bits: bool
) -> Encoder:
    """One encoder, in float32 or, if it is a table and so wanted, as it is stored."""
    from safetensors.torch import load_file

    described = _in_this_version(folder)
    model_type = described.pop("model_type")
    if model_type == _STATIC:
        stored = load_file(folder / "encoder.safetensors")
        as_stored = (
            eight_bits and stored.keys() == {_TABLE, _SCALE} and stored[_TABLE].dtype == torch.int8
        )
        weights = stored if as_stored else restored(stored)
        config = StaticConfig(**described)
        sizes = {_TABLE: (vocabulary.size, config.embedding)}
        if as_stored:
            sizes[_SCALE] = (vocabulary.size, 1)
        if {name: tuple(one.shape) for name, one in weights.items()} != sizes:
            raise ValueError(f"{folder.name} holds {weights.keys()} of other sizes"[:200])
        if as_stored:
            return EightBitStaticEncoder(config, weights[_TABLE], weights[_SCALE])
        return StaticEncoder(config, vocabulary.size, weights[_TABLE])
    network: Any
    if model_type == _GRU:
        network = GruNetwork(GruConfig(**described), vocabulary.size)
        network.load_state_dict(restored(load_file(folder / "encoder.safetensors")))
        width = network.width
    else:
        from transformers import AutoModel
        from transformers.utils import logging

        logging.disable_progress_bar()  # it would draw one for each small network
        network = load_pretrained(AutoModel, str(folder), settings.attention)
        width = int(network.config.hidden_size)
    encoder = PooledEncoder(network, settings.pooling, width, vocabulary.bos)
    if encoder.score is not None:
        encoder.score.load_state_dict(load_file(folder / "pooling.safetensors"))
    return encoder


def _in_this_version(folder: Path) -> dict[str, Any]:
    """The configuration of an encoder; what summ 0.1 wrote is converted.

    Raises:
        CheckpointError: a GRU of 0.1 whose states were added to its embeddings.
    """
    described: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if described["model_type"] != _GRU:
        return described
    if not described["layers"]:  # 0.1 called a static encoder a GRU without layers
        return {"model_type": _STATIC, "embedding": described["embedding"]}
    if described.pop("residual", False):
        raise CheckpointError(
            f"{folder}: a GRU with residual states, which only summ 0.1 reads. Train it again with "
            "'encoder.gru' as it is now."
        )
    return described
