"""Every adapter, from its raw form to an open corpus; and no pair survives any of them."""

import gzip
import importlib
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_prep.newswire import plain_headline
from summ.data.corpus import Corpus
from tests.data.conftest import invented_sentences, write_lines

ROWS = 60
ARTICLES = invented_sentences(ROWS, 11, (12, 30))
TITLES = invented_sentences(ROWS, 12, (4, 9))


def run(name: str, raw: Path | str, out: Path, *options: str, size: int = 460) -> int:
    module = importlib.import_module(f"data_prep.{name}")
    return int(module.main([str(raw), str(out), "--vocabulary-size", str(size), *options]))


def sides(out: Path) -> tuple[list[str], list[str]]:
    corpus = Corpus.open(out)
    documents, sentences = (
        [table.text(row) for row in range(len(table))]
        for table in (corpus.documents, corpus.sentences)
    )
    assert not list(out.parent.glob(".*"))
    return documents, sentences


def unpaired(
    articles: list[str] = ARTICLES, titles: list[str] = TITLES
) -> tuple[list[str], list[str]]:
    return articles[::2], titles[1::2]


def write_jsonl(path: Path, document: str, sentence: str) -> None:
    rows = zip(ARTICLES, TITLES, strict=True)
    write_lines(path, [json.dumps({document: a, sentence: t}) for a, t in rows])


def write_csv(path: Path, document: str, sentence: str) -> None:
    rows = [f'"{a}","{t}"' for a, t in zip(ARTICLES, TITLES, strict=True)]
    write_lines(path, [f"{document},{sentence}", *rows])


def write_parquet(path: Path, document: str, sentence: str) -> None:
    pq.write_table(pa.table({document: ARTICLES, sentence: TITLES}), path)


