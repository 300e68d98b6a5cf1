"""Protocols: which lines the field scores."""

from __future__ import annotations

import pytest

from summ.errors import ConfigError, DataError
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.protocols import PROTOCOLS, protocol_named, selected_lines

LONG = "one two three four five six seven eight nine"


def test_short_sources_are_left_out_of_gigaword_1897() -> None:
    sources = [LONG, LONG.removesuffix(" nine"), "UNK", LONG + " ten"]
    assert selected_lines(PROTOCOLS["gigaword-1897"], sources, 4) == [0, 3]
    assert selected_lines(PROTOCOLS["gigaword-1937"], sources, 4) == [0, 1, 3]
    assert selected_lines(PROTOCOLS["gigaword"], sources, 4) == [0, 1, 2, 3]


def test_without_sources_only_the_right_number_of_lines_is_accepted() -> None:
    assert len(selected_lines(PROTOCOLS["gigaword-1897"], None, 1897)) == 1897
    with pytest.raises(DataError, match="leaves out lines by their source"):
        selected_lines(PROTOCOLS["gigaword-1897"], None, 1951)
    assert len(selected_lines(PROTOCOLS["gigaword"], None, 12)) == 12


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"unknown\. Known: default, gigaword"):
        protocol_named("zzz")


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        # Sizes, with line ends, of the files that the authors of SEQ3 published beside their
        # outputs: input.txt, input_filtered.txt (1,937 lines), input_min8.txt (1,897 lines).
        ("gigaword", 335_300),
        ("gigaword-1937", 335_244),
        ("gigaword-1897", 334_191),
    ],
)
def test_the_variants_are_the_published_files(gigaword: Texts, name: str, characters: int) -> None:
    protocol = protocol_named(name)
    lines = selected_lines(protocol, gigaword.sources, len(gigaword))
    assert len(lines) == protocol.lines
    assert sum(len((gigaword.sources or [])[line]) + 1 for line in lines) == characters
