"""The steps of a Chinese line, against all of them by hand."""

from summ.pipelines.chinese_skips import ChineseSkips
from summ.text.folding import fold


def written(skips: ChineseSkips) -> set[str]:
    surfaces = skips.source.surfaces
    return {"".join(surfaces[place] for place in line) for line in skips.plain_lines(99)}


def test_plain_lines_begin_and_end_with_clauses() -> None:
    skips = ChineseSkips(fold("随着气温升高，北方麦收加快，各地确保颗粒归仓"))
    assert written(skips) == {
        "随着气温升高，北方麦收加快",
        "随着气温升高，北方麦收加快，各地确保颗粒归仓",
        "北方麦收加快",
        "北方麦收加快，各地确保颗粒归仓",
    }


def test_a_number_is_that_of_its_own_place() -> None:
    """Both digits fold to the same mark; the date's must not be written for the count's."""
    skips = ChineseSkips(fold("3月2日，山区塌方已致5人死亡"))
    assert "山区塌方已致5人死亡" in written(skips)
    assert not any("3人" in line for line in written(skips))


def test_every_step_leads_on() -> None:
    skips = ChineseSkips(fold("国务院总理李强（左）3月14日在北京主持召开会议，部署工作"))
    tokens = skips.source.tokens
    assert len(skips.followers) == len(tokens) + 1
    for here, following in enumerate(skips.followers[:-1], start=-1):
        assert following[0] == here + 1
        assert all(here < there < len(tokens) for there in following)
    assert skips.followers[-1] == []
    begins = {tokens[there] for there in skips.followers[0]}
    assert begins == {"国", "李"}


def test_quotes_are_whole() -> None:
    skips = ChineseSkips(fold("他说“先救人”，随后离开现场"))
    assert all(line.count("“") == line.count("”") for line in written(skips))
