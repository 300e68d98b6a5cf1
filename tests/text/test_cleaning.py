"""Cleaning: what is not text of the document goes, and prose stays as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summ.text.cleaning import clean

NEWS = [
    "The port of Marn closed on Monday after a storm damaged two cranes.",
    "Read more books, the minister urged pupils.",
    "Published in 1987, the novel sold two million copies.",
    "Facebook changed its privacy policy on Monday after complaints.",
    "Copyright law in Europe will change next year, lawyers said.",
    "Recommended doses vary by age, the agency said.",
    "Video by a passer-by shows that the bus stopped.",
    "NASA said the probe - its third - reached Mars.",
    "Best friends Ann and Lou opened a bakery in Oster.",
    "Hello is what the parrot says to every guest.",
]


@given(st.lists(st.sampled_from(NEWS), min_size=1, max_size=6), st.sampled_from([" ", "\n\n"]))
@settings(deadline=None, max_examples=60)
def test_prose_passes_unchanged(sentences, between):
    text = between.join(sentences)
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("PARIS, May 4 (AFP) - The bridge opened.", "The bridge opened."),
        ("Berlin (dpa) - The bridge opened.", "The bridge opened."),
        (
            "By ANN LEE, Associated Press Writer OSLO (AP) _ The bridge opened.",
            "The bridge opened.",
        ),
        (
            "Fish &amp; chips cost &pound;9 in Lou&#39;s <b>bar</b>.",
            "Fish & chips cost £9 in Lou's bar.",
        ),
        ("The ﬁrst oﬃcer ﬂed with ＡＢＣ１２ papers.", "The first officer fled with ABC12 papers."),
        ("We use cookies to improve your experience.\n\nThe bridge opened.", "The bridge opened."),
        ("The bridge opened.\n\nShare this article\n© 2024 The Post", "The bridge opened."),
        ("The com-\nmittee met.", "The committee\n met."),
        ("A long-\nterm plan won.", "A long-term\n plan won."),
        ("Hi Ann,\n\nThe bridge opened.\n\nKind regards,\nLou\nTel. 12", "The bridge opened."),
        (
            "The bridge opened.\n\nOn Mon, 2 Sep 2024, Ann <a@x.example> wrote:\n> Is it open?",
            "The bridge opened.",
        ),
        (
            "[10:02] ann: is the bridge open?\n[10:03] lou: I saw a bus on it",
            "is the bridge open?\n\nlou: I saw a bus on it",
        ),
        (
            "12/05/2024, 10:02 - Ann: is it open?\n12/05/2024, 10:03 - Lou: <Media omitted>",
            "is it open?",
        ),
        ("10:02 <ann> is it open?\n10:03 -!- bob joined\n10:04 <lou> yes", "is it open?\n\nyes"),
        (
            "Plans\n- open the bridge\n- close the port",
            "Plans\n\nopen the bridge\n\nclose the port",
        ),
        ("Year\tCars\n2022\t12\n2023\t14\n\nThe bridge opened.", "The bridge opened."),
    ],
)
def test_what_is_no_text_goes(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize("text", ["Share this article", "> quoted only", "- ", "\n", ""])
def test_nothing_becomes_blank(text):
    assert clean(text).strip() == text.strip() or clean(text).strip()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        # Pleasantries of a letter are not its news; in prose they stay.
        (
            "Hi Eva,\n\nThanks, fine. Hope you are well. The audit moves to May.\n\nBest,\nTim",
            "The audit moves to May.",
        ),
        (
            "Hi Eva,\n\nMany roads are closed. Great Oster is cut off.\n\nBest,\nTim",
            "Many roads are closed. Great Oster is cut off.",
        ),
        ("Hi Eva,\n\nThanks for the cake.\n\nBest,\nTim", "Thanks for the cake."),
        # A soft hyphen at a line end, and a compound of several.
        ("The bridge opened on Mon\u00ad\nday.", "The bridge opened on Monday."),
        ("a state-of-the-\nart lab", "a state-of-the-art\n lab"),
        # Reactions in a chat.
        (
            "[10:15] eva: The bridge opened.\n:tada: 3\n[10:16] tim: It cost forty million.",
            "The bridge opened.\n\nIt cost forty million.",
        ),
        # Greetings and signs among the words of a chat.
        (
            "[10:15] eva: Hi everyone\n[10:16] eva: The bridge opened :tada:\n[10:17] tim: yes",
            "The bridge opened\n\nyes",
        ),
        ("Von Max Müller, 3. Mai 2026\n\nDie Brücke ist offen.", "Die Brücke ist offen."),
        # Marks of direction and of names that are in no address book; notices of the program.
        (
            "\u200e[04/03/2025, 18:02:11] Ann: Messages and calls are end-to-end encrypted.\n"
            "[04/03/2025, 18:02:15] ~ Lou: The bridge is open\n"
            "\u200e[04/03/2025, 18:03:15] Ann: \u200eimage omitted\n"
            "[04/03/2025, 18:04:15] Ann: This message was deleted\n"
            "[04/03/2025, 18:05:00] ~ Lou: I crossed it",
            "The bridge is open\n\nLou: I crossed it",
        ),
        # Numbers of items, of several levels; what minutes say of the meeting itself.
        (
            "Minutes of the board\nDate: 12 March\nPresent: A. Holm, B. Lie\n\n1. Budget\n"
            "1.1 The fee rises.\n1.2 The hall is sold.\n\n2. Fair\n2.1 The tents are hired.\n"
            "Next meeting: 9 April",
            "Minutes of the board\n\nBudget\n\nThe fee rises.\n\nThe hall is sold.\n\nFair\n\n"
            "The tents are hired.",
        ),
        (
            "I. Budget\nThe fee rises.\nII. Fair\nTents.",
            "Budget\n\nThe fee rises.\n\nFair\n\nTents.",
        ),
        (
            "1 Method\nDivers took samples.\n2 Results\nSand is carried in.\nKeywords: sand, ebb",
            "Method\n\nDivers took samples.\n\nResults\n\nSand is carried in.",
        ),
        (
            "TOP 1: Haushalt\nDer Beitrag steigt.\nTOP 2: Fest\nEs gibt Zelte.",
            "Haushalt\n\nDer Beitrag steigt.\n\nFest\n\nEs gibt Zelte.",
        ),
        (
            "The bridge opened.\n\nReferences\n[1] Moe, I. (2019). Sand. Ports 3, 14-19.\n[2] Lie.",
            "The bridge opened.",
        ),
        (
            "The bridge opened.\n\nReferences\nare due on Friday.",
            "The bridge opened.\n\nReferences\nare due on Friday.",
        ),
        # Phone numbers speak, too; notices in German.
        (
            "12.03.25, 08:15 - Nachrichten sind Ende-zu-Ende-verschlüsselt.\n"
            "12.03.25, 08:16 - +47 912 34 567: Die Brücke ist offen\n"
            "12.03.25, 08:17 - Eva: <Medien ausgeschlossen>\n12.03.25, 08:18 - Eva: ja",
            "Die Brücke ist offen\n\nja",
        ),
        (
            "Posted on May 4, 2025 by admin\nThe bridge opened.\nTags: bridge, town\n1,204 views\n"
            "Your email address will not be published. Required fields are marked *",
            "The bridge opened.",
        ),
        # A newsletter's frame.
        (
            "View this email in your browser\n\nThe bridge opened.\n\n"
            "You are receiving this email because you signed up.\n\nUnsubscribe | Preferences",
            "The bridge opened.",
        ),
        # Stamps of logs.
        (
            "2025-03-04T12:00:01Z INFO the server started\n2025-03-04T12:00:05.123Z WARN disk full",
            "INFO the server started\n\nWARN disk full",
        ),
        (
            "Mar  4 12:00:01 oster sshd[12]: link is up\nMar  4 12:01:01 o kernel: link is down",
            "link is up\n\nlink is down",
        ),
        # Minutes in other languages; *M.* is no letter of a list.
        (
            "PROTOKOLL\nBeginn: 19:00 Uhr\nProtokollführer: Tom Meier\n\nDie Brücke ist zu.",
            "Die Brücke ist zu.",
        ),
        (
            "Présents : Anne Petit\nSecrétaire de séance : Louis Roche\n\n1. Pont\nLe pont ferme.\n"
            "2. Divers\nM. Roche parle.\nProchaine réunion : 7 mai",
            "Pont\n\nLe pont ferme.\n\nDivers\n\nM. Roche parle.",
        ),
        # A name alone signs a letter.
        ("Hello everyone,\n\nThe bridge is shut.\n\nZoe", "The bridge is shut."),
        ("Hello everyone,\n\nThe bridge is shut.\n\nby Monday", "The bridge is shut.\n\nby Monday"),
        # What feeds put before a text.
        ("LONDON/PARIS A bank fell.", "A bank fell."),
        ("LONDON/PARIS, France, June 3 Banks fell.", "Banks fell."),
        ("Town News: OSTER: Banks fell.", "Banks fell."),
        ("By: Ann Bo | Oster | Updated: May 3, 2020 9:07:46 am Banks fell.", "Banks fell."),
        ("Placeholder while article actions load Banks fell.", "Banks fell."),
        ("Read next week what fell.", "Read next week what fell."),
        ("It was <del>closed </del><s>shut</s>open.", "It was open."),
    ],
)
def test_what_surrounds_the_text(text, cleaned):
    assert clean(text) == cleaned
