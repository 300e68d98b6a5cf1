"""Which language a text is in: by its script, by its function words, and only then by py3langid.

Source: Lui & Baldwin (2012), langid.py, Section 2 (a naive Bayes model over byte n-grams), as
py3langid; its languages are narrowed down to those of the text's script.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from summ.text.languages.cased_english import TELLING
from summ.text.languages.language import language

_SAMPLE = 2_000  # characters that show the language
# Scripts that belong to one language here.
_OWN_SCRIPTS = (
    ("\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f", "ja"),
    ("\uac00-\ud7af\u1100-\u11ff", "ko"),
    ("\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd", "zh"),
    ("\u0e00-\u0e7f", "th"),
    ("\u0e80-\u0eff", "lo"),
    ("\u0f00-\u0fff", "dz"),
    ("\u1000-\u109f", "my"),
    ("\u1780-\u17ff", "km"),
    ("\u0370-\u03ff\u1f00-\u1fff", "el"),
    ("\u0590-\u05ff", "he"),
    ("\u10a0-\u10ff", "ka"),
    ("\u0530-\u058f", "hy"),
    ("\u0b80-\u0bff", "ta"),
    ("\u0c00-\u0c7f", "te"),
    ("\u0c80-\u0cff", "kn"),
    ("\u0d00-\u0d7f", "ml"),
    ("\u0a80-\u0aff", "gu"),
    ("\u0a00-\u0a7f", "pa"),
    ("\u0980-\u09ff", "bn"),
    ("\u0b00-\u0b7f", "or"),
    ("\u0d80-\u0dff", "si"),
    ("\u1200-\u137f", "am"),
)
# Scripts of several languages, by the codes that py3langid may answer with.
_SHARED_SCRIPTS = (
    ("\u0400-\u052f", "be bg kk ky mk mn ru sr uk"),
    ("\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", "ar fa ps ug ur"),
    ("\u0900-\u097f", "hi mr ne"),
    (
        "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
        "af az bs ca cs cy da de en eo es et eu fi fr ga gd gl hr ht hu id is it la lb lt lv mg "
        "ms mt nl "
        "no oc pl pt ro rw sk sl sq sv sw tl tr vi",
    ),
)
_GROUPS = tuple((re.compile(f"[{letters}]"), codes) for letters, codes in _SHARED_SCRIPTS)
_SEVERAL = 0.1  # share of kana in Japanese
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FEWEST_WORDS = 4  # of a text in Latin letters that shows its language
_ENGLISH_SHARE = 0.1  # of telling words in English
_SURE = 0.9  # probability below which a short text is not taken for another language
_OTHER_MARGIN = 1.5  # how many more function words of another language than of English are needed
# Which of these it is can be doubtful while it is no doubt one of them.
_ALIKE = ("bs hr sl sr", "id ms", "da no sv", "cs sk", "ca es gl pt", "af nl")
# The codes of some languages stand for others as well.
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id"}


def identify(text: str, default: str = "en") -> str:
    """The language of a text (ISO 639-1).

    Args:
        default: the answer for a text that shows nothing else: too short, or without letters.
    """
    sample = _ADDRESS.sub(" ", text[:_SAMPLE])
    if not sample.isascii() and (own := _own_script(sample)):
        return own
    counts = [(len(letters.findall(sample)), codes) for letters, codes in _GROUPS]
    letters, codes = max(counts)
    if letters == 0:
        return default
    if "en" not in codes.split():
        return _most_likely(sample, codes)[0]
    words = [word.lower() for word in _WORD.findall(sample)]
    if len(words) < _FEWEST_WORDS or _is_plainly_english(words):
        return "en" if _is_plainly_english(words) else default
    return _latin(sample, words, codes, default)


def _own_script(sample: str) -> str | None:
    """The language of a script that is its own, if most letters are of it."""
    counts = {code: len(letters.findall(sample)) for letters, code in _scripts()}
    letters = sum(map(str.isalpha, sample))
    if counts["ja"] and counts["ja"] >= _SEVERAL * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts.pop("zh")
    code = max(counts, key=lambda code: counts[code])
    # A character of Chinese says as much as a word of three letters.
    weight = 3 if code in {"zh", "ja"} else 1
    return code if weight * counts[code] > 0.5 * max(1, letters) else None


@lru_cache(maxsize=1)
def _scripts() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The letters of each script, and its language; English needs none of them."""
    return tuple((re.compile(f"[{letters}]"), code) for letters, code in _OWN_SCRIPTS)


def _is_plainly_english(words: list[str]) -> bool:
    """Whether enough words are ones that only English has."""
    telling = sum(word in TELLING for word in words)
    return telling >= max(1 if len(words) < 8 else 2, _ENGLISH_SHARE * len(words))


def _latin(sample: str, words: list[str], codes: str, default: str) -> str:
    code, probability = _most_likely(sample, codes)
    if code == "en" or code == default:
        return code
    # Different words count: Hungarian has "a" as often as English has "the".
    english = len(language("en").stop_words.intersection(words))
    theirs = len(language(code).stop_words.intersection(words))
    if not language(code).stop_words:
        theirs = 0 if english else len(words)
    if probability >= _SURE and theirs >= max(1, _OTHER_MARGIN * english):
        return code
    return default


def _most_likely(sample: str, codes: str) -> tuple[str, float]:
    """The likeliest of some languages, and the probability that it or one much like it is right."""
    allowed = codes.split()
    ranked = _identifier().rank(sample)
    found = [(_SAME.get(str(code), str(code)), float(p)) for code, p in ranked]
    among = [(code, probability) for code, probability in found if code in allowed]
    total = sum(probability for _, probability in among)
    code, _ = max(among, key=lambda one: one[1])
    alike = next((group.split() for group in _ALIKE if code in group.split()), [code])
    probability = sum(p for one, p in among if one in alike)
    return code, probability / total if total > 0 else 0.0


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """py3langid's model; read when the first text needs it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
