"""Folding against the Penn Treebank's conventions, NLTK, Gigaword itself and its own promises."""

import gzip
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summ.text.folding import Folded, begins_sentence, fold, folded_text, unfold

NATURAL = [
    ("Japan's NEC Corp. said 12% of U.S. sales", "japan 's nec corp. said ## % of u.s. sales"),
    ("They can't, won't and didn't.", "they ca n't , wo n't and did n't ."),
    ("At 10:30 a.m. it cost $1,000, or 3.5 euros.",
     "at ##:## a.m. it cost $ #,### , or #.# euros ."),
    ("“It’s over,” said O’Neal — the players’ union…",
     "\" it 's over , \" said o'neal -- the players ' union ..."),
    ("A well-known 2-1 win (in 1998-99).", "a well-known #-# win ( in ####-## ) ."),
    ("See https://a.b/c?d=1, or mail Bob@x.com.", "see https://a.b/c?d=# , or mail bob@x.com ."),
    ("He said no. The No. 1 of the '90s.", "he said no. the no. # of the '##s ."),
    ("He said no.", "he said no ."),
    ("New Delhi:The end", "new delhi : the end"),
    ("AT&amp;T and HIV\\/AIDS", "at&t and hiv/aids"),
    ("2月11日，习近平", "# 月 ## 日 ， 习 近 平"),
    ("हिन्दी में", "हिन्दी में"),
    ("", ""),
    (" \t\n\u3000", ""),
]  # fmt: skip

TOKENISED = [
    "japan 's nec corp. and unk computer corp. of the united states said wednesday",
    "prices rose #.# percent in the #nd quarter , the ##-year-old said .",
    "she does n't play for bhd. or alex. brown inc. , he said .",
    "us$ ##.# million for the '##s -- and h#n# _ the euro## final ; more",
    "al-qaida 's u.s.-led war",
]


@pytest.mark.parametrize(("text", "canonical"), NATURAL)
def test_natural_text_is_split_as_the_treebank_does(text: str, canonical: str) -> None:
    assert fold(text).text == canonical


@pytest.mark.parametrize("text", TOKENISED)
def test_tokenised_text_comes_out_unchanged(text: str) -> None:
    assert fold(text).text == text


def test_treebank_brackets_and_quotes_have_one_form() -> None:
    assert fold("`` no '' , he -lrb- unk -rrb- said .").text == '" no " , he ( unk ) said .'
    assert fold('"No," he (Bob) said.').text == '" no , " he ( bob ) said .'


def test_agrees_with_the_tokenizer_of_nltk() -> None:
    nltk = pytest.importorskip("nltk.tokenize")
    text = (
        "The company's shares fell, and analysts (most of them) said they'd expected it. "
        "Isn't it odd? We've sold 40% of them; he'll pay $5 for U.S.-made goods: all of it!"
    )
    split = nltk.TreebankWordTokenizer()
    for sentence in text.replace(". ", ".\n").replace("? ", "?\n").split("\n"):
        theirs = " ".join(split.tokenize(sentence)).lower()
        ours = fold(sentence).text.replace("#", "0")
        assert ours == "".join("0" if c.isdigit() else c for c in theirs)


@pytest.mark.parametrize("name", ["articles", "titles"])
def test_gigaword_comes_out_as_it_went_in(data: Path, name: str) -> None:
    with gzip.open(data / "gigaword" / f"{name}.txt.gz", "rt", encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    spelled = {"-lrb-": "(", "-rrb-": ")", "``": '"', "''": '"', "<unk>": "unk"}
    changed = 0
    for line in lines:
        line = line.replace("&amp;", "&").replace("\\/", "/")
        changed += fold(line).tokens != tuple(spelled.get(word, word) for word in line.split())
    # Titles without any punctuation cannot be told from natural text; few have an apostrophe.
    assert changed / len(lines) < 0.001


ODD = "U.S. Japan's can't -lrb- `` '' http://a.b?c no. , . 's foo. 1,000 $5 <unk> &amp;amp; A. bar,"
ODD += (
    " '90s \" \u0130 J\u030c \ud800 \x00 \u2581 กั 中文。 \\\\/ - -- e\u0301 \u200b <s> " + "x" * 120
)
PIECES = st.sampled_from(ODD.split(" "))
TEXTS = st.text(st.characters(codec=None), max_size=40) | st.lists(PIECES, max_size=10).flatmap(
    lambda parts: st.sampled_from(["", " "]).map(lambda between: between.join(parts))
)


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text)
    assert fold(folded.text).tokens == folded.tokens
    assert folded_text(text) == folded.text
    assert len(folded.tokens) == len(folded.surfaces) == len(folded.glued)
    words = folded.tokens + folded.surfaces
    assert all(word and not any(map(str.isspace, word)) for word in words)
    assert not folded.glued or not folded.glued[0]


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_unfolding_never_adds_words(text: str, source: str) -> None:
    words = fold(text)
    written = unfold(words.text, fold(source), frozenset({"a", "the"}))
    assert len(written.split()) <= len(words.tokens)


