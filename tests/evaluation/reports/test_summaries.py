"""The report: whole, self-contained, safe, and usable in a browser."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summ.errors import DataError
from summ.evaluation.markdown import code_markdown, escape_markdown
from summ.evaluation.reports import plots
from summ.evaluation.reports import summaries as report
from summ.evaluation.reports.provenance import provenance
from summ.evaluation.reports.summaries import marked, write_report
from summ.evaluation.summaries.evaluation import Evaluation, evaluate
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.predictions import read_predictions
from summ.evaluation.tables import table

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
HOSTILE = '<script>alert("x")</script> & "quotes" $x$ | pipe `code`'
# Clicks and types as a user would, then writes what the table shows into the page.
PROBE = """
<script>
  const ids = () => Array.from(document.querySelectorAll("#lines tbody tr"))
    .filter((row) => !row.hidden).map((row) => row.cells[0].textContent);
  const click = (column) => document.querySelectorAll("#lines th button")[column].click();
  const seen = {start: ids()};
  click(1); seen.best = ids();
  click(1); seen.worst = ids();
  click(0); seen.byId = ids();
  const box = document.getElementById("search");
  box.value = "PROTESTERS paris"; box.dispatchEvent(new Event("input"));
  seen.found = ids();
  seen.count = document.getElementById("count").textContent;
  seen.sorted = document.querySelectorAll("#lines th")[0].getAttribute("aria-sort");
  seen.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const out = document.createElement("pre");
  out.id = "probe"; out.textContent = JSON.stringify(seen); document.body.append(out);
