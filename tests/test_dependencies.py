"""Every package that the code imports is declared in pyproject.toml."""

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Where the name that is imported is not the name of the distribution.
DISTRIBUTIONS = {
    "docx": "python-docx",
    "markdown_it": "markdown-it-py",
    "rouge_score": "rouge-score",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
# The library that an exported model is loaded with, in a test that is skipped without it.
NOT_INSTALLED = {"sentence_transformers"}


def imported(*folders: str) -> set[str]:
    """Distributions that the code in some folders imports, but for the standard library's."""
    names = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module.split(".")[0])
    own = {"summ", "data_prep", "benchmarks", "tests", *sys.stdlib_module_names}
    return {DISTRIBUTIONS.get(name, name) for name in names - own}


def declared() -> tuple[set[str], set[str]]:
    """The distributions that are always installed, and all."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[<>=\[]", requirement)[0] for requirement in requirements}

    always = names(project["dependencies"])
    extras = project["optional-dependencies"].values()
    return always, always.union(*map(names, extras))


def test_what_is_imported_is_declared() -> None:
    _, everything = declared()
    assert imported("summ", "data_prep", "tests") - NOT_INSTALLED <= everything


def test_what_is_always_installed_is_used() -> None:
    always, _ = declared()
    # transformers reads SentencePiece's files with protobuf, and never by our own imports.
    assert always - imported("summ", "data_prep") == {"protobuf"}
