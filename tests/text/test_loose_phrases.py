"""What a sentence can do without, by the list of words of its language."""

import itertools

import pytest

from summ.text.folding import fold
from summ.text.languages.language import Language, language
from summ.text.loose_phrases import LoosePhrases, fullest_line, landings

SENTENCE = (
    "Die Stadt hat am 3. Mai in Oster (Bezirk 10) eine Brücke gesperrt, die im Norden der Altstadt "
    "liegen soll"
)


def phrases(text: str, own: Language) -> set[str]:
    folded = fold(text)
    found = LoosePhrases(folded, own).spans
    return {" ".join(folded.surfaces[start:end]) for start, end in found}


def test_german_phrases() -> None:
    assert phrases(SENTENCE, language("de")) == {
        "am 3 . Mai",
        "( Bezirk 10 )",
        ", die im Norden der Altstadt liegen soll",
        "im Norden der Altstadt",
        "in Oster ( Bezirk 10 )",  # a bracket does not stay behind
        "am 3 . Mai in Oster ( Bezirk 10 )",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Die Brücke wird gesperrt, wenn der Fluss steigt",  # a condition
        "Die Brücke wird nicht gesperrt",
        "Die Stadt sagt, dass die Brücke offen ist",
        "Im Mai wird die Brücke gesperrt",  # the verb stands second
        "Oster: Im Mai wird die Brücke gesperrt",
        "Zwei Pilger sind ums Leben gekommen",
        "Die Zeitung berichtete, der Bau der Brücke solle zwei Jahre dauern",  # what was said
        "Die Brücke ist über 200 Jahre alt",
        "Der Verein ist in ein Haus gezogen",  # the last part before the verb is the verb's
        "Der Plan stößt auf Kritik",
        "Die Bahn beschließt, die Brücke zu sperren",
        "Schon vor der Abfahrt regnete es",
        "Der frühere Besitzer schweigt",
    ],
)
def test_what_must_stay(text: str) -> None:
    assert not phrases(text, language("de"))


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        # What describes a noun goes whole: never *im zerstörten Haus*, of what has been destroyed.
        ("Er steht im vom Krieg zerstörten Haus", {"vom Krieg zerstörten"}),
        (
            "Ein wegen des Streits in Oster verkaufter Kahn ist gesunken",
            {
                "in Oster",
                "wegen des Streits",
                "wegen des Streits in Oster",
                "wegen des Streits in Oster verkaufter",  # never its noun
            },
        ),
        ("Die Stadt hat im Hafen 200 Boote gezählt", {"im Hafen"}),
        ("Der Besitzer, Ole Lund, hat den Kahn verkauft", {", Ole Lund ,"}),
        ("Die Stadt schließt eine alte Brücke", {"alte"}),
        ("Die Fähren fahren wieder, teilte der Hafen mit", {", teilte der Hafen mit"}),
        ("Die Brücke wird Plänen zufolge gesperrt", {"Plänen zufolge"}),
        (
            "Der Chor hat zwei Jahre nach seiner Gründung einen Preis gewonnen",
            {"zwei Jahre nach seiner Gründung"},
        ),
        ("Bürgermeisterin Ida Brandt hat die Brücke eröffnet", {"Ida"}),
        ("Die Fähre fährt von Montag bis Mittwoch umsonst", {"von Montag bis Mittwoch"}),
        ("Der Rat hat Klage gegen die Bahn eingereicht", {"gegen die Bahn"}),
        (
            "Die Bahn sperrt die Brücke und baut im Mai einen Steg",
            {"und baut im Mai einen Steg", "im Mai"},
        ),
        ("Es gibt drei Fahrten: nach Oster, Lund und Kamm", {": nach Oster , Lund und Kamm"}),
    ],
)
def test_what_may_go_where_the_verb_stands_second(text: str, gone: set[str]) -> None:
    assert phrases(text, language("de")) == gone


def test_what_a_verb_needs_goes_only_in_a_bold_line() -> None:
    text = fold("Der Rat hat drei Boote an den Nachbarn verkauft")
    strict, bold = (LoosePhrases(text, language("de"), bold) for bold in (False, True))
    assert fullest_line(strict, 6) is None
    line = fullest_line(bold, 6)
    assert line is not None
    assert [text.surfaces[place] for place in line][-1] == "verkauft"


def test_a_language_whose_nouns_have_no_capitals() -> None:
    own = Language(
        "xx",
        "X",
        frozenset(["le", "a"]),
        prepositions=frozenset(["en"]),
        clauses=frozenset(["qui"]),
    )
    found = phrases("le pont a ferm\u00e9 en mai, qui dure trop", own)
    assert found == {"en mai", ", qui dure trop"}


def test_the_fullest_line_is_that_of_an_enumeration() -> None:
    found = LoosePhrases(fold(SENTENCE), language("de"))
    size, glued = len(found.tokens), found.source.glued
    rows = landings(size, found.spans)
    lines = set()
    for chosen in itertools.chain.from_iterable(
        itertools.combinations(found.spans, count) for count in range(len(found.spans) + 1)
    ):
        gone = {place for start, end in chosen for place in range(start, end)}
        line = tuple(place for place in range(size) if place not in gone)
        if size in rows[line[-1] + 1] and (line[-1] + 1 == size or found.may_end(line[-1])):
            lines.add(line)
    for words in range(1, 20):
        fit = [sum(not glued[place] for place in line) for line in lines]
        best = max((count for count in fit if count <= words), default=None)
        line = fullest_line(found, words)
        assert (None if line is None else sum(not glued[place] for place in line)) == best
        assert line is None or line in lines
