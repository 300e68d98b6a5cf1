"""Sentences that say what a text is for: *we propose*, *in this paper*, *the report finds*.

Abstracts and reports say there what they are about, after some sentences of what was known before.
"""

from __future__ import annotations

import re

_VERBS = (
    r"(?:propos|present|introduc|develop|show|describ|demonstrat|stud(?:y|i)|investigat|examin|provid"
    r"|explor|address|find|found|prov|argu|suggest|recommend|conclud|analy[sz]|design|consider|aim"
    r"|report|compar|evaluat|review)\w*"
)
_WHO = (
    r"(?:we|this (?:paper|work|article|study|report|thesis)|the (?:present )?(?:paper|study)"
    r"|the authors?|our (?:work|paper|results?|study|aim))"
)
# In small letters, each set behind one border of a word: letter by letter, with a border in every
# alternative and whatever the case, a text of megabytes took seconds.
_BEGINS = re.compile(
    r"(?:aims?|objectives?|purpose):|[【\[]?目的[】\]]?|(?:综述|探讨|研究|分析|介绍|论述|阐述)了"
)
_LATIN = re.compile(
    r"\b(?:"
    rf"{_WHO}\s+(?:\w+ly\s+|also\s+|then\s+|first\s+|will\s+|can\s+)?{_VERBS}\b"
    r"|in this (?:paper|work|article|study|report|thesis)\b|here,? we\b"
    r"|(?:aim|purpose|objective|goal) of (?:this|the present|our) \w+"
    # German, French, Spanish.
    r"|(?:in diese[rm]|(?:der|die) vorliegende) (?:arbeit|artikel|beitrag|studie|aufsatz)\b"
    r"|(?:dans (?:cet|ce|cette)|le présent|cet) (?:article|travail|étude|papier)\b"
    r"|(?:en|este|el presente) (?:este )?(?:artículo|trabajo|estudio)\b"
    r")"
)
_CHINESE = re.compile(
    r"(?:本文|文章|本研究|该文|笔者|作者)[^，。；]{0,12}"
    r"(?:提出|研究|探讨|分析|介绍|讨论|设计|综述|阐述|论述|构建|建立)"
    r"|(?:提出|设计|建立|构建|开发)了?(?:一种|一个|一套|基于)"
)

_RESULTS = re.compile(r"\b(?:experiment|empirical|result|demonstrate|show|evaluate|validate)")


def states_purpose(sentence: str) -> bool:
    """Whether a sentence says what its text is for or what it found."""
    small = sentence.lower()
    found = _BEGINS.match(small) or _LATIN.search(small)
    return bool(found or (not small.isascii() and _CHINESE.search(small)))


def tells_results(sentence: str) -> bool:
    """Whether an English sentence is about trials and what they showed, not about what was done."""
    return _RESULTS.search(sentence.lower()) is not None
