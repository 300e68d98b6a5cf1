"""Page furniture: lines of a page that are not its text.

Cookie notices, menus, share lines, bylines, dates of publication, captions, credits, pointers to
other articles, newsletters and copyright.  A line goes only if the whole of it is such: a line of
prose stays.
"""

from __future__ import annotations

import re

from summ.text.datelines import is_byline

_IGNORE = re.IGNORECASE
_COOKIES = re.compile(
    r"(?:we|this (?:web)?site|our (?:web)?site|this page)(?: and our partners| also)? uses? "
    r"(?:necessary |essential |optional )?cookies\b(?=.*(?:experience|site|consent|analy|traffic|"
    r"personali|advert|ads\b|agree|improve|service|accept|function|privacy|$)).*"
    r"|by (?:continuing|using|clicking)\b.*\bcookies?\b.*|we value your privacy\b.*"
    r"|(?:(?:see|read|view|more|in|our|the|manage|change|your) )*(?:cookie|privacy) "
    r"(?:policy|settings|preferences|notice|statement)\W*"
    r"|(?:accept|reject|allow|manage|decline)(?: all| cookies| preferences| optional| settings)*"
    r"(?:\s*[|/·•,]?\s*(?:accept|reject|allow|manage|decline|more)(?: (?:all|cookies|options"
    r"|settings|"
    r"preferences|info|information))*)*\W*"
    r"|wir (?:verwenden|nutzen|setzen) cookies\b.*|nous utilisons des cookies\b.*"
    r"|(?:utilizamos|usamos) cookies\b.*|diese (?:web)?s(?:ei|i)te (?:verwendet|nutzt) cookies\b.*",
    _IGNORE,
)
_MENU = re.compile(
    r"(?:skip|jump) to (?:the )?(?:main )?(?:content|navigation|menu|search)|(?:main )?menu"
    r"|search|home"
    r"|(?:log|sign) ?(?:in|up|out)|subscribe(?: now)?|register|toggle navigation|back to top|top"
    r"|(?:close|open)(?: menu)?|next|previous|load more|show more|loading\W*|print(?: this page)?"
    r"|(?:listen|watch|view gallery|(?:\d+ )?comments?|leave a comment|reply|tags?)(?: now)?",
    _IGNORE,
)
# Home › World › Europe; also what stands beside a bar.
_TRAIL = re.compile(
    r"home(?:\s*[›»>/→|·•]\s*[^.!?›»>/→|·•]{1,40})+|[^.!?›»→|]{1,40}(?:\s[›»→|]\s[^.!?›»→|]{1,40})+",
    _IGNORE,
)
_NETWORK = (
    r"(?:facebook|twitter|x|whatsapp|linkedin|reddit|instagram|e-?mail|pinterest|telegram|youtube"
    r"|bluesky|mastodon|threads|tiktok)"
)
_SHARE = re.compile(
    r"(?:please )?(?:share|tweet|pin|e-?mail|print|copy link|save|bookmark)"
    r"(?: (?:this|on|via|the|article|story|page|post|link|to|with|friends?|us|print|copy|now|tweet|"
    rf"save|by|{_NETWORK}))*\W*"
    rf"|(?:follow|like|find|join|connect with) us(?: (?:on|at|and|in|for|more|or|via"
    rf"|{_NETWORK})|[\W_]"
    r"|@\w+)*"
    rf"|{_NETWORK}(?:[\s|,/·•]+(?:{_NETWORK}|print|copy link|share))+\W*|teilen|partager|compartir",
    _IGNORE,
)
_PUBLISHED = re.compile(
    r"(?=.*(?:publish|updated|posted|modified|ago\b|read\b|veröffentlicht|aktualisiert|stand|publi|"
    r"mis à jour|\d:\d\d|\d{4}))"
    r"(?:(?:first|last|published|updated|posted|modified|created|veröffentlicht|aktualisiert|stand|publié|"
    r"publicado|mis à jour|on|at|am|um|uhr|le|à|el|de|the|date|time|reading|to|read|ago|today"
    r"|yesterday|"
    r"just|now|an?|about|min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?|[ap]\.?m\.?|gmt|utc|bst|e[sd]t|"
    r"p[sd]t|c[sd]t|cest?|ist|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun|"
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|\d{1,4}(?:st|nd|rd|th)?h?)(?=[\W\d_]|$)[\W_]*)+",
    _IGNORE,
)
_CAPTION = re.compile(
    r"(?:image|photo(?:graph)?|picture|video|media|foto|bild)\s?caption\b.*"
    r"|(?:image|photo(?:graph)?|picture|media|foto|bild)\s?(?:credit|source|copyright|courtesy)s?"
    r"(?:\s*[,:/©].*|\s+(?:of|by|getty|reuters|afp|ap|epa|pa)\b.*|)"
    r"|(?:image|photo(?:graph)?|picture|foto|bild|photos)(?: by\b[^.]{3,60}|\s*[:©/].*)"
    r"|(?:caption|credit|bildunterschrift|légende)\s*:.*"
    r"|(?:getty images|reuters|afp|ap photo|epa|pa media|shutterstock|istock|alamy|unsplash"
    r"|picture[- ]alliance|dpa)(?:\s*[/|]\s*[\w .]+)?\W*"
    r"|\((?:photo|image|picture|ap photo|file photo)\b.*\)|\[(?:image|photo|video)[^\]]*\]"
    r"|(?:file )?photo\b[^.]{0,60}(?:getty|reuters|afp|ap)\b.{0,30}",
    _IGNORE,
)
_MORE = re.compile(
    r"(?:read|see|watch|learn|find out|view|click here for|related|recommended|don't miss"
    r"|up next|also|"
    r"in pictures|mehr zum thema|lesen sie auch|lire aussi|à lire aussi|lea también|leggi anche)"
    r"(?: also| more| next| this| now| too)?\s*:\s*.*"
    r"|(?:read more|see also|related(?: articles?| stories| topics| content| links| posts)|"
    r"more (?:on this|from the|stories|like this)|(?:most|top) (?:read|popular|viewed|stories)"
    r"|trending"
    r"|you (?:may|might) also like|also read|editors?'?s? picks?|continue reading"
    r"|recommended for you|"
    r"mehr zum thema|lesen sie auch|lire aussi)\b[^.!?]{0,60}[\s:»>→…]*",
    _IGNORE,
)
_LETTER = re.compile(
    r"(?:please )?(?:sign up|subscribe|register)(?: here| now| today)?\s(?:for|to|and)\b"
    r"(?=.*(?:newsletter|alert|inbox|updates|briefing|podcast|channel|e-?mail|miss\b|free)).*"
    r"|(?:get|receive) (?=.*(?:inbox|newsletter|by e-?mail)).*"
    r"|.{0,60}\bnewsletters?\b.{0,30}(?:sign up|subscribe|inbox|here)\W*"
    r"|(?:download|get) (?:our|the) app\b.*|enter your e-?mail\b.*|support (?:our"
    r"|quality) journalism\b.*"
    r"|(?:this (?:article|content) is (?:for|only)|already an?) (?:for )?(?:subscribers?"
    r"|members?)\b.*"
    r"|never miss an? (?:story|update)\b.*"
    r"|(?:(?:having )?trouble (?:viewing|reading) this\b.*|(?:view|open|read) (?:this|it) "
    r"(?:e-?mail |message |newsletter )?(?:in|online|on)\b[^.!?]{0,40}(?:browser|online)?\W*)"
    r"|you(?:'re| are)? receiv\w+ this (?:e-?mail|message|newsletter)\b.*"
    r"|unsubscribe\b[^.!?]{0,80}\W*|(?:manage|update) (?:your )?(?:e-?mail )?preferences\b.{0,60}",
    _IGNORE,
)
_RIGHTS = re.compile(
    r"©.{0,160}|(?:\(c\)|copyright)\s*(?:©|\(c\))?\s*(?:by\s[^.]{2,40}\s)?\d{4}.{0,160}"
    r"|(?:all|alle|tous) (?:rights reserved|rechte vorbehalten|droits réservés)\b.*"
    r"|(?:this (?:material|article|story|content|report) |)(?:may not be"
    r"|(?:was )?(?:originally|first))\s"
    r"(?:published|appeared|posted|rewritten|redistributed|broadcast)\b.*"
    r"|terms (?:of (?:use|service)|and conditions)\b[^.]{0,60}|our standards\s*:.*",
    _IGNORE,
)
_BLOG = re.compile(
    r"posted (?:on|by)\b.{0,80}|(?:tags?|categor(?:y|ies)|filed under)\s*:\s*.{0,100}"
    r"|your e-?mail address will not be published.*|required fields are marked.*"
    r"|leave a (?:reply|comment)\W*"
    r"|(?:previous|next|older|newer) (?:posts?|article|story|entry)\b(?:\s*:.{0,100}|\W*)"
    r"|[\d.,]+[km]? (?:views|likes|shares|comments|reactions|followers)\W*"
    r"|(?:keywords?|key words|index terms|doi|issn|isbn)\s*:\s*.{0,200}",
    _IGNORE,
)
_ADVERT = re.compile(
    r"(?:advertisement|advertising|anzeige|publicité|publicidad|sponsored(?: content)?|ad)\W*"
    r"|(?:story |article )?continues below(?: advertisement)?\W*",
    _IGNORE,
)
_REFERENCES = re.compile(
    r"(?:references|bibliography|works cited|literatur(?:verzeichnis)?|références|bibliografía"
    r"|参考文献)\W*",
    _IGNORE,
)
_REFERENCE = re.compile(r"\[\d+\]|\d{1,2}\.\s|[^.]{3,80}\(?(?:19|20)\d\d\)?")
_SEPARATOR = re.compile(r"[\W_]+")
_CREDITED = (
    r"\(?(?:(?:Additional|Compiled) )?(?:[Rr]eporting|[Ww]riting|[Ee]diting|[Ww]ritten"
    r"|[Ee]dited) by"
    r"(?:\s(?:[A-Z][\w.'’\-]*|and|in|by|with|for|editing|writing|reporting|additional|the|of)[,;:]?)+\.?\)?"
)
_CREDITS = re.compile(_CREDITED)
_WHOLE = (
    *(
        _COOKIES,
        _MENU,
        _SHARE,
        _PUBLISHED,
        _CAPTION,
        _MORE,
        _LETTER,
        _RIGHTS,
        _BLOG,
        _ADVERT,
        _TRAIL,
    ),
    _CREDITS,
)
# Glued to the end of a paragraph by whoever copied the page.
_AT_END = re.compile(
    rf"(?<=[.!?\"”’)])\s+(?:Advertisement|ADVERTISEMENT|Read [Mm]ore\W*|READ MORE\W*"
    rf"|Continue reading\W*|Story continues below advertisement\W*|{_CREDITED})\s*$"
)
# Glued to its beginning.
_AT_START = re.compile(
    r"^\s*(?:Placeholder while article actions load|Comment on this story(?: Comment)?"
    r"|Read [Nn]ext|READ NEXT|Listen to this article|ADVERTISEMENT)\s+(?=[\"“‘]?[A-Z])"
)
_LONGEST_LINE = 300


def without_references(lines: list[str]) -> list[str]:
    """The lines before a list of references, if the text ends with one."""
    for place, line in enumerate(lines):
        if place and _REFERENCES.fullmatch(line.strip()):
            first = next((later for later in lines[place + 1 :] if later.strip()), "")
            if _REFERENCE.match(first.strip()):
                return lines[:place]
    return lines


def is_furniture(line: str) -> bool:
    """Whether a whole line is something around the text, not the text."""
    line = line.strip()
    if not line or len(line) > _LONGEST_LINE:
        return False
    return is_byline(line) or any(pattern.fullmatch(line) for pattern in _WHOLE)


def is_separator(line: str) -> bool:
    """Whether a line holds no letter or digit."""
    return _SEPARATOR.fullmatch(line.strip()) is not None


def strip_furniture(lines: list[str]) -> list[str]:
    """The lines without furniture; a line that is left out ends a paragraph as a blank one does.

    Nothing is left out if nothing would remain.
    """
    kept: list[str] = []
    for line in lines:
        if line.strip() and (is_furniture(line) or is_separator(line)):
            kept.append("")
        else:
            kept.append(_AT_START.sub("", _AT_END.sub("", line)))
    return kept if any(line.strip() for line in kept) else lines