</script>
"""


@pytest.fixture(scope="module")
def evaluation(texts: Texts) -> Evaluation:
    """Thirty lines, the last of them hostile."""
    times = 9
    ids = [f"{name}{turn}" for turn in range(times) for name in texts.ids]
    many = Texts(
        [*ids, HOSTILE],
        [*(texts.references * times), [HOSTILE, "second\nreference"]],
        [*((texts.sources or []) * times), HOSTILE + "\n日本銀行は金利を上げた"],
        [*((texts.predictions or []) * times), "日本 " + HOSTILE],
    )
    figures = {"humanness": [float(line % 5) for line in range(len(many))]}
    figures["mostly_unknown"] = [float("nan")] * (len(many) - 1) + [1.0]
    return evaluate(many, name="my <system>", baselines=("random",), model_figures=figures)


@pytest.fixture(scope="module")
def page(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("matplotlib")
    place = tmp_path_factory.mktemp("report")
    data = place / "data.jsonl"
    data.write_text("x")
    metrics = place / "metrics.jsonl"
    entries = [{"step": step, "stage": "reinforce", "reward/total": step / 3} for step in range(9)]
    metrics.write_text("\n".join(map(json.dumps, entries)) + '\n{"step": 9, "rew')
    origin = provenance("summ evaluate --words 8", data=[data], seed=1)
    return write_report(evaluation, place / "out", provenance=origin, metrics=metrics)


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_four_files_are_there_and_nothing_else(page: Path, evaluation: Evaluation) -> None:
    assert sorted(file.name for file in page.parent.iterdir()) == [
        "predictions.jsonl",
        "report.html",
        "report.json",
        "report.md",
    ]
    figures = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    assert figures["rouge1"] == evaluation.system.rouge.rouge1.to_dict()
    assert figures["provenance"]["command"] == "summ evaluate --words 8"
    assert len(figures["provenance"]["data"][0]["sha256"]) == 64
    saved = read_predictions(page.parent / "predictions.jsonl")
    assert saved.texts == evaluation.texts


def test_the_page_needs_nothing_from_elsewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for tag, attributes in Elements(text).found:
        for name in ("src", "href", "xlink:href", "action"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    assert "@import" not in text and "url(http" not in text
    assert "prefers-color-scheme: dark" in text and "width=device-width" in text


def test_texts_are_never_markup(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert html.escape("my <system>") in text and "my <system>" not in text
    assert sum(tag == "script" for tag, _ in Elements(text).found) == 1
    markdown = (page.parent / "report.md").read_text(encoding="utf-8")
    assert "<script>" not in markdown.replace("\\<script\\>", "")


def test_the_page_shows_figures_signature_plots_and_origin(
    page: Path, evaluation: Evaluation
) -> None:
    text = page.read_text(encoding="utf-8")
    assert evaluation.system.rouge.signature in text
    assert f"{evaluation.system.rouge.rouge1.f1:.2f}" in text
    assert f"n = {len(evaluation.texts)}" in text
    for title in ("Score by source length", "Length of the summaries", "humanness against ROUGE-1"):
        assert title in text
    assert "reward/total" in text and "mostly unknown against" not in text
    assert text.count("<svg") == 4
    assert "summ evaluate --words 8" in text and "rouge-score" in text
    for heading in ("Best", "Median", "Worst"):
        assert f"<h3>{heading}</h3>" in text
    markdown = (page.parent / "report.md").read_text(encoding="utf-8")
    assert evaluation.table("markdown").splitlines()[3] in markdown


def test_the_same_evaluation_gives_the_same_bytes(evaluation: Evaluation, tmp_path: Path) -> None:
    one, two = (write_report(evaluation, tmp_path / name) for name in "ab")
    for name in ("report.html", "report.json", "report.md", "predictions.jsonl"):
        assert (one.parent / name).read_bytes() == (two.parent / name).read_bytes()


def test_without_matplotlib_the_page_says_so(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "is_available", lambda: False)
    text = write_report(evaluation, tmp_path).read_text(encoding="utf-8")
    assert "<svg" not in text and "matplotlib is not installed" in text


def test_of_a_few_lines_nothing_is_drawn_and_lead_is_not_its_own_rival(
    texts: Texts, tmp_path: Path
) -> None:
    leads = [" ".join(source.split()[:3]) for source in texts.sources or []]
    lead = Texts(texts.ids, texts.references, texts.sources, leads)
    text = write_report(evaluate(lead, words=3, name="lead"), tmp_path).read_text(encoding="utf-8")
    assert "<svg" not in text and "too few" in text and "Do the figures agree" not in text
    assert text.count("<article>") == len(texts)  # each line once
    assert "against lead" not in text and "<dt>lead</dt>" not in text


def test_without_sources_the_page_still_stands(texts: Texts, tmp_path: Path) -> None:
    bare = Texts(texts.ids, texts.references, None, texts.predictions)
    text = write_report(evaluate(bare), tmp_path).read_text(encoding="utf-8")
    assert "Score by source length" not in text and "best to worst" in text


def test_half_a_surrogate_pair_does_not_stop_the_report(tmp_path: Path) -> None:
    broken = Texts(["1"], [["a \ud800"]], ["b \udfff"], ["c \ud83d"])
    assert write_report(evaluate(broken), tmp_path).exists()


def test_long_evaluations_show_some_of_their_lines(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "_MOST_ROWS", 10)
    text = write_report(evaluation, tmp_path).read_text(encoding="utf-8")
    rows = text[text.index('<table id="lines">') :].count("<tr><td")
    assert rows == 10 and "One line in 3 is shown" in text


def test_what_cannot_be_written_or_read_is_refused(evaluation: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="is a file"):
        write_report(evaluation, tmp_path / "file")
    pytest.importorskip("matplotlib")
    with pytest.raises(DataError, match="cannot be read as metrics"):
        write_report(evaluation, tmp_path / "out", metrics=tmp_path / "gone.jsonl")
    assert not (tmp_path / "out").exists()


def test_curves_are_the_numbers_of_the_log(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text(
        '{"step": 1, "stage": "a", "x": 1.5, "once": 2}\n'
        '{"step": 2, "x": 2.5, "y": NaN}\nnonsense\n[1]\n{"x": 9}\n{"step": 3, "x": 3'
    )
    assert plots.read_curves(path) == {"x": ([1.0, 2.0], [1.5, 2.5])}


def test_copied_words_are_marked() -> None:
    pieces = marked("New York's 日銀 rises, York", "york and new 日本")
    assert [piece.text for piece in pieces if piece.copied] == ["New York", "日", "York"]
    assert "".join(piece.text for piece in pieces) == "New York's 日銀 rises, York"


@given(st.text(), st.text())
def test_marking_keeps_every_character(summary: str, source: str) -> None:
    assert "".join(piece.text for piece in marked(summary, source)) == summary


def in_chromium(page: Path, folder: Path, width: int) -> tuple[dict, str]:
    """What the probe saw in the page, and what the browser's console said."""
    probed = folder / "probed.html"
    text = page.read_text(encoding="utf-8")
    probed.write_text(text.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += ["--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}"]
    command += [f"--window-size={width},900", probed.as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    match = re.search(r'<pre id="probe">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert match, ran.stderr[-2000:]
    return json.loads(html.unescape(match.group(1))), ran.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_the_table_sorts_and_searches_in_a_browser(
    page: Path, evaluation: Evaluation, tmp_path: Path
) -> None:
    seen, console = in_chromium(page, tmp_path, 1200)
    assert "CONSOLE" not in console
    ids, scores = evaluation.texts.ids, evaluation.system.rouge.lines("rouge1")
    assert seen["start"] == ids
    assert seen["best"] == [ids[line] for line in sorted(range(28), key=lambda n: -scores[n])]
    assert seen["worst"] == [ids[line] for line in sorted(range(28), key=lambda n: scores[n])]
    assert seen["byId"][1:4] == ["a0", "a1", "a2"] and seen["sorted"] == "ascending"
    assert sorted(seen["found"]) == [f"b{turn}" for turn in range(9)]
    assert seen["count"] == "9 lines"
    assert seen["wide"] <= 0


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_nothing_hangs_over_the_edge_of_a_phone(page: Path, tmp_path: Path) -> None:
    seen, console = in_chromium(page, tmp_path, 500)
    assert seen["wide"] <= 0 and "CONSOLE" not in console


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "![a](http://example.org/x.png)",
        "# heading",
        "- item",
        "+ item",
        "1. item",
        "=",
        "---",
        "a `code` **bold** _em_ ~~gone~~",
        "&lt;b&gt; &#60;",
        "<http://example.org>",
        "a | b | c",
        "\x1b[31mred\x07",
    ],
)
def test_no_text_is_markup_in_markdown(text: str) -> None:
    """Read back by a Markdown parser, it is the text again and nothing else."""
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(escape_markdown(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children} <= {"text", "text_special"}
    shown = "".join(child.content for child in tokens[1].children)
    assert shown == text.replace("\x1b", "\ufffd").replace("\x07", "\ufffd")


@pytest.mark.parametrize("command", ["a `b` c", "``", "a ` <b> **c**", "`x", "plain", "a\x1b[31m"])
def test_a_command_is_code_whatever_is_in_it(command: str) -> None:
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark")
    (child,) = parser.parse(code_markdown(command))[1].children
    assert child.type == "code_inline"
    assert child.content == command.replace("\x1b", "\ufffd")


HOSTILE_NAMES = ["<b>x</b>", "[a](http://e.org)", "*a* | `b`", "# a", "a\nb_c_", "~~x~~\x1b[31m"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_in_markdown_tables_are_no_markup(name: str) -> None:
    """Of systems and probes, in the head and in the first column."""
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(table(["", name], [[name, "-0.31"], [name, "+1 to 2"]], "markdown"))
    cells = [token for token in tokens if token.type == "inline"]
    for cell in cells:
        assert {child.type for child in cell.children} <= {"text", "text_special"}
    shown = ["".join(child.content for child in cell.children) for cell in cells]
    plain = " ".join(name.split()).replace("\x1b", "\ufffd")
    assert shown == ["", plain, plain, "-0.31", plain, "+1 to 2"]