def test_a_text_unfolds_to_itself(data: Path) -> None:
    with gzip.open(data / "news" / "articles.txt.gz", "rt", encoding="utf-8") as file:
        lines = [" ".join(next(file).split()) for _ in range(2000)]
    plain = [line for line in lines if line.isascii()]
    same = sum(unfold(fold(line).text, fold(line)) == line for line in plain)
    assert same / len(plain) > 0.99  # the rest repeat a word in two forms, with equal neighbours


SOURCE = fold(
    "The Japan's NEC Corp. said 12 people died and profits rose 15 percent to $1,000 in the U.S., "
    '"we can\'t wait," it said. Police in Oslo said 340 people left.'
)


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("japan 's nec corp. profits rise ## percent", "Japan's NEC Corp. profits rise 15 percent"),
        ("## people died", "12 people died"),
        ("### people left oslo", "340 people left Oslo"),
        ("profits of $ #,### , it said", "Profits of $1,000, it said"),
        ("nec ca n't wait", "NEC can't wait"),
        ('" wait , " it said', '"Wait," it said'),
        ("people in the u.s.", "People in the U.S."),
        ("##### left", "##### left"),
    ],
)
def test_words_take_their_form_from_the_source(words: str, written: str) -> None:
    assert unfold(words, SOURCE, frozenset({"the", "police"})) == written


def test_the_capital_of_a_sentence_is_not_kept_inside_one() -> None:
    assert unfold("oslo police said", SOURCE, frozenset({"police"})) == "Oslo police said"
    assert unfold("oslo police said", SOURCE) == "Oslo Police said"


def test_a_tokenised_source_keeps_its_spaces() -> None:
    source = fold("japan 's nec corp. and UNK said ## % , unk .")
    assert unfold("japan 's unk said ## %", source) == "japan 's UNK said ## %"


def test_characters_of_scripts_without_spaces_are_joined() -> None:
    source = fold("2月11日，国家主席 习近平同美国总统Joe Biden通电话。")
    assert unfold("国 家 主 席 ## 日 通 电 话", source) == "国家主席11日通电话"
    assert unfold("总 统 joe biden 通 电 话", source) == "总统Joe Biden通电话"


def test_an_empty_source_or_summary_is_no_trouble() -> None:
    nothing = Folded((), (), ())
    assert unfold([], SOURCE) == ""
    assert unfold(["a", "b"], nothing) == "a b"


ACCENTED = "The Düsseldorf café owner Zoë Brandt sued the city over a new façade in Łódź"
PLAIN = "The Dusseldorf cafe owner Zoe Brandt sued the city over a new facade in Lodz"


def test_accents_are_folded_and_put_back():
    folded = fold(ACCENTED, accents=False)
    assert folded.tokens == fold(PLAIN).tokens == fold(PLAIN, accents=False).tokens
    assert unfold(list(folded.tokens), folded) == ACCENTED
    chosen = ["zoe", "sued", "over", "cafe", "facade"]
    assert unfold(chosen, folded) == "Zoë sued over café façade"


def test_letters_lose_accents_where_unicode_takes_them_apart():
    """Of letters that Unicode composes of an ASCII letter and marks, the letter remains."""
    for character in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))):
        base, *marks = unicodedata.normalize("NFD", character)
        if marks and base.isascii() and base.isalpha():
            assert fold(character, accents=False).tokens == fold(base).tokens


def test_what_is_folded_fast_is_folded_as_the_rest_is() -> None:
    letters = map(chr, (*range(0x20, 0x500), *range(0x1E00, 0x2100)))
    texts = [f"a{letter}b {letter} {letter}1 7{letter}." for letter in letters]
    # What nobody sees is dropped, but a text that has it is read character by character.
    for text in texts:
        assert fold(text) == fold(f"{text} \u200b")


@pytest.mark.parametrize(
    ("text", "word", "begins"),
    [
        ('Makers of "Damages" left.', "damages", False),
        ('The "failing" Support Agency stays.', "support", False),
        ('"Damages" is over.', "damages", True),
        ('He said: "Damages are due."', "damages", True),
        ('He said, "Damages are due."', "damages", True),
        ('"It is due." Damages follow.', "damages", True),
    ],
)
def test_a_quoted_name_begins_no_sentence(text, word, begins):
    source = fold(text)
    assert begins_sentence(source, source.tokens.index(word)) == begins
