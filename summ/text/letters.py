"""Letters and e-mail: the body, without greeting, signature, disclaimer and what is quoted."""

from __future__ import annotations

import re

_IGNORE = re.IGNORECASE
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|to whom it may concern"
    r"|hallo|liebe[r]?|guten (?:tag|morgen|abend)|sehr geehrte[r]?|moin|bonjour|salut|ch(?:er"
    r"|ère)s?|hola"
    r"|buen[oa]s (?:días|tardes)|querid[oa]s?|estimad[oa]s?|ciao|gentile|car[oai]|beste|geachte|hej"
    r"|olá|prezad[oa]s?)\b[^.!?\n:;]{0,60}[,!:.\u2014\u2013-]?",
    _IGNORE,
)
_INLINE_GREETING = re.compile(
    r"(?:[Hh]i|[Hh]ello|[Hh]ey|[Dd]ear|[Gg]ood (?:morning|afternoon|evening)|[Hh]allo"
    r"|[Bb]onjour|[Hh]ola)"
    r"(?: (?:all|everyone|everybody|team|there|folks|both"
    r"|[A-Z][\w'’\-]+)){0,3}\s*[,!\u2014\u2013]\s+(?=\w)"
)
# Sentences before the matter: "Thanks, the new date works.  I hope you are well."
_PLEASANTRY = re.compile(
    r"(?:(?:(?:many )?thanks|thank you|(?:i |we )?(?:just )?(?:hope|trust)"
    r" (?:you|this|that|all|every)"
    r"|sorry (?:for|about)|(?:my |our )?apologies for"
    r"|(?:great|perfect|sounds good|no problem)(?=[,.!])"
    r"|it was (?:nice|good|great) to|(?:(?:vielen|herzlichen) )?dank|merci|gracias|grazie)\b"
    r"[^.!?\n]{0,60}[.!]\s+){1,2}(?=\S)",
    _IGNORE,
)
_CLOSING = re.compile(
    r"(?:(?:with |my |our )?(?:very )?(?:best|kind|kindest|warm|warmest"
    r"|friendly)(?: (?:regards|wishes))?"
    r"(?: from .{1,30})?|regards|(?:yours |very )?(?:sincerely|faithfully|truly"
    r"|respectfully)(?: yours)?"
    r"|yours|cheers|(?:many )?thanks(?: (?:a lot|again|in advance|and (?:best|kind) regards|so much"
    r"|and regards))?|thank you(?: (?:very much|again|in advance|so much|for your (?:help"
    r"|time)))?|thx"
    r"|talk soon|see you(?: (?:then|soon))?|take care|love|cordially|respectfully|all the best"
    r"|br|rgds"
    r"|(?:mit )?(?:freundlichen|besten|lieben|herzlichen|viele[n]?|liebe|beste"
    r"|schöne)[mn]? (?:grüße[n]?"
    r"|gruß|gruss|grüssen?)(?: aus .{1,20})?|mfg|lg|vg|gruß|cordialement|bien (?:cordialement"
    r"|à vous)"
    r"|(?:meilleures )?salutations|amicalement|(?:un )?(?:cordial )?saludos?|un saludo|atentamente"
    r"|cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?"
    r"|(?:med )?vänliga hälsningar|mvh"
    r"|atenciosamente|abraços?)\s*[,.!\u2013\u2014-]*",
    _IGNORE,
)
_SIGNATURE = re.compile(
    r"--\s?|__+|sent from (?:my|mail for|outlook|yahoo).*|get outlook for .*"
    r"|von meinem .* gesendet|envoyé de mon .*|sent with .*",
    _IGNORE,
)
_ATTRIBUTION = re.compile(
    r"(?:>\s*)*(?:on\b.{5,200}\bwrote|am\b.{5,200}\bschrieb\b.{0,100}|le\b.{5,200}\ba écrit"
    r"|el\b.{5,200}\bescribió|il\b.{5,200}\bha scritto|op\b.{5,200}\bschreef.{0,100}"
    r"|den\b.{5,200}\bskrev.{0,100}|em\b.{5,200}\bescreveu|[^\n]{3,100}<[^<>\s]+@[^<>\s]+>\s+wrote"
    r"|\S[^.\n]{1,60}\bwrote(?: on\b[^\n]{4,60})?)\s*:\s*",
    _IGNORE,
)
_ATTRIBUTION_START = re.compile(r"(?:>\s*)*(?:on|am|le|el|il|op|den|em)\b.*\d", _IGNORE)
_FORWARDED = re.compile(
    r"[\s>]*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|message d'origine|mensaje original|forwarded by.*)\s*-{2,}.*"
    r"|begin forwarded message:?)\s*",
    _IGNORE,
)
_HEADER = re.compile(
    r"\*?(?:from|sent|date|to|cc|bcc|subject|reply-to|von|gesendet|an|datum|betreff|de|envoyé|à|objet"
    r"|para|asunto|enviado|fecha|importance|attachments?)\s*:\*?\s.*",
    _IGNORE,
)
_SENDER = re.compile(r"\*?(?:from|von|de|da|van)\s*:\*?\s.*", _IGNORE)
_DISCLAIMER = re.compile(
    r"(?=.*\b(?:e-?mail|message|communication|transmission|attachments?|nachricht|courriel|correo)\b)"
    r"(?=.*\b(?:confidential|privileged|intended (?:only |solely )?(?:for|recipient)|addressee"
    r"|in error"
    r"|virus(?:es)?|unauthori[sz]ed|vertraulich|confidentiel\w*|confidencial\w*)\b)"
    r"(?=.*\b(?:recipients?|addressee|delete|notify|disclos\w+|received|liab\w+|intended|dissemination"
    r"|copying|empfänger|löschen|destinata\w+|scanned)\b).*"
    r"|please consider the environment before printing.*|(?:caution|warning"
    r"|external)\s*:?\s*this e-?mail"
    r".*|you (?:are receiv|receiv)\w+ this (?:e-?mail|message) because.*|(?:to )?unsubscribe\b.*"
    r"|.*\bregistered in england\b.*|this e-?mail (?:was sent|has been scanned).*",
    _IGNORE | re.DOTALL,
)
_NAME = re.compile(r"(?:[^\W\d_a-z][\w'’.-]*\s?){1,3}")  # as *Zoe*, *Zoe M. Marsh*
_POSTSCRIPT = re.compile(r"(?:p\.?\s?s\.?|nb|edit)\s*[:.)-]?\s", _IGNORE)
_MOST_AFTER_CLOSING = 14  # lines of a signature
_LONGEST_SIGNATURE_LINE = 90


