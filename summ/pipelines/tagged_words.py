"""The words of an English source, and what is known of each."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from summ.text.verbs import VerbLexicon


@runtime_checkable
class TaggedWords(Protocol):
    """The words of a source, and what is known of each."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The canonical words."""

    @property
    def verbs(self) -> VerbLexicon:
        """The verbs of the language."""

    @property
    def names(self) -> list[bool]:
        """Where a name stands."""

    @property
    def numbers(self) -> list[bool]:
        """Where a number stands."""

    @property
    def finite(self) -> list[bool]:
        """Where a finite verb stands."""

    @property
    def acts(self) -> list[bool]:
        """Where a verb of any form stands."""
