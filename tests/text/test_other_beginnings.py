"""Sentences that say part of a German one and begin elsewhere."""

import pytest

from summ.text.languages.language import language
from summ.text.other_beginnings import other_beginnings


@pytest.mark.parametrize(
    ("sentence", "others"),
    [
        (
            "Nach langem Streit hat der Rat das Gesetz gebilligt",
            ["Der Rat hat das Gesetz gebilligt"],
        ),
        (
            "Zwei Jahre nach der Flut liegt nun ein Plan der Stadt vor",
            ["Ein Plan der Stadt liegt nun vor"],
        ),
        (
            "In Oster hat sich am Montag der Verein der Fischer aufgelöst",
            ["Der Verein der Fischer hat sich aufgelöst"],
        ),
        (
            "Obwohl viele dagegen waren, hat die Stadt (Oster) den Hafen verkauft",
            ["Die Stadt (Oster) hat den Hafen verkauft"],
        ),
        (
            "Alle kennen das Lied: Der alte Hafen ist nun verkauft",
            ["Der alte Hafen ist nun verkauft"],
        ),
        (
            "Der Minister sagte, die Brücke im Hafen sei wieder offen",
            ["Die Brücke im Hafen sei wieder offen"],
        ),
    ],
)
def test_what_may_stand_first_instead(sentence: str, others: list[str]) -> None:
    assert other_beginnings(sentence, language("de")) == others


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "Der Rat hat das Gesetz gebilligt",
        "Nach langem Streit hat er das Gesetz gebilligt",  # nobody says who he is
        "Ohne den Rat hat die Stadt das Gesetz gebilligt",  # a denial
        "Wenn es regnet, hat die Stadt den Hafen zu schließen",  # a condition
        "Gegen den Rat hat der Verein im Mai geklagt",  # what the verb needs
        "Der Minister sagte, die Brücke ist wieder offen",  # in his words: not known to be so
        "Am Montag hat der Rat von der Bahn Geld verlangt",  # the bank's council, or from it?
        "Im Mai wurde das Museum für Karten eröffnet",  # opened for maps, or a museum of maps?
        "Der Rat sagte: Er hat das Gesetz gebilligt",
    ],
)
def test_what_stays_as_it_is(sentence: str) -> None:
    assert other_beginnings(sentence, language("de")) == []


def test_a_language_whose_verbs_do_not_stand_second_is_left_alone() -> None:
    assert other_beginnings("Nach dem Streit hat der Rat entschieden", language("en")) == []
