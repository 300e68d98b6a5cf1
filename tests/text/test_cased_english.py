import pytest

from summ.text.languages.cased_english import is_cased_english


@pytest.mark.parametrize(
    "text",
    [
        "The mayor of Harwick opened a bridge.",
        "Police have arrested two men who robbed a bank in Lima.",
    ],
)
def test_english_with_capitals(text):
    assert is_cased_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "the mayor of harwick opened a bridge .",
        "THE MAYOR OF HARWICK OPENED A BRIDGE.",
        "Der Bürgermeister von Lima hat am Montag eine Brücke eröffnet.",
        "Het einde van vorig seizoen ging de boeken in als een van de minst bekeken.",
        "市长星期一在利马为一座新桥揭幕。",
        "12 345",
        "",
    ],
)
def test_everything_else(text):
    assert not is_cased_english(text)
