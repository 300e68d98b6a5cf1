"""Datelines and bylines: what stands before the first sentence of a news report.

``LONDON, June 3 (Reuters) - ``, ``(CNN) -- ``, ``By JANE DOE, Associated Press Writer``.
"""

from __future__ import annotations

import re

_MONTH = (
    r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|January|February|March|April|August"
    r"|September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember"
    r"|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
)
_DATE = rf"(?:{_MONTH}\.?\s+\d{{1,2}}|\d{{1,2}}\.?\s+(?:de\s+)?{_MONTH})\.?(?:,?\s+\d{{4}})?"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_CAPITALS = r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’.\-/]+(?:[ ][A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’.\-/]*){0,3}"
_NAME = r"[A-ZÀ-ÖØ-Þ][\w.'’\-]+(?:[ ](?:[a-z]{2,3}[ ])?[A-ZÀ-ÖØ-Þ][\w.'’\-]+){0,3}"
# Who reports: in brackets, or between slashes.
_AGENCY = (
    r"(?:\((?:[A-Z][A-Za-z.&/ ]{1,28}|dpa(?:/\w{1,4})?|dapd|afp|ap|efe|ots|sda|tt|ntb)\)"
    r"|/[A-Z][\w .]{1,28}/)"
)
_DASH = r"(?:--+|[-\u2013\u2014_])"
_CITY = r"(?:[A-Z]{2,}[ ][A-Z]{3,}|[A-Z]{4,})"  # not *HIV/AIDS*
_AFTER = rf"\s*{_DASH}\s+(?=[\"'“‘«(]?[^\W_])"
_DATELINE = re.compile(
    rf"""\s*(?:
        # LONDON, June 3 (Reuters) -    NEW YORK/PARIS (AP) _    BERLIN, 3. Juni -
        {_CAPITALS}(?:,\s{_NAME})?(?:[,.]?\s(?:{_DATE}|{_WEEKDAY}))?(?:,?\s{_AGENCY})?{_AFTER}
        # Berlin (dpa) -   Mumbai, March 4 (PTI):
      | {_NAME}(?:,\s{_NAME})?(?:[,.]?\s(?:{_DATE}|{_WEEKDAY}))?,?\s{_AGENCY}(?:{_AFTER}|\s*:\s+)
        # LONDON/PARIS The bank   LONDON/PARIS, France, June 3 A bank
      | {_CITY}(?:/{_CITY})+(?:(?:,\s{_NAME})?,\s{_DATE})?\s+(?=[A-Z](?:[a-z]|\s[a-z]))
        # India News: NEW DELHI: The bank
      | (?:[A-Z][A-Za-z]+\s){{1,3}}News:\s+(?:{_CAPITALS}(?:\s\([A-Z ]+\))?\s?:\s+)?(?=["“A-Z])
        # (CNN) --
      | {_AGENCY}{_AFTER}
    )""",
    re.VERBOSE,
)
# By JANE DOE, Associated Press Writer (with a name in capitals, or a line of its own).
_ROLE = (
    r"(?:Associated\sPress|AP|Reuters|AFP|UPI|BBC|CNN|Staff|Special|Business|Sports|Political|Science"
    r"|Health|Diplomatic|Chief|Senior|News|Technology|Education|Home|Foreign|Crime|Environment"
    r"|Economics)(?:\s[A-Z][\w']+){0,4}"
)
_PERSON = r"[A-Z][\w.'’\-]+(?:\s(?:[a-z]{1,3}\s)?[A-Z][\w.'’\-]*){1,3}"
_PERSONS = rf"{_PERSON}(?:(?:,\s|\sand\s|,\sand\s){_PERSON}){{0,3}}"
_BYLINE_INLINE = re.compile(
    rf"\s*By\s(?:[A-Z][A-Z.'’\-]+\s+){{1,3}}[A-Z][A-Z.'’\-]+(?=[\s,])(?:,?\s+{_ROLE}?"
    rf"(?:Writers?|Correspondents?|Reporters?|Editors?))?\s*[,:]?\s+(?=[A-Z(])"
)
# By: Tech Desk | New Delhi | Updated: June 2, 2020 9:50:28 am The bank
_BYLINE_BARRED = re.compile(
    r"\s*(?:By:|(?:Written|Edited|Reported)\s[Bb]y:?)\s?[^|.]{0,60}\|[^.]{0,90}?"
    rf"(?:Updated|Published)\s?:\s{_DATE}\s[\d:]+\s?[ap]m\s+(?=[\"“A-Z])"
)
_BYLINE = re.compile(
    rf"\s*(?:(?:Written|Reported|Words|Story|Text)\s)?(?:[Bb]y|BY|Von|Par|Por)\s{_PERSONS}"
    rf"(?:\s*[,|•·/\u2013\u2014-]\s*(?:[^.!?]|\d\.){{0,60}}|\sin\s{_NAME})?\s*"
)


def strip_dateline(text: str) -> str:
    """The text without the byline and the dateline that it begins with; itself if it has none."""
    barred = _BYLINE_BARRED.match(text)
    if barred:
        return text[barred.end() :]
    byline = _BYLINE_INLINE.match(text)
    rest = text[byline.end() :] if byline else text
    dateline = _DATELINE.match(rest)
    if dateline and _tells_place(dateline[0]):
        rest = rest[dateline.end() :]
        return rest[:1].upper() + rest[1:] if byline or dateline else rest
    if byline and re.search(r"(?:Writer|Correspondent|Reporter|Editor)s?\W*$", byline[0]):
        return rest
    return text


def is_byline(line: str) -> bool:
    """Whether a line only says who wrote."""
    return len(line) <= 120 and _BYLINE.fullmatch(line) is not None


def _tells_place(dateline: str) -> bool:
    """Whether what looks like a dateline is one, not a sentence that begins with a name.

    A lone word in capitals may be an acronym (*NASA - which*): without a date or an agency it must
    have at least four letters and a dash with spaces around it.
    """
    if re.search(rf"{_AGENCY}|{_DATE}|{_WEEKDAY}", dateline):
        return True
    place = dateline.rstrip(" -\u2013\u2014_")
    return dateline[len(place) :].startswith(" ") and len(place) >= 4
