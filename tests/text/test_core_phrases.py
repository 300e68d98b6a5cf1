"""What is left of a sentence where nothing that says more is short enough."""

import pytest

from summ.families.shortener.model import load_shortener
from summ.text.shortenings import shortenings
from summ.text.verbs import VerbLexicon


@pytest.fixture(scope="module")
def verbs() -> VerbLexicon:
    return load_shortener().verbs


def cores(text: str, words: int, verbs: VerbLexicon) -> set[str]:
    return {one.text for one in shortenings(text, words, verbs, core=True)}


@pytest.mark.parametrize(
    ("text", "core"),
    [
        (
            "Even as shops in the north reopened, ferry fares at Harwick continue to fall.",
            "Ferry fares at Harwick continue to fall",
        ),
        (
            "Two years after losing a vote on the harbour, the mayor opened a market.",
            "The mayor opened a market",
        ),
        (
            "A referee blamed for a series of questionable calls in the third league has resigned.",
            "A referee has resigned",
        ),
        (
            "A team of scientists from Austria, Germany, and Norway has found a new comet.",
            "A team of scientists has found a new comet",
        ),
        (
            "Ann Bo, the founder of a firm that built and ran some of the best bridges, died on "
            "Monday.",
            "Ann Bo died on Monday",
        ),
        (
            "Visitors to the Harwick Library will soon be able to borrow maps.",
            "Visitors will soon be able to borrow maps",
        ),
        (
            "The captain of the national rowing team Ann Bo ends her career.",
            "Ann Bo ends her career",
        ),
        (
            "Norwick Steel Inc. said Tuesday its profit in the second quarter rose 4 percent.",
            "Norwick Steel Inc. profit rose 4 percent",
        ),
        (
            "Norwick Steel confirmed here Wednesday it intends to close its plant in Dalby.",
            "Norwick Steel intends to close its plant in Dalby",
        ),
        (
            "The Supreme Court rules that the plan to tax ferries is unlawful.",
            "The plan to tax ferries is unlawful",
        ),
        (
            "The world's biggest builder of ferries, Norwick, has said it will close its port.",
            "Norwick will close its port",
        ),
        (
            "The family of a baker allegedly killed by a lorry have won a case.",
            "The family of a baker have won a case",
        ),
        (
            "Video streamer Vigdis Arnvik opened a market in Dalby.",
            "Vigdis Arnvik opened a market in Dalby",
        ),
        (
            "Two of the four bakers, who robbed a bank in Dalby have been arrested.",
            "Two of the four bakers have been arrested",
        ),
        (
            "One of the largest bakers in Norwick, Dalby Bread, has been sold.",
            "Dalby Bread has been sold",
        ),
        (
            "Norwick Steel said on Monday that it is buying a port in Dalby.",
            "Norwick Steel is buying a port in Dalby",
        ),
        (
            "More than 120 victims of Ola Brandt, the former doctor, sent a letter.",
            "More than 120 victims sent a letter",
        ),
    ],
)
def test_the_core_is_head_verb_and_what_follows(verbs, text, core):
    assert core in cores(text, 10, verbs)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        # A claim without its condition, somebody's words as a fact, half of a subject.
        ("If the strike goes on, the port of Arsenby will close its gates.", "The port"),
        ("Ann Bo said the new bridge in Dalby is unsafe for lorries.", "The new bridge"),
        ("The mayor and the wife of the baker have opened a market.", "The mayor have"),
        ("Anyone who reads the plan of the mayor will be sobered by it.", "Anyone will"),
        ("Thousands of bakers in the north have left their towns.", "Thousands have"),
        ("Most young Leeds fans of Ann Bo have left the ground.", "Ann Bo"),
        ("The last version of the report by minister Ann Bo is out in Dalby.", "Ann Bo"),
        ("Bo has played down reports that Kim Roe will return for the match.", "Kim Roe"),
        (
            "A system to make it easier to create website addresses could fail.",
            "A system addresses",
        ),
        ("Spending on credit and debit cards has risen in the north.", "Spending has"),
        ("The rewards of leaving a council are shown in a book.", "The rewards are"),
        ("Norwick Steel said on Monday it is likely that sales fall.", "Norwick Steel is"),
        ("The minister Ali bin Omar Al Brandt gives money to Dalby.", "Omar Al Brandt"),
        ("Wearing gloves is no part of the rules, the high court ruled today.", "The high court"),
    ],
)
def test_what_changes_the_claim_stays(verbs, text, wrong):
    assert not any(core.startswith(wrong) for core in cores(text, 10, verbs))


def test_a_core_is_looked_for_only_on_demand(verbs):
    text = "Two years after losing a vote on the harbour, the mayor opened a market."
    found = {one.text for one in shortenings(text, 10, verbs)}
    assert "The mayor opened a market" not in found
