"""How the field scores its test sets, by name.

A protocol fixes everything a ROUGE figure depends on beside the texts, so that ``gigaword`` means
the same in every table.  All of it is repeated in the figure's signature.

The variants of the Gigaword test set are made from its 1,951 pairs by the source alone:
``gigaword-1937`` leaves out the 14 sources that are nothing but ``UNK``; ``gigaword-1897`` keeps
sources of more than eight words, as Baziotis et al. (2019, SEQ3) do.  Both rules reproduce the
published files byte for byte in length.  A set of 1,933 pairs is also mentioned in places; no rule
for it could be established, so it has no name here (any number of lines can be scored, and the
number is always shown).
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from summ.errors import ConfigError, DataError

Measure = Literal["precision", "recall", "f1"]


@dataclass(frozen=True)
class Protocol:
    """The settings of a ROUGE figure.

    Attributes:
        name: what ``--metric-set`` calls it.
        measure: the figure that is reported, bounded by an interval and tested.
        stem: compare Porter stems instead of words (ROUGE-1.5.5 ``-m``).
        references: with several references, the mean over them or the best one by ``measure``.
        characters: score only this many characters of the prediction (ROUGE-1.5.5 ``-b``).
        split_sentences: ROUGE-Lsum needs one sentence a line; split texts that have no line break.
        token_f1: report the overlap of Penn Treebank tokens as well.
        longer_than: leave out sources with this many whitespace-separated words or fewer.
        unknown_sources: whether sources that are only ``UNK`` are scored.
        lines: how many lines the test set of that name has, for messages.
    """

    name: str
    measure: Measure = "f1"
    stem: bool = True
    references: Literal["mean", "max"] = "mean"
    characters: int | None = None
    split_sentences: bool = False
    token_f1: bool = False
    longer_than: int = 0
    unknown_sources: bool = True
    lines: int | None = None

    @property
    def selects(self) -> bool:
        """Whether some lines are left out by their source."""
        return self.longer_than > 0 or not self.unknown_sources


PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        Protocol("default"),
        # Chopra et al. 2016; the 1,951 pairs that everyone downloads.
        Protocol("gigaword", lines=1951),
        Protocol("gigaword-1937", unknown_sources=False, lines=1937),
        Protocol("gigaword-1897", longer_than=8, lines=1897),
        # DUC 2003/2004 task 1: recall of the first 75 bytes, four references.
        Protocol("duc", measure="recall", characters=75),
        # Filippova & Altun 2013; figures are only comparable beside the compression ratio.
        Protocol("compression", token_f1=True),
        Protocol("cnndm", split_sentences=True),
        Protocol("xsum", split_sentences=True),
    )
}


def protocol_named(name: str) -> Protocol:
    """The protocol of that name.

    Raises:
        ConfigError: there is none.
    """
    if name in PROTOCOLS:
        return PROTOCOLS[name]
    near = difflib.get_close_matches(name, PROTOCOLS, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    raise ConfigError(f"metric set '{name}': unknown. {hint}Known: {', '.join(PROTOCOLS)}.")


def selected_lines(protocol: Protocol, sources: Sequence[str] | None, n: int) -> list[int]:
    """Which of ``n`` lines the protocol scores.

    Raises:
        DataError: the protocol chooses lines by their source and there are no sources, unless
            the lines are exactly as many as the chosen set has.
    """
    if not protocol.selects or (sources is None and n == protocol.lines):
        return list(range(n))
    if sources is None:
        raise DataError(
            f"metric set {protocol.name}: leaves out lines by their source, but there are no "
            f"sources beside these {n} lines. Give the data as records with a text, or exactly "
            f"the {protocol.lines} lines that remain."
        )
    return [
        line
        for line, source in enumerate(sources)
        if len(source.split()) > protocol.longer_than
        and (protocol.unknown_sources or source.strip() != "UNK")
    ]
