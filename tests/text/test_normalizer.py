"""What other programs are given folds as folding does, and their ids are the vocabulary's."""

import pytest

from summ.text.folding import fold
from summ.text.normalizer import folding_normalizer, folds_alike
from summ.text.portable_tokenizer import portable_tokenizer
from summ.text.vocabulary import Vocabulary
from tests.conftest import STORIES

# One of each rule.
HARD = [
    "The U.S. said Mr. Smith's $3.4bn plan wasn't 'fair', e.g. in Jan. 2020; it's 5%.",
    'He said: "No." (Again, no!) -- or so... it\'s in the No. 1 place; he said no.',
    "Dr. A. B. Cole of St. Ives vs. the J. P. Morgan Co. at 10:30, 1,200 in all, 3 , 4",
    "the players' union, rock 'n' roll, '90s, `quoted', ''double'' and ``more''",
    "Shares of <IBM.N> and <0001.HK>, see https://example.org/a/b or www.example.org.",
    "stocks-U.S. <unk> 50/50 a/b *star* x=y us$5 5$ €7",
    "-LRB- in brackets -RRB- , as some have it",
    "他说：“你好”——价格是3.5元……完。กำลัง",
    "caf\u00e9 cafe\u0301 na\u00efve \u200bzero\u00adwidth R&amp;amp;D a\\/b",
    "\u2018single\u2019 \u201cdouble\u201d \u2014dash\u2013 \u2026",
    "A\ttab\u00a0and\nnew line -word - minus -5 co-op -- --",
    "",
    "   ",
]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory) -> Vocabulary:
    return Vocabulary.train(
        STORIES * 20 + HARD * 5, 600, tmp_path_factory.mktemp("vocabulary") / "folded"
    )


@pytest.mark.parametrize("text", [*STORIES, *HARD])
def test_texts_fold_alike(text):
    normalizer = folding_normalizer()
    assert normalizer.normalize_str(text) == fold(text).text


def test_the_share_of_texts_that_fold_alike_is_counted():
    # Folding sees from the rest that this text was tokenised; a regular expression cannot.
    other = "the price , $3.4bn , rose ."
    assert folds_alike([*STORIES, other]) == pytest.approx(len(STORIES) / (len(STORIES) + 1))
    assert folds_alike([]) == 1


def test_ids_are_the_vocabularys(vocabulary, tmp_path):
    from transformers import AutoTokenizer

    portable_tokenizer(vocabulary, 20).save_pretrained(str(tmp_path))
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    texts = [*STORIES, *HARD]
    expected = [[*ids, vocabulary.eos] for ids in vocabulary.encode(texts)]
    assert tokenizer(texts)["input_ids"] == expected
    cut = tokenizer(texts, truncation=True)["input_ids"]
    assert cut == [[*ids[:-1][:19], vocabulary.eos] for ids in expected]
    padded = tokenizer(texts, padding=True)
    assert {len(row) for row in padded["input_ids"]} == {max(map(len, expected))}
    assert padded["input_ids"][-1][1:] == [vocabulary.pad] * (max(map(len, expected)) - 1)


def test_marks_are_letters_unless_prompts_are_wanted(vocabulary):
    text = "<words_8> It rained </s> a lot."
    plain = portable_tokenizer(vocabulary, 60)(text)["input_ids"]
    assert plain[:-1].count(vocabulary.eos) == 0
    assert vocabulary.length_prompt(8) not in plain
    prompted = portable_tokenizer(vocabulary, 60, prompts=True)("<words_8> It rained.")["input_ids"]
    expected = vocabulary.encode(["It rained."])[0]
    assert prompted == [vocabulary.length_prompt(8), *expected, vocabulary.eos]


def test_a_beginning_is_put_in_front_and_counted(vocabulary):
    ids = portable_tokenizer(vocabulary, 5, begin=True)(STORIES[0], truncation=True)["input_ids"]
    expected = vocabulary.encode([STORIES[0]])[0][:3]
    assert ids == [vocabulary.bos, *expected, vocabulary.eos]


def test_vocabularies_that_do_not_fold(tmp_path):
    plain = Vocabulary.train(STORIES * 20, 500, tmp_path / "plain", folding=False)
    texts = [*STORIES, "  Two\t spaces \u2581 and  3.4 "]
    found = portable_tokenizer(plain, 200)(texts)["input_ids"]
    assert found == [[*ids, plain.eos] for ids in plain.encode(texts)]
