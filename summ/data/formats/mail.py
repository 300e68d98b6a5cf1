"""E-mail (.eml): the body of a message; quotes and signature are taken off by cleaning."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage

from summ.data.formats.html import html_text
from summ.errors import DataError

_BLOCK = re.compile(r"<(?:blockquote|div)\b[^<>]*>", re.IGNORECASE)
_OF_QUOTE = re.compile(
    r"gmail_quote|type=[\"']?cite|yahoo_quoted|moz-cite|protonmail_quote|divRplyFwdMsg|appendonsend"
    r"|OLK_SRC",
    re.IGNORECASE,
)
_FLOWED = re.compile(r"(?<=\S)(?<!^--)(?<!\n--) \n(?=[^\s>-])")


def mail_text(data: bytes, name: str) -> str:
    """The body of a message: its plain text, or else its HTML, without attachments.

    Raises:
        DataError: it is encrypted.
        ImportError: it is HTML only, and the library for it is not installed.
    """
    if data.startswith(b"From ") and b"\n" in data:  # of a mailbox
        data = data.split(b"\n", 1)[1]
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        return ""
    if message.get_content_type() == "multipart/encrypted":
        raise DataError(f"{name}: an encrypted message. Save it decrypted.")
    part = message.get_body(preferencelist=("plain", "html"))
    if not isinstance(part, EmailMessage):
        return ""
    text = _decoded(part)
    if part.get_content_subtype() == "html":
        return html_text(without_quotes(text))
    text = text.replace("\r\n", "\n")
    if part.get_param("format") == "flowed":
        text = _FLOWED.sub(" ", text)
    return text


def without_quotes(page: str) -> str:
    """A page up to where the message that it answers is quoted."""
    for block in _BLOCK.finditer(page):
        if _OF_QUOTE.search(block[0]):
            return page[: block.start()]
    return page


def _decoded(part: EmailMessage) -> str:
    """The part as text, whatever it says of its encoding."""
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError):
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(part.get_payload())
