"""Openings that nothing closes: what looks for a closing from each of them never comes to an end.

Each case took from minutes to hours when patterns of ``opening.*?closing`` read it.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summ.data.formats import mail
from summ.data.formats.kinds import HEAD_BYTES, kind_of
from summ.data.formats.markdown import markdown_text
from summ.text.characters import mend_characters
from summ.text.enclosed import without_enclosed
from summ.text.folding import fold

LENGTH = 200_000
pytestmark = pytest.mark.timeout(60)  # of seconds that a hang may take, not of speed


@given(text=st.text(alphabet="ab<!->", max_size=40))
def test_what_is_enclosed_is_what_the_pattern_would_find(text: str) -> None:
    for opening, closing in (("<!--", "-->"), ("a", "b"), ("a", "a"), ("<", "(?:!|-)>")):
        expected = re.sub(f"{opening}.*?{closing}", "|", text, flags=re.DOTALL)
        assert without_enclosed(text, re.compile(opening), re.compile(closing), "|") == expected


@pytest.mark.parametrize(
    "opening", ["<!-- ", "{% a ", "{{ a ", "<script>\n", "<table>\n", "$$a<!--"]
)
def test_markdown_of_openings_only(opening: str) -> None:
    markdown_text("It rained.\n\n" + opening * (LENGTH // len(opening)))
    assert markdown_text(f"It rained. {opening}\n\nIt stopped.").startswith("It rained.")


@pytest.mark.parametrize("opening", ["\n", "\r\n", " \n", "[", "![", "[a", "|", "<!-- "])
def test_a_kind_is_found_for_openings_only(opening: str) -> None:
    head = (opening * HEAD_BYTES).encode()[:HEAD_BYTES]
    assert kind_of("a", head, "text", False, "auto") == "text"


@pytest.mark.parametrize("opening", ["<div ", "<div gmail_quote ", "<blockquote type=cite "])
def test_mail_of_openings_only(opening: str) -> None:
    page = "<p>It rained in Lima.</p>" + opening * (LENGTH // len(opening))
    assert mail.without_quotes(page) == page  # no tag is whole
    quoted = mail.without_quotes("<div>It rained.</div><DIV class='gmail_quote'>Did it?")
    assert quoted == "<div>It rained.</div>"


def test_characters_and_words_of_openings_only() -> None:
    text = "<!-- " * (LENGTH // 5)
    assert mend_characters(f"<p>It rained.</p>{text}").strip().startswith("It rained.")
    assert fold("\\" * LENGTH).tokens == ("\\" * LENGTH,)
    assert fold("1\\\\/2 \\a").text == "#/# \\a"
