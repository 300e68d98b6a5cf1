"""Prose and pairs of a few invented stories, for runs of every family."""

from pathlib import Path

from data_prep import splices
from summ.data.prose import prepare_prose
from tests.conftest import STORIES


def write_prose_and_pairs(folder: Path, vocabulary: Path) -> tuple[Path, Path]:
    """A corpus of prose, and pairs with the lexicon of verbs beside them."""
    for number in range(20):
        (folder / f"{number}.txt").write_text("\n\n".join(f"{s} In {number}." for s in STORIES))
    prepare_prose(sorted(folder.glob("*.txt")), folder / "wire", vocabulary=vocabulary)
    short = [f"Police arrested {number} people." for number in range(2, 20)]
    telling = [f"He {verb} it and she {verb} them." for verb in ("opened", "arrested", "said")]
    (folder / "all.txt").write_text("\n".join([*STORIES, *short, *telling] * 20))
    splices.main([str(folder / "pairs.jsonl"), str(folder / "all.txt")])
    return folder / "wire", folder / "pairs.jsonl"
