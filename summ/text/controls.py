"""Control characters, which terminals obey: shown (``\\x1b``) wherever they are not to be sent."""

from __future__ import annotations

import re

# All of Unicode's control characters but tab and line feed, and the marks that turn around the
# order in which a terminal shows what follows.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text with its control characters spelled out, all but tabs and line feeds."""
    return _CONTROLS.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
