"""Gives a model's lexicon of verbs those that more unlabelled text teaches.

    python -m data_prep.verbs MODEL FILE...

FILEs are as for ``data_prep.splices``: one sentence a line, or records with ``paragraphs``.  What
the model knows of a word stays as it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from data_prep.splices import documents_of
from summ.networks.model_folder import list_all_files
from summ.text.verbs import VerbLexicon


def main(arguments: Sequence[str] | None = None) -> None:
    """Extends the lexicon of a model and seals its folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    given = parser.parse_args(arguments)
    path = given.model / "verbs.json"
    known = VerbLexicon.of(json.loads(path.read_text(encoding="utf-8")))
    sentences = (one for document in documents_of(given.files) for one in document)
    lexicon = known.extended(VerbLexicon.learn(sentences))
    path.write_text(json.dumps(lexicon.lists(), ensure_ascii=False) + "\n", encoding="utf-8")
    list_all_files(given.model)


if __name__ == "__main__":
    main()