FIELDS = {
    "records": ("text", "title"),
    "cnn_dailymail": ("article", "highlights"),
    "xsum": ("document", "summary"),
    "lcsts": ("text", "summary"),
}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("write", [write_jsonl, write_csv, write_parquet])
def test_tables_with_named_fields(
    tmp_path: Path, name: str, write: Callable[[Path, str, str], None]
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write(raw / f"train.{write.__name__.removeprefix('write_')}", *FIELDS[name])
    assert run(name, raw, tmp_path / "out") == 0
    assert sides(tmp_path / "out") == unpaired()


@pytest.mark.parametrize("packed", [False, True])
def test_gigaword_files(tmp_path: Path, packed: bool) -> None:
    raw = tmp_path / "raw" / "sumdata" / "train"
    raw.mkdir(parents=True)
    for side, lines in (("article", ARTICLES), ("title", TITLES)):
        content = ("\n".join(lines) + "\n").encode()
        name = f"train.{side}.txt" + (".gz" if packed else "")
        (raw / name).write_bytes(gzip.compress(content) if packed else content)
    assert run("gigaword", tmp_path / "raw", tmp_path / "out") == 0
    assert sides(tmp_path / "out") == unpaired()


def test_gigaword_files_must_pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_lines(tmp_path / "train.article.txt", ARTICLES)
    write_lines(tmp_path / "train.title.txt", TITLES[:-3])
    assert run("gigaword", tmp_path, tmp_path / "out") == 1
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("data_prep.gigaword: error:") and "has 57 lines" in error
    assert not (tmp_path / "out").exists()


def test_a_bad_line_does_not_shift_the_pairs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    articles = [line.encode() for line in ARTICLES]
    articles[4] = b"caf\xe9"
    (tmp_path / "train.article.txt").write_bytes(b"\n".join(articles) + b"\n")
    write_lines(tmp_path / "train.title.txt", TITLES)
    assert run("gigaword", tmp_path, tmp_path / "out") == 0
    left = [i for i in range(ROWS) if i != 4]
    assert sides(tmp_path / "out") == unpaired(
        [ARTICLES[i] for i in left], [TITLES[i] for i in left]
    )
    captured = capsys.readouterr()
    assert "train.article.txt line 5: not UTF-8" in captured.err
    assert json.loads(captured.out)["skipped"] == 1
    assert run("gigaword", tmp_path, tmp_path / "other", "--on-error", "fail") == 1


def test_cnn_stories(tmp_path: Path) -> None:
    for number, (article, title) in enumerate(zip(ARTICLES, TITLES, strict=True)):
        story = f"LONDON, England (CNN) -- {article}\n\nMore.\n\n@highlight\n\n{title}\n\n"
        story += "@highlight\n\nAnother highlight of the story\n"
        (tmp_path / f"{number:03}.story").write_text(story)
    assert run("cnn_dailymail", tmp_path, tmp_path / "out") == 0
    documents, sentences = sides(tmp_path / "out")
    assert documents == [f"{article} More." for article in ARTICLES[::2]]
    assert sentences[:3] == [TITLES[1], "Another highlight of the story", TITLES[3]]


def test_xsum_files(tmp_path: Path) -> None:
    for number, (article, title) in enumerate(zip(ARTICLES, TITLES, strict=True)):
        (tmp_path / f"{number:03}.summary").write_text(
            f"[SN]URL[SN]\nhttp\n\n[SN]TITLE[SN]\nt\n\n[SN]FIRST-SENTENCE[SN]\n{title}\n\n"
            f"[SN]RESTBODY[SN]\n{article}\nMore.\n"
        )
    (tmp_path / "900.summary").write_text("[SN]RESTBODY[SN]\nx\n")
    assert run("xsum", tmp_path, tmp_path / "out") == 0
    documents, sentences = unpaired([f"{article} More." for article in ARTICLES])
    assert sides(tmp_path / "out") == (documents, sentences)


def test_ag_news(tmp_path: Path) -> None:
    rows = zip(ARTICLES, TITLES, strict=True)
    lines = [f'"3","{title} \\it #39;s","{article} \\"' for article, title in rows]
    write_lines(tmp_path / "train.csv", [*lines, '"3","two columns"'])
    assert run("ag_news", tmp_path, tmp_path / "out") == 0
    documents, sentences = unpaired()
    assert sides(tmp_path / "out") == (documents, [f"{title} it's" for title in sentences])


def chinese(seed: int, words: tuple[int, int]) -> list[str]:
    table = str.maketrans("abcdefghijklmnoprstuvz", "的一是在不了有和人这中大为上个国我以要他时来")
    lines = invented_sentences(ROWS, seed, words)
    return ["".join(line.lower().split()).replace("'", "").translate(table) for line in lines]


def test_lcsts_counts_characters(tmp_path: Path) -> None:
    texts, summaries = chinese(1, (9, 14)), chinese(2, (3, 4))
    lines = []
    for number, (text, summary) in enumerate(zip(texts, summaries, strict=True)):
        lines += [f"<doc id={number}>", "    <summary>", f"        {summary}", "    </summary>"]
        lines += ["    <short_text>", f"        {text}", "    </short_text>", "</doc>"]
    write_lines(tmp_path / "PART_I.txt", lines)
    assert run("lcsts", tmp_path, tmp_path / "out") == 0
    corpus = Corpus.open(tmp_path / "out")
    assert sides(tmp_path / "out") == (texts[::2], [s for s in summaries[1::2] if len(s) <= 30])
    text = texts[0].replace(".", "").replace(",", "")
    assert abs(int(corpus.documents.words[0]) - len(text)) <= 4 + text.count("0")


def test_plain_lines_and_whole_files(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_lines(raw / "a.txt", ARTICLES[:30])
    (raw / "b.txt.gz").write_bytes(gzip.compress("\n".join(ARTICLES[30:]).encode()))
    titles = write_lines(tmp_path / "titles.txt", TITLES)
    assert run("plain", raw, tmp_path / "lines", "--sentences", str(titles)) == 0
    assert sides(tmp_path / "lines") == (ARTICLES, TITLES)
    assert run("plain", raw, tmp_path / "whole", "--whole", "--sentences", str(titles)) == 0
    documents, _ = sides(tmp_path / "whole")
    assert documents == ["\n".join(ARTICLES[:30]), "\n".join(ARTICLES[30:])]


def test_records_with_sentences_of_their_own(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "d.jsonl", "body", "head")
    write_lines(tmp_path / "s.jsonl", [json.dumps({"line": line}) for line in TITLES])
    fields = ["--document-field", "body", "--sentence-field", "line"]
    sentences = ["--sentences", str(tmp_path / "s.jsonl")]
    assert run("records", tmp_path / "d.jsonl", tmp_path / "out", *fields, *sentences) == 0
    assert sides(tmp_path / "out") == (ARTICLES, TITLES)


def test_prose_keeps_neighbours(tmp_path: Path) -> None:
    books = [invented_sentences(40, seed) for seed in range(4)]
    paragraphs = [[" ".join(book[i : i + 5]) for i in range(0, 40, 5)] for book in books]
    lines = [json.dumps({"id": "x", "paragraphs": p}) for p in paragraphs]
    write_lines(tmp_path / "books.jsonl", [*lines, "[]"])
    assert run("prose", tmp_path / "books.jsonl", tmp_path / "out") == 0
    documents, sentences = sides(tmp_path / "out")
    assert documents == paragraphs[0] + paragraphs[2]
    assert " ".join(sentences) == " ".join(books[1] + books[3])


def test_prose_of_one_sentence_a_line(tmp_path: Path) -> None:
    lines = invented_sentences(1500, 3)
    write_lines(tmp_path / "books.txt", lines)
    assert run("prose", tmp_path, tmp_path / "out", "--lines") == 0
    documents, sentences = sides(tmp_path / "out")
    assert documents[1] == " ".join(lines[4:8]) and len(documents) == 250
    assert sentences == lines[1000:]


@pytest.mark.parametrize(
    ("headline", "plain"),
    [
        ("CANADA STOCKS-TSX opens higher", "TSX opens higher"),
        ("UPDATE 2-Ford sees loss", "Ford sees loss"),
        ("US STOCKS-Wall St falls", "Wall St falls"),
        ("PREVIEW-Olympics-Day nine", "Day nine"),
        ("Europe Factors to Watch-Shares to fall", "Shares to fall"),
        ("Telecom Italia to consider proposal-sources", "Telecom Italia to consider proposal"),
        (
            "Major banks' revenue down 28 pct in Q1 -report",
            "Major banks' revenue down 28 pct in Q1",
        ),
        ("Obama to give Romney data - WSJ", "Obama to give Romney data"),
        ("Attack planned in Munich: German police", "Attack planned in Munich"),
        ("FOREX-Dollar slips: two sources", "Dollar slips"),
    ],
)
def test_newswire_headlines_lose_slug_and_attribution(headline: str, plain: str) -> None:
    assert plain_headline(headline) == plain


@pytest.mark.parametrize(
    "headline",
    [
        "Wal-Mart posts profit",
        "U.S.-Iran talks resume",
        "EU-Japan deal near",
        "UK-based firm to close",
        "ASEAN-China trade deal on track",
        "NATO-led force kills two",
        "AIDS-related deaths fall",
        "Former IMF chief Strauss-Kahn says he erred",
        "Geithner: China has done more than expected",
        "Minister: no data",
        "Ex-Honduran president returns",
        "Man says he read the letter",
        "Soccer-Hard-up Hearts punished",
    ],
)
def test_newswire_headlines_keep_what_belongs_to_them(headline: str) -> None:
    assert plain_headline(headline) == headline


def test_newswire_tables_of_figures_are_left_out() -> None:
    assert plain_headline("Results of <MSFT.O>") is None
    assert plain_headline("") is None


def newswire_sets(raw: Path) -> None:
    """Two sets: the first has slugs, the second calls its headlines titles."""
    for name, lines, headlines, kind in (
        ("large", ARTICLES[:40], TITLES[:40], "headlines"),
        ("small", ARTICLES[40:], TITLES[40:], "titles"),
    ):
        (raw / name).mkdir(parents=True)
        slugged = [f"TREASURIES-{line}" if line[0].isupper() else line for line in headlines]
        for file, content in (("articles", lines), (kind, slugged)):
            packed = gzip.compress("\n".join(content).encode())
            (raw / name / f"{file}.txt.gz").write_bytes(packed)


def test_newswire_takes_small_sets_several_times(tmp_path: Path) -> None:
    newswire_sets(tmp_path / "raw")
    sets = ("--sets", "large", "small=3")
    assert run("newswire", tmp_path / "raw", tmp_path / "out", *sets) == 0
    documents, sentences = sides(tmp_path / "out")
    assert documents == ARTICLES[:40] + 3 * ARTICLES[40:]
    assert sentences == TITLES[:40] + 3 * TITLES[40:]


def test_newswire_keeps_the_headlines_that_are_like_those_of_a_set(tmp_path: Path) -> None:
    newswire_sets(tmp_path / "raw")
    sets = ("--sets", "large", "small=2", "--like", "small")
    assert run("newswire", tmp_path / "raw", tmp_path / "out", *sets) == 0
    documents, sentences = sides(tmp_path / "out")
    assert documents == ARTICLES[:40] + 2 * ARTICLES[40:], "documents are all kept"
    assert sentences[-2 * len(TITLES[40:]) :] == 2 * TITLES[40:], "and so is what they are like"
    chosen = sentences[: -2 * len(TITLES[40:])]
    assert 10 <= len(chosen) < 40 and set(chosen) < set(TITLES[:40])


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        (["large", "none"], "none: must hold articles*.txt.gz, but has none"),
        (["large=0"], "--sets large=0: must be SET or SET=N with N above zero."),
        (["large=x"], "--sets large=x: must be SET or SET=N with N above zero."),
        (["=2"], "--sets =2: must be SET or SET=N with N above zero."),
        (["large", "--like", "small"], "--like small: must be one of --sets (large)."),
    ],
)
def test_newswire_sets_that_cannot_be_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sets: list[str], message: str
) -> None:
    newswire_sets(tmp_path / "raw")
    assert run("newswire", tmp_path / "raw", tmp_path / "out", "--sets", *sets) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and message in lines[0]
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


