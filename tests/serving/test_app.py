"""The API in one process: its answers are those of the pipelines, its errors one line."""

import json
import re
import shlex

import pytest

from summ.pipelines.embed import SentenceEncoder
from summ.pipelines.score import Scorer
from summ.pipelines.summarize import Summarizer
from tests.conftest import ROOT, STORIES

TEXTS = [*STORIES[:3], "", "Short."]


def ask(client, name: str, **question):
    response = client.post(f"/api/{name}", json=question)
    assert response.status_code == 200, response.text
    return response.json()


def test_summaries_are_those_of_the_pipeline_in_order_and_with_their_ids(
    client, summary_model_folder
):
    expected = Summarizer.load(summary_model_folder).summarize(TEXTS, words=6, beams=3)
    found = ask(client, "summarize", texts=TEXTS, words=6, beams=3)["summaries"]
    assert [one["summary"] for one in found] == [one.text for one in expected]
    assert [one["method"] for one in found] == [one.method for one in expected]
    assert [one["id"] for one in found] == ["1", "2", "3", "4", "5"]
    records = [{"id": f"r{n}", "text": text} for n, text in enumerate(TEXTS)]
    named = ask(client, "summarize", records=records, words=6, beams=3)["summaries"]
    assert [one | {"id": ""} for one in named] == [one | {"id": ""} for one in found]
    assert [one["id"] for one in named] == ["r0", "r1", "r2", "r3", "r4"]


def test_one_summary_of_all_names_the_texts_that_say_it(client):
    found = ask(client, "summarize", texts=STORIES, words=12, beams=1, together=True)
    [summary] = found["summaries"]
    assert summary["words"] <= 12
    assert found["support"]
    for one in found["support"]:
        assert all(0.5 <= text["share"] <= 1 for text in one["texts"])


def test_alignment_shows_the_text_whole(client):
    [one] = ask(client, "summarize", texts=[STORIES[0]], words=8, beams=1, alignment=True)[
        "summaries"
    ]
    assert "".join(part["text"] for part in one["alignment"]["source"]) == STORIES[0]
    assert "".join(part["text"] for part in one["alignment"]["summary"]) == one["summary"]


def test_lines_and_records_stream_back_in_order(client):
    lines = "".join(f"{text}\n" for text in STORIES)
    address = "/api/summarize/lines?words=5&beams=1"
    plain = client.post(address, content=lines, headers={"content-type": "text/plain"})
    found = [json.loads(line) for line in plain.text.splitlines()]
    expected = ask(client, "summarize", texts=STORIES, words=5, beams=1)["summaries"]
    for one in expected:
        del one["alignment"]
    assert found == expected
    rows = "".join(json.dumps({"id": str(n), "text": t}) + "\n" for n, t in enumerate(STORIES))
    named = client.post(address, content=rows, headers={"content-type": "application/x-ndjson"})
    assert [json.loads(line)["id"] for line in named.text.splitlines()] == list("012345")


