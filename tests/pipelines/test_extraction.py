"""Extraction: whole sentences within the words of the script, and what is broken off says so."""

import pytest

from summ.pipelines.extraction import plan_extraction
from summ.pipelines.length_plan import LengthLimit
from summ.text.breaking_off import break_off
from summ.text.words import count_words

TEXTS = {
    "de": "Die Stadt schließt den alten Hafen. Die Fähren fahren vom Südhafen. Es kostet.",
    "zh": "市政府将关闭旧港口。渡轮将从南港出发。工程耗资四千万欧元。",
    "ar": "ستغلق المدينة الميناء القديم. ستغادر العبارات من الميناء الجنوبي.",
    "hi": "शहर पुराना बंदरगाह बंद करेगा। नावें दक्षिणी बंदरगाह से चलेंगी।",
    "th": "เมืองจะปิดท่าเรือเก่า เรือจะออกจากท่าเรือใต้",
}


@pytest.mark.parametrize("words", [1, 2, 5, 9, 20])
@pytest.mark.parametrize("code", TEXTS)
def test_whole_sentences_within_the_words(code, words):
    plan = plan_extraction([TEXTS[code]], LengthLimit(words), code)
    texts = [part.text for part in plan.parts]
    assert texts and sum(map(count_words, texts)) <= words
    assert all(part.text in TEXTS[code] for part in plan.parts if not part.cut)
    assert all(part.text.rstrip("…") in TEXTS[code] for part in plan.parts)


def test_without_a_number_a_sentence_stays_whole():
    text = "市政府将于明年五月关闭旧港口以便拆除并重建一百多年前修建的城墙和码头。好。"
    [part, *_] = plan_extraction([text], LengthLimit(), "zh").parts
    assert part.text.endswith("。") and not part.cut


def test_a_sentence_is_broken_off_at_a_clause():
    sentence = "Die Stadt schließt den Hafen, weil die Mauern sich neigen und fallen."
    assert break_off(sentence, 7) == "Die Stadt schließt den Hafen…"
    assert break_off(sentence, 99) == sentence