def letter_body(text: str) -> str:
    """The body of a letter or e-mail; a text that is none is returned as it is.

    It is one if it has a greeting or a closing in a line of its own, or quotes what somebody wrote.
    Of a message that only quotes or forwards, what it quotes is the body.
    """
    lines = text.split("\n")
    own, quoted = _without_quotes(lines)
    if not _is_letter(lines, own, quoted):
        return text
    body = _without_ends(own)
    if not any(map(_has_word, body)):
        body = _without_ends(quoted)
    kept = _without_disclaimers(body)
    return "\n".join(kept).strip("\n") if any(map(_has_word, kept)) else text


def _has_word(line: str) -> bool:
    return any(map(str.isalnum, line))


def _is_letter(lines: list[str], own: list[str], quoted: list[str]) -> bool:
    if quoted:
        return True
    first = next((line.strip() for line in own if line.strip()), "")
    greets = _GREETING.fullmatch(first) is not None and len(first.split()) <= 8
    closes = _closing_place([line.strip() for line in own]) is not None
    return closes or (greets and first[-1] in ",!:" and len(lines) > 1)


def _without_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    """What the writer wrote, and what is quoted or forwarded, its marks taken away."""
    own: list[str] = []
    quoted: list[str] = []
    place, attributed = 0, False
    while place < len(lines):
        line = lines[place]
        length = _attribution_length(lines, place)
        if _FORWARDED.fullmatch(line) or _begins_headers(lines, place):
            return own, quoted + _forwarded(lines[place:])
        if length:
            attributed = True
            place += length
            following = next((later for later in lines[place:] if later.strip()), "")
            if not following.lstrip().startswith(">"):
                return own, quoted + lines[place:]
            continue
        if line.lstrip().startswith(">"):
            quoted.append(re.sub(r"^[\s>]+", "", line))
        else:
            own.append(line)
        place += 1
    if quoted and not attributed and not _greets_or_closes(own):
        return lines, []
    return own, quoted


def _greets_or_closes(lines: list[str]) -> bool:
    stripped = [line.strip() for line in lines if line.strip()]
    return bool(stripped) and (
        _GREETING.fullmatch(stripped[0]) is not None or _closing_place(stripped) is not None
    )


