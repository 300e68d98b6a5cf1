"""Pairs of Chinese sentences and lines within them, and a shortener that begins with them."""

import gzip
import json
from itertools import product
from pathlib import Path

import pytest

from data_prep import chinese
from summ.families import load_run, train
from summ.families.shortener.model import load_shortener

PLACES = ["北港", "东山", "南湖", "西岭", "白河", "青州", "云县", "石桥"]
EVENTS = [
    "新大桥正式通车，两岸居民出行时间缩短一半",
    "连日暴雨引发洪水，三座村庄的居民被转移",
    "举行春季植树活动，上千名学生参加",
    "公布新的公交线路，票价保持不变",
    "医院开设夜间门诊，方便上班的人看病",
]
DATES = ["3月2日，", "据当地媒体报道，", "今天（5月6日）上午，", "目前，"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chinese")
    articles = [f"{date}{place}{event}。" for date, place, event in product(DATES, PLACES, EVENTS)]
    titles = [f"【要闻】{place}{event.split('，')[0]}" for place, event in product(PLACES, EVENTS)]
    titles += ["如何看待新大桥通车？", "北港 http://example.org"]
    (folder / "raw").mkdir()
    for name, lines in (("articles", articles), ("titles", titles)):
        with gzip.open(folder / "raw" / f"{name}.txt.gz", "wt", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    arguments = [str(folder / "raw"), str(folder / "zh"), "--pairs", "200"]
    assert chinese.main([*arguments, "--vocabulary-size", "600"]) == 0
    return folder / "zh"


def test_lines_lie_within_their_sentences(corpus: Path) -> None:
    pairs = [json.loads(line) for line in (corpus / "pairs.jsonl").read_text().splitlines()]
    assert len(pairs) == 200
    assert {pair["kind"] for pair in pairs} == {"cut", "splice", "inside", "kept"}
    for pair in pairs:
        rest = iter(pair["text"])
        assert all(character in rest for character in pair["summary"])
        assert len(pair["summary"]) <= len(pair["text"])


def test_titles_are_plain_statements() -> None:
    assert chinese.plain_title("【要闻】北港大桥通车 两岸缩短车程") == "北港大桥通车，两岸缩短车程"
    for text in ("如何看待新大桥通车？", "北港", "北港大桥通车 news today"):
        assert chinese.plain_title(text) is None


def test_a_new_shortener_learns_from_the_pairs(corpus: Path, tmp_path: Path) -> None:
    changes = [
        f"data.pairs={corpus / 'pairs.jsonl'}",
        f"new.vocabulary={corpus / 'vocabulary'}",
        f"output={tmp_path / 'run'}",
        "data.rows=4",
        "data.held_out=4",
        "stages.0.steps=2",
        "stages.1.steps=1",
        "new.compressor.config.d_model=16",
        "new.compressor.config.encoder_layers=1",
        "new.compressor.config.decoder_layers=1",
        "new.compressor.config.encoder_ffn_dim=16",
        "new.compressor.config.decoder_ffn_dim=16",
    ]
    recipe = Path(__file__).parents[2] / "configs" / "zh-small.yaml"
    model = load_shortener(train(load_run(recipe, changes)))
    assert (model.settings.language, model.settings.longest_line) == ("zh", 32)
    assert not model.verbs.finite