HUBS = ("gigaword", "cnn_dailymail", "xsum", "ag_news", "lcsts")


@pytest.mark.parametrize("name", HUBS)
def test_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    document, sentence = (FIELDS | {
        "gigaword": ("document", "summary"), "ag_news": ("description", "title")
    })[name]  # fmt: skip
    calls = []

    def load(hub: str, config: str | None, *, split: str, revision: str = "") -> object:
        calls.append(revision)
        if not revision:
            raise RuntimeError("Dataset scripts are no longer supported, but found x.py")
        return [{document: a, sentence: t} for a, t in zip(ARTICLES, TITLES, strict=True)]

    monkeypatch.setattr("datasets.load_dataset", load)
    assert run(name, "hub", tmp_path / "out") == 0
    assert calls == ["", "refs/convert/parquet"]
    assert sides(tmp_path / "out") == unpaired()


@pytest.mark.parametrize("name", [*HUBS, "prose"])
def test_no_network_is_one_clear_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    def load(*_: object, **__: object) -> object:
        raise ConnectionError("Couldn't reach it\non the Hub")

    monkeypatch.setattr("datasets.load_dataset", load)
    assert run(name, "hub", tmp_path / "out") == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and "cannot be had from the hub" in lines[0]


@pytest.mark.parametrize("name", [*HUBS, "prose", "records"])
def test_an_empty_folder_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "raw").mkdir()
    assert run(name, tmp_path / "raw", tmp_path / "out") == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and "must hold" in lines[0]


def test_a_folder_of_the_scratch_name_is_not_emptied(tmp_path: Path) -> None:
    """The adapters work in ``.OUT.rows``, ``.OUT.books`` and ``.OUT.headlines`` and remove them."""
    for name in ("rows", "books", "headlines"):
        (tmp_path / f".out.{name}").mkdir()
        (tmp_path / f".out.{name}" / "notes.txt").write_text("notes")
    raw = tmp_path / "raw.txt"
    raw.write_text("One sentence. Another one.\n")
    out = tmp_path / "out"
    assert run("prose", raw, out) == run("prose", raw, out, "--running") == 1
    assert run("newswire", raw, out, "--sets", "news") == 1
    for name in ("rows", "books", "headlines"):
        assert (tmp_path / f".out.{name}" / "notes.txt").read_text() == "notes"