def _attribution_length(lines: list[str], place: int) -> int:
    """How many lines the words *On ... wrote:* take here, 0 for none."""
    joined = ""
    for length in (1, 2, 3):
        line = "".join(lines[place + length - 1 : place + length])
        if not line.strip() or (length > 1 and not _ATTRIBUTION_START.match(lines[place])):
            break
        joined = f"{joined} {line}".strip()
        if not _ATTRIBUTION.fullmatch(joined):
            continue
        # A name, a date or an address must be there: "The critic wrote:" is prose.
        following = next((later for later in lines[place + length :] if later.strip()), "")
        if re.search(r"\d|@", joined) or following.lstrip().startswith(">"):
            return length
    return 0


def _begins_headers(lines: list[str], place: int) -> bool:
    """Whether a block of *From: Sent: To: Subject:* begins here."""
    if not _SENDER.fullmatch(lines[place].strip()):
        return False
    block = [line.strip() for line in lines[place : place + 5]]
    return sum(_HEADER.fullmatch(line) is not None for line in block) >= 3


def _forwarded(lines: list[str]) -> list[str]:
    """What a forwarded message says."""
    rest = [re.sub(r"^(?:>\s?)+", "", line) for line in lines]
    while rest and (
        not rest[0].strip() or _FORWARDED.fullmatch(rest[0]) or _HEADER.fullmatch(rest[0].strip())
    ):
        rest = rest[1:]
    return rest


def _without_ends(lines: list[str]) -> list[str]:
    """The lines between greeting and signature."""
    stripped = [line.strip() for line in lines]
    first = next((place for place, line in enumerate(stripped) if line), 0)
    body = list(lines)
    if body and stripped[first]:
        if _GREETING.fullmatch(stripped[first]) and len(stripped[first].split()) <= 8:
            body[first] = ""
        else:
            shorter = _INLINE_GREETING.sub("", stripped[first], count=1)
            if shorter != stripped[first] and _INLINE_GREETING.match(stripped[first]):
                body[first] = shorter[:1].upper() + shorter[1:]
        opening = next((place for place, line in enumerate(body) if line.strip()), first)
        body[opening] = _without_pleasantry(body[opening])
    end = _closing_place(stripped)
    if end is None:
        return _without_lone_name(body) if _GREETING.fullmatch(stripped[first]) else body
    after = [
        line
        for line in "\n".join(lines[end + 1 :]).split("\n\n")
        if _POSTSCRIPT.match(line.strip())
    ]
    return [*body[:end], "", *"\n\n".join(after).split("\n")]


def _without_lone_name(lines: list[str]) -> list[str]:
    """The lines without a name alone at the end, behind a blank line."""
    last = max((place for place, line in enumerate(lines) if line.strip()), default=0)
    alone = last > 1 and not lines[last - 1].strip()
    return lines[:last] if alone and _NAME.fullmatch(lines[last].strip()) else lines


def _without_pleasantry(line: str) -> str:
    found = _PLEASANTRY.match(line.strip())
    return line if found is None else line.strip()[found.end() :]


def _closing_place(stripped: list[str]) -> int | None:
    """The line where the signature begins: behind a closing, or at *--*."""
    for place, line in enumerate(stripped):
        if place == 0 or not (_SIGNATURE.fullmatch(line) or _CLOSING.fullmatch(line)):
            continue  # before looking on: a long text has many lines
        rest = [later for later in stripped[place + 1 :] if later]
        if _SIGNATURE.fullmatch(line) and len(rest) <= 2 * _MOST_AFTER_CLOSING:
            marked = line.startswith(("--", "__"))
            if not marked or (rest and not line.startswith("__") and len(line) <= 3):
                return place
        if not _CLOSING.fullmatch(line):
            continue
        block = [
            later
            for later in rest
            if not _DISCLAIMER.fullmatch(later) and not _POSTSCRIPT.match(later)
        ]
        short = [later for later in block if len(later) <= _LONGEST_SIGNATURE_LINE]
        if len(short) <= _MOST_AFTER_CLOSING and len(block) - len(short) <= 3:
            return place
    return None


def _without_disclaimers(lines: list[str]) -> list[str]:
    paragraphs = re.split(r"\n[ \t]*\n", "\n".join(lines))
    return "\n\n".join(
        paragraph for paragraph in paragraphs if not _DISCLAIMER.fullmatch(paragraph.strip())
    ).split("\n")