def test_scores_are_those_of_the_pipeline(client, summary_model_folder):
    from summ.data.readers import Record

    expected = Scorer.load(summary_model_folder).score(Record("", text) for text in TEXTS)
    found = ask(client, "score", texts=TEXTS)["scores"]
    assert [one["id"] for one in found] == [one.id for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert one["nll_per_word"] == pytest.approx(other.nll_per_word)
        assert one["anomaly_percentile"] == other.anomaly_percentile


def test_vectors_and_neighbours_are_those_of_the_encoder(client, models):
    encoder = SentenceEncoder.load(models._encoder_folder)
    found = ask(client, "embed", texts=STORIES)
    assert found["dimension"] == encoder.dimension
    assert found["vectors"] == pytest.approx(encoder.encode(STORIES), abs=1e-6)
    near = ask(client, "neighbours", query=STORIES[2], among=STORIES, count=2)["neighbours"]
    assert len(near) == 2
    assert (near[0]["line"], near[0]["text"], near[0]["distance"]) == (3, STORIES[2], 0)


def test_inspection_adds_up(client):
    found = ask(client, "inspect", text=STORIES[0], words=6, beams=3)
    assert len(found["candidates"]) == 3
    weights = found["weights"] | {"likelihood": 1.0}
    for one in found["candidates"]:
        total = sum(weights[name] * value for name, value in one["figures"].items())
        assert one["score"] == pytest.approx(total)
        assert all(0 <= prefix["humanness"] <= 1 for prefix in one["prefixes"])
        # The critic's humanness is 2 D - 1, with D the mean over prefixes.
        mean = sum(prefix["humanness"] for prefix in one["prefixes"]) / len(one["prefixes"])
        assert one["figures"]["humanness"] == pytest.approx(2 * mean - 1, abs=1e-5)
    assert "".join(part["text"] for part in found["rebuilt_alignment"]) == found["rebuilt"]


@pytest.mark.parametrize(
    ("name", "body", "status", "line"),
    [
        ("summarize", {}, 422, 'body: needs either "texts" or "records", found neither'),
        ("summarize", {"texts": ["a"], "words": 0}, 422, "words: input should be greater"),
        ("summarize", {"texts": ["a"], "words": "9"}, 422, "words: input should be a valid int"),
        ("summarize", {"texts": ["a"], "word": 9}, 422, "word: unknown key"),
        ("summarize", {"texts": ["a"], "\x1b[31m": 9}, 422, r"\x1b[31m: unknown key"),
        ("summarize", {"texts": ["\ud800"]}, 422, "half a surrogate"),
        ("summarize", {"texts": ["a"] * 21}, 413, "body: at most 20 texts, found 21"),
        ("summarize", {"texts": ["a " * 501]}, 413, "text 1: at most 500 words, found 501"),
        ("summarize", {"texts": ["a " * 500] * 5}, 413, "body: at most 2000 words in all"),
        ("summarize", {"texts": ["a" * 20_000]}, 413, "body: at most 20000 bytes"),
        ("neighbours", {"query": " ", "among": ["a"]}, 422, "the query is blank"),
        ("inspect", {"text": " "}, 422, "the text holds no word"),
        ("nothing", {}, 404, "/api/nothing: no such address"),
    ],
)
def test_what_cannot_be_answered_is_told_in_one_line(client, name, body, status, line):
    response = client.post(
        f"/api/{name}", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert response.status_code == status
    error = response.json()["error"]
    assert line in error
    assert "\n" not in error
    assert error.endswith(".")


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 9_000, b"\xff", b"null"])
def test_bodies_that_are_no_json_are_the_askers_mistake(client, body):
    headers = {"content-type": "application/json"}
    response = client.post("/api/summarize", content=body, headers=headers)
    assert response.status_code in {400, 422}
    assert response.json()["error"].startswith("body: ")


def test_methods_and_types_are_checked(client):
    assert client.get("/api/summarize").status_code == 405
    plain = {"content-type": "text/plain"}
    assert client.post("/api/summarize", content='{"texts": ["a"]}', headers=plain).status_code in {
        415,
        422,
    }
    assert client.post("/api/summarize/lines", json={}).status_code == 415


def test_files_are_read_and_errors_name_them(client):
    def read(name, data, **query):
        return client.post("/api/read", params={"name": name, **query}, content=data)

    found = read("../secret/notes.csv", b'id,text\n7,"A, b"\n8,C\n').json()
    assert found["records"] == [{"id": "7", "text": "A, b"}, {"id": "8", "text": "C"}]
    bad = read("broken.pdf", b"%PDF-1.7 nothing")
    assert bad.status_code == 422
    assert bad.json()["error"].startswith("broken.pdf: ")


def test_health_metrics_page_and_schema_are_served(client):
    assert client.get("/api/health").json()["status"] in {"ready", "loading"}
    metrics = client.get("/metrics").text
    assert 'summ_requests_total{path="/api/health",status="200"}' in metrics
    paths = client.get("/openapi.json").json()["paths"]
    for name in ("summarize", "score", "embed", "neighbours"):
        assert f"/api/{name}" in paths
    for address in ("/", "/docs"):
        page = client.get(address)
        assert "//" not in page.text.replace("http://www.w3.org", "")  # nothing from elsewhere
        assert "<style" not in page.text
        assert " style=" not in page.text
        tag = {"if-none-match": page.headers["etag"]}
        assert client.get(address, headers=tag).status_code == 304
    for name in ("summ.js", "docs.js"):
        script = client.get(f"/{name}").text
        assert "innerHTML" not in script
        assert "eval(" not in script


def test_the_page_in_docs_asks_what_is_answered(client, tmp_path):
    """What its curl commands send, as curl would."""
    page = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    typed = re.findall(r"^(?:\$ )?(curl .*)$", page, flags=re.MULTILINE)
    lines = tmp_path / "lines.txt"
    lines.write_text("\n".join(STORIES[:2]) + "\n")
    assert len(typed) == 2
    for line in typed:
        _, _, url, _, kind, _, body = shlex.split(line)
        content = lines.read_bytes() if body == "@lines.txt" else body.encode()
        headers = dict([kind.split(": ")])
        response = client.post(url, content=content, headers=headers)
        assert response.status_code == 200 and response.text.count('"summary":') == len(
            content.splitlines()
        )
