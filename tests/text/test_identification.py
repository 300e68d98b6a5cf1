"""Languages are recognised by script, by function words, and by what py3langid says."""

import pytest

from summ.text.identification import identify
from summ.text.languages.language import known_languages, language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The mayor opened the bridge on Monday.", "en"),
        ("rain fell", "en"),
        ("Die Stadt schließt den alten Hafen und die Fähren fahren vom Südhafen.", "de"),
        ("La ville ferme le vieux port et les bateaux partent du quai sud.", "fr"),
        ("La ciudad cerrará el viejo puerto y los barcos saldrán del muelle sur.", "es"),
        ("Город закроет старый порт, а паромы будут ходить с южного причала.", "ru"),
        ("市政府将关闭旧港口。", "zh"),
        ("市は古い港を閉鎖する。", "ja"),
        ("시는 오래된 항구를 닫는다.", "ko"),
        ("Ο δήμος κλείνει το παλιό λιμάνι.", "el"),
        ("העירייה תסגור את הנמל הישן.", "he"),
    ],
)
def test_languages(text, code):
    assert identify(text) == code


def test_what_shows_nothing_is_the_default():
    assert identify("12 345", "de") == "de"


def test_every_file_of_a_language_can_be_read():
    assert len(known_languages()) >= 40
    for code in known_languages():
        known = language(code)
        assert known.name and known.function_words and known.negations
        assert all(word == word.lower() for word in known.function_words)
