"""The schema of a training run, and the only user of yaml.  See ``run`` for its rules."""

from summ.config.loader import (
    TrainConfig,
    load_config,
)
from summ.config.sections import (
    DataConfig,
    EmbeddingsConfig,
    EncoderConfig,
    GruConfig,
    NetworkConfig,
    NetworksConfig,
    NoiseConfig,
    StaticConfig,
)
from summ.config.stages import (
    DecoderConfig,
    GumbelStage,
    LanguageModelStage,
    LikelihoodConfig,
    OptimizerConfig,
    PretrainStage,
    QuickThoughtStage,
    ReinforceStage,
    RewardConfig,
    SalienceStage,
    SkipThoughtStage,
    Stage,
    StageShape,
    TermConfig,
)

__all__ = [
    "DataConfig",
    "DecoderConfig",
    "EmbeddingsConfig",
    "EncoderConfig",
    "GruConfig",
    "GumbelStage",
    "LanguageModelStage",
    "LikelihoodConfig",
    "NetworkConfig",
    "NetworksConfig",
    "NoiseConfig",
    "OptimizerConfig",
    "PretrainStage",
    "QuickThoughtStage",
    "ReinforceStage",
    "RewardConfig",
    "SalienceStage",
    "SkipThoughtStage",
    "Stage",
    "StageShape",
    "StaticConfig",
    "TermConfig",
    "TrainConfig",
    "load_config",
]
