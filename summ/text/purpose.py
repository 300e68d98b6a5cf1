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
_PURPOSE = re.compile(
    rf"\b{_WHO}\s+(?:\w+ly\s+|also\s+|then\s+|first\s+|will\s+|can\s+)?{_VERBS}\b"
    r"|\bin this (?:paper|work|article|study|report|thesis)\b|\bhere,? we\b"
    r"|\b(?:aim|purpose|objective|goal) of (?:this|the present|our) \w+"
    r"|^(?:aims?|objectives?|purpose):"
    # German, French, Spanish.
    r"|\b(?:in diese[rm]|(?:der|die) vorliegende) (?:arbeit|artikel|beitrag|studie|aufsatz)\b"
    r"|\b(?:dans (?:cet|ce|cette)|le présent|cet) (?:article|travail|étude|papier)\b"
    r"|\b(?:en|este|el presente) (?:este )?(?:artículo|trabajo|estudio)\b"
    # Chinese.
    r"|^[【\[]?目的[】\]]?|(?:本文|文章|本研究|该文|笔者|作者)[^，。；]{0,12}"
    r"(?:提出|研究|探讨|分析|介绍|讨论|设计|综述|阐述|论述|构建|建立)"
    r"|(?:提出|设计|建立|构建|开发)了?(?:一种|一个|一套|基于)"
    r"|^(?:综述|探讨|研究|分析|介绍|论述|阐述)了",
    re.IGNORECASE,
)


def states_purpose(sentence: str) -> bool:
    """Whether a sentence says what its text is for or what it found."""
    return _PURPOSE.search(sentence) is not None
