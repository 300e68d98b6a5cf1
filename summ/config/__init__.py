"""Configurations: the loader, the only user of yaml, and the sections that families share."""

from summ.config.loader import fit, read_values
from summ.config.run import RunShape, StageName, StageShape, TrainingStage
from summ.config.sections import (
    DataConfig,
    DecoderConfig,
    EmbeddingsConfig,
    EncoderConfig,
    GruConfig,
    NetworkConfig,
    NoiseConfig,
    OptimizerConfig,
    Positive,
    Section,
    Share,
    StaticConfig,
    Temperature,
    Weight,
)

__all__ = [
    "DataConfig",
    "DecoderConfig",
    "EmbeddingsConfig",
    "EncoderConfig",
    "GruConfig",
    "NetworkConfig",
    "NoiseConfig",
    "OptimizerConfig",
    "Positive",
    "RunShape",
    "Section",
    "Share",
    "StageName",
    "StageShape",
    "StaticConfig",
    "Temperature",
    "TrainingStage",
    "Weight",
    "fit",
    "read_values",
]
