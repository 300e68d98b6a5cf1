"""What Chinese abstracts are about; the abstracts were written for these tests."""

import pytest

from summ.text.chinese_abstracts import narrower, subject_of_abstract


@pytest.mark.parametrize(
    ("abstract", "subject"),
    [
        (
            "为改善冬季道路安全,研究了撒盐量对桥面结冰的影响.结果表明:撒盐量越大,桥面结冰越慢.",
            "撒盐量对桥面结冰的影响",
        ),
        (
            "针对小型渔船油耗偏高,对小型渔船螺旋桨的转速进行了分析.小型渔船的螺旋桨转速降低一成,油耗减少两成.",
            "小型渔船螺旋桨的转速",
        ),
        ("本文提出了一种基于图像的苹果分级方法,该方法速度快.", "基于图像的苹果分级方法"),
        (
            "目的 探討針灸對失眠患者(60例)睡眠質量的影響.方法 隨機分組.",
            "針灸對失眠患者睡眠質量的影響",
        ),
    ],
)
def test_the_subject_is_what_was_studied(abstract: str, subject: str) -> None:
    assert subject_of_abstract(abstract) == subject


@pytest.mark.parametrize(
    "text",
    [
        "",
        "今天上午，国务院新闻办举行发布会，介绍了长江水质的最新情况。",
        "水质考察团五月到达武汉，随后公布了调查结果。",
        "The paper studies ice on bridges.",
    ],
)
def test_news_is_no_abstract(text: str) -> None:
    assert subject_of_abstract(text) is None


def test_a_long_subject_may_name_one_of_several() -> None:
    assert narrower("撒盐量、气温和风速对桥面结冰和车辆腐蚀的影响") == [
        "撒盐量、气温和风速对桥面结冰的影响"
    ]
    assert narrower("我国北方沿海城市的冬季桥面结冰特征分析") == ["冬季桥面结冰特征分析"]
    assert narrower("桥面结冰了，车辆慢行") == []
