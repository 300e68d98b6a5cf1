"""What is installed: the version of summ, those of other packages, and how to get what is missing.

The import package and the command are ``summ``.  On the package index that name belongs to another
program, so the distribution is ``summ-unpaired``, after what it learns from: unpaired text.
"""

from __future__ import annotations

import importlib.util
from importlib import metadata

from summ.errors import ConfigError

VERSION = "0.9.0"  # pyproject.toml reads it here


def version_of(package: str) -> str:
    """The version of summ, or of another distribution.

    summ's own does not depend on how it was installed, or whether it was.

    Raises:
        importlib.metadata.PackageNotFoundError: it is not installed.
    """
    return VERSION if package == "summ" else metadata.version(package)


def how_to_install(extra: str) -> str:
    """What to do where an optional package is missing: the last sentence of a message.

    Args:
        extra: a group of packages in ``pyproject.toml``, such as ``files``.
    """
    return f'Run pip install ".[{extra}]" in the folder of summ\'s source.'


def require_scikit_learn(wanted_by: str) -> None:
    """Passes where scikit-learn is installed.

    Args:
        wanted_by: what stands at the beginning of the message, such as a command.

    Raises:
        ConfigError: it is not there.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise ConfigError(
            f"{wanted_by}: needs the package scikit-learn, which is not installed. "
            f"{how_to_install('encoders')}"
        )
