"""What may be left out of a Chinese sentence, and what never."""

import pytest

from data_prep.joined_pairs import joined_pairs
from summ.text.breaking_off import break_off
from summ.text.chinese import (
    clauses,
    dispensable,
    early_ends,
    looks_complete,
    optional,
    plainer,
    shortenings,
    without_purpose,
)
from summ.text.chinese_variants import simplified


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        ("国务院总理李强3月14日主持召开全体会议。", "李强主持召开全体会议。"),
        ("今天（5月6日）上午，新大桥正式通车。", "新大桥正式通车。"),
        ("据当地媒体报道，港口仓库起火。", "港口仓库起火。"),
        ("外交部发言人林小红25日说，会谈不会取消。", "林小红说，会谈不会取消。"),
        ("当地时间8日，两国总理以视频方式举行会谈。", "两国总理举行会谈。"),
        ("目前，湖水水位（含支流）持续下降。", "湖水水位持续下降。"),
    ],
)
def test_dates_reports_offices_and_brackets_go(sentence: str, plain: str) -> None:
    assert plainer(sentence) == plain


@pytest.mark.parametrize(
    "sentence",
    [
        "新规定自2025年2月15日起施行。",  # the date is the news
        "截至6月6日共有三人获救。",
        "会议定于5月9日至11日召开。",
        "公司否认将裁员。",
        "两个省近日来连降暴雨。",
    ],
)
def test_what_the_sentence_is_about_stays(sentence: str) -> None:
    assert plainer(sentence) == sentence


def test_traditional_characters_are_read_and_stay() -> None:
    assert simplified("國務院總理會見記者") == "国务院总理会见记者"
    assert plainer("國務院總理李強3月14日主持召開會議。") == "李強主持召開會議。"


def test_quotes_and_titles_hold_their_commas() -> None:
    text = "他说“先救人，再修路”，随后离开，去看《山，水》。"
    assert clauses(text) == ["他说“先救人，再修路”", "随后离开", "去看《山，水》"]


def test_dispensable_spans_are_of_the_text() -> None:
    text = "中共中央总书记、国家主席王大明26日致信祝贺"
    found = [text[start:end] for start, end in dispensable(text)]
    assert found == ["中共中央总书记、国家主席", "26日"]


def test_lines_fit_and_end_with_a_clause() -> None:
    text = "随着气温升高，北方麦收加快，各地调集农机，确保颗粒归仓。"
    assert list(shortenings(text, 16))[:2] == [
        "随着气温升高，北方麦收加快",
        "北方麦收加快，各地调集农机",
    ]
    for room in range(6, 30):
        assert all(len(line) <= room for line in shortenings(text, room))


@pytest.mark.parametrize(
    "line",
    [
        "今年以来",
        "世卫组织表示",
        "他前往上海和",
        "三人",
        "当地时间10月11日",
        "今天（12月27日）",
        "卫生部门通报，8月21日0—24时",
    ],
)
def test_times_openings_and_stubs_are_not_complete(line: str) -> None:
    assert not looks_complete(line)


@pytest.mark.parametrize(
    "sentence",
    ["公司否认报道，将裁员三百人。", "市长驳斥传闻说，地铁将停运。", "如果大雨持续，大桥将关闭。"],
)
def test_denials_and_conditions_are_never_left_out(sentence: str) -> None:
    claim = clauses(sentence)[-1]
    assert claim not in list(shortenings(sentence, 30))
    assert sentence.rstrip("。") in list(shortenings(sentence, 30))


def test_a_sentence_is_broken_off_behind_a_clause_or_between_words() -> None:
    text = "北部山区昨夜遭遇暴雨，三座桥梁被冲毁，附近居民转移"
    assert break_off(text, 14) == "北部山区昨夜遭遇暴雨…"
    assert break_off(text, 100) == text
    # No word and no number is torn, half a list is no clause, and nothing leads on to nothing.
    assert break_off("市图书馆和天文馆将于下月开放", 9) == "市图书馆和天文馆…"
    assert break_off("全市今年共收获苹果528816吨", 14) == "全市今年共收获苹果…"
    assert break_off("学校、医院、图书馆昨天举行联合演习", 14) == "学校、医院、图书馆昨天举行…"
    assert break_off("市圖書館和天文館將於下月開放", 9) == "市圖書館和天文館…"


def test_pairs_of_characters_that_belong_together_are_counted() -> None:
    # Of 16 characters each is there 4 times, so that chance would have a pair 4 * 4 / 16 times: it
    # is there 4 times as often, log 4 = 1.386.
    lines = ["图书，图书", "天文，天文", "图书，图书", "天文，天文"]
    assert joined_pairs(lines, 4, 1.0) == ["图书", "天文"]
    assert joined_pairs(lines, 5, 1.0) == []
    assert joined_pairs(lines, 4, 1.4) == []


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("李强在万象出席会议期间会见外宾", {"在万象", "在万象出席会议期间"}),
        ("由两个部门联合主办的报告会在省城举行", {"由两个部门联合主办的", "在省城"}),
        ("市政府的新规定在全市不实行", {"市政府的"}),
        ("市政府反对的新规定", set()),  # a denial
    ],
)
def test_what_may_go_where_nothing_else_fits(sentence: str, parts: set[str]) -> None:
    assert {sentence[start:end] for start, end in optional(sentence)} == parts


def test_a_line_may_end_before_a_second_statement() -> None:
    sentence = "北部山区的三个省遭遇暴雨并引发洪水"
    assert [sentence[:end] for end in early_ends(sentence)] == ["北部山区的三个省遭遇暴雨"]
    assert not early_ends("北部山区的三个省没有暴雨并不会有洪水")


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("目的 探讨针灸对睡眠的影响", "针灸对睡眠的影响"),
        ("本文提出了一种测量水位的方法", "测量水位的方法"),
        ("综述了国内外桥梁的研究进展", "国内外桥梁的研究进展"),
        ("研究人员发现了一种新的昆虫", "研究人员发现了一种新的昆虫"),
    ],
)
def test_abstracts_say_what_they_are_about(sentence: str, rest: str) -> None:
    assert without_purpose(sentence) == rest


def test_western_marks_part_clauses() -> None:
    assert clauses("水位上涨,大桥关闭;通车时间3:30不变") == [
        "水位上涨",
        "大桥关闭",
        "通车时间3:30不变",
    ]
