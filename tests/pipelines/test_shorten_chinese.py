"""Chinese sentences through the model that ships; the first four are the lectures' own."""

import pytest

import summ
from summ.families.shortener.model import load_shortener
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.shorten_chinese import chinese_shortener
from summ.pipelines.shorten_spans import SpanShortener
from summ.pretrained import find_model, summarizers_by_language
from summ.text.words import count_words

LECTURES = [
    "澳大利亚今天与13个国家签署了反兴奋剂双边协议，旨在加强体育竞赛之外的药品检查并共享研究成果。",
    "中华民国奥林匹克委员会今天接到一九九二年冬季奥运会邀请函，由于主席张丰绪目前正在中南美洲进行友好"
    "访问，因此尚未决定是否派队赴赛。",
    "据此间媒体27日报道，印度尼西亚苏门答腊岛的两个省近日来连降暴雨，洪水泛滥导致塌方，到26日为止至少"
    "已有60人丧生，100多人失踪。",
    "安徽省合肥市最近为领导干部下基层做了新规定：一律轻车简从，不准搞迎来送往、不准搞层层陪同。",
]
TRADITIONAL = (
    "據此間媒體27日報道，印度尼西亞蘇門答臘島的兩個省近日來連降暴雨，洪水氾濫導致塌方，到26日為止至少"
    "已有60人喪生，100多人失蹤。"
)
DENIED = "外交部发言人林小红25日否认，政府将提高燃油税，并说预算不会改变。"


@pytest.fixture(scope="module")
def shortener() -> SpanShortener:
    return chinese_shortener(load_shortener(find_model("zh-small")))


@pytest.mark.parametrize("characters", [1, 8, 14, 20, 26])
def test_the_number_of_characters_is_a_promise(shortener: SpanShortener, characters: int) -> None:
    texts = [*LECTURES, TRADITIONAL, DENIED]
    for line in shortener.shorten(texts, [characters] * len(texts), DecodingOptions()):
        assert 1 <= count_words(line.text) <= characters


def test_characters_are_the_source_s_in_its_order(shortener: SpanShortener) -> None:
    texts = [*LECTURES, TRADITIONAL, DENIED]
    for line, text in zip(
        shortener.shorten(texts, [24] * len(texts), DecodingOptions()), texts, strict=True
    ):
        rest = iter(text)
        assert all(character in rest for character in line.text.removesuffix("…"))


def test_a_batch_changes_nothing(shortener: SpanShortener) -> None:
    together = shortener.shorten(LECTURES, [22] * 4, DecodingOptions(batch_size=4))
    alone = [shortener.shorten([text], [22], DecodingOptions())[0] for text in LECTURES]
    assert [line.text for line in together] == [line.text for line in alone]


def test_a_denied_claim_is_not_made(shortener: SpanShortener) -> None:
    for characters in (10, 14, 18, 24):
        [line] = shortener.shorten([DENIED], [characters], DecodingOptions())
        assert "提高燃油税" not in line.text or "否认" in line.text


def test_dates_and_reports_are_left_out(shortener: SpanShortener) -> None:
    [line] = shortener.shorten([LECTURES[2]], [28], DecodingOptions())
    assert "27日" not in line.text and "媒体" not in line.text
    assert line.method == "compressed"


def test_chinese_goes_to_its_model_and_english_does_not() -> None:
    assert summarizers_by_language()["zh"].name == "zh-small"
    chinese, english = summ.Summarizer.load().summarize(
        [LECTURES[0], "The ferry sank near Dalby."], words=24
    )
    assert (chinese.language, english.language) == ("zh", "en")
    assert "反兴奋剂" in chinese.text
    assert english.text.startswith("The ferry sank")
