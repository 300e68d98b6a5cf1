"""Sentences of minutes: about the meeting itself, or about what it decided."""

import pytest

from summ.text.minutes import is_about_meeting, states_decision

ABOUT = [
    "1. The minutes of the last meeting were read and approved.",
    "Minutes of 4 May: adopted without changes.",
    "The chair opened the meeting at 9:05 and welcomed two guests.",
    "The sports committee held its third ordinary meeting on Tuesday.",
    "The working group met on 3 May with nine members present.",
    "Twelve households were represented.",
    "The society met on 4 May; nine streets were represented.",
    "The next meeting is on 7 June.",
    "Apologies: Ms Brandt.",
    "Die Vorsitzende begrüßt die Anwesenden und stellt die Beschlussfähigkeit fest.",
    "La présidente ouvre la séance à 19 heures.",
]
NOT_ABOUT = [
    "Leaders of eleven countries met on 3 May to sign the treaty.",
    "The meeting rejected the offer of the roofing firm.",
    "The minutes of the trial fill forty volumes.",
    "Members complained that few people were present at the fair last year.",
    "The next meeting of the two teams decided the cup.",
]
DECIDED = [
    "After a long discussion the council rejected the proposal.",
    "It was agreed to buy a second mower.",
    "The new rules were adopted.",
    "Der Rat beschließt, eine zweite Fähre zu kaufen.",
    "Le conseil décide de fermer le pont.",
    "A motion to raise the fee was carried by nine votes to two.",
]
UNDECIDED = [
    "Mr Okafor reported that the county has approved half of the money.",
    "The board discussed the roof.",
]


@pytest.mark.parametrize("sentence", ABOUT)
def test_of_the_meeting_itself(sentence):
    assert is_about_meeting(sentence)


@pytest.mark.parametrize("sentence", NOT_ABOUT + DECIDED + UNDECIDED)
def test_of_what_was_said(sentence):
    assert not is_about_meeting(sentence)


@pytest.mark.parametrize("sentence", DECIDED)
def test_a_decision(sentence):
    assert states_decision(sentence)


@pytest.mark.parametrize("sentence", ABOUT[2:] + UNDECIDED)
def test_no_decision(sentence):
    assert not states_decision(sentence)
