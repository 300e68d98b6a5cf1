"""The models in a process of their own answer as they do here, and both ends end together."""

import multiprocessing
import os
import re
import signal

import pytest
from starlette.testclient import TestClient

from summ.errors import CheckpointError
from summ.serving import model_process
from summ.serving.access import Access
from summ.serving.model_process import ModelProcess, ModelsLostError
from summ.serving.operations import Embed, Load, Neighbours, Summarize
from summ.serving.server import Server
from tests.processes import FORKS

TEXTS = ["The council closed the bridge on Monday.", "Rain fell."]


@pytest.fixture
def start(monkeypatch, models):
    """Starts the process of the small models, from a server of forks: this one has threads."""
    monkeypatch.setattr(model_process, "_context", lambda: FORKS)
    return lambda folder=None: ModelProcess(folder or models._model, models._encoder_folder, "cpu")


def kill_the_models():
    [child] = [one for one in multiprocessing.active_children() if one.name == "models"]
    os.kill(child.pid, signal.SIGKILL)


@pytest.fixture(autouse=True)
def no_models_stay():
    yield
    for child in multiprocessing.active_children():
        if child.name == "models":
            child.kill()
            child.join()


def test_it_answers_as_the_models_do_here(start, models):
    process = start()
    assert process.run(Load(), [""]) == [{}]
    # The last digits of a number depend on the threads that computed it.
    for operation in (Summarize(4, None, "auto", 2), Embed()):
        there, here = (one.run(operation, TEXTS) for one in (process, models))
        for found, expected in zip(there, here, strict=True):
            assert found == {key: pytest.approx(value) for key, value in expected.items()}
    [nearest, _] = process.run(Neighbours(1, ticket=7), TEXTS)
    assert [one["text"] for one in nearest["neighbours"]] == ["Rain fell."]
    wrong = Summarize("four", None, "auto", 2)
    with pytest.raises(TypeError) as here:
        models.run(wrong, TEXTS)
    with pytest.raises(RuntimeError, match="in the process of the models:\nTraceback") as caught:
        process.run(wrong, TEXTS)
    assert str(here.value) in str(caught.value)
    assert len(process.run(Embed(), TEXTS)) == len(TEXTS)


def test_an_error_is_the_one_that_was_raised_there(start, tmp_path):
    with pytest.raises(CheckpointError, match=re.escape(str(tmp_path))):
        start(tmp_path).run(Load(), [""])


def test_without_its_models_a_server_says_so_and_ends(start):
    server = Server(start(), Access("127.0.0.1"))
    with TestClient(server.application, "http://127.0.0.1:8000") as client:
        assert client.post("/api/embed", json={"texts": TEXTS}).status_code == 200
        kill_the_models()
        answer = client.post("/api/embed", json={"texts": TEXTS})
    assert answer.status_code == 503
    assert answer.json()["error"].startswith("models: their process ended (exit code -9);")
    assert isinstance(server._failure, ModelsLostError)


def _server(connection, folder):
    """A server in name: starts the models, and waits to be killed."""
    ModelProcess(folder, None, "cpu").run(Load(), [""])
    connection.send("loaded")
    signal.pause()


def test_a_killed_server_takes_its_models_along(models):
    ours, theirs = FORKS.Pipe()
    server = FORKS.Process(target=_server, args=(theirs, models._model))
    server.start()
    theirs.close()
    assert ours.recv() == "loaded"
    server.kill()
    server.join()
    # The models' process has inherited the other end, which closes when they have ended, too.
    assert ours.poll(30)
    with pytest.raises(EOFError):
        ours.recv()
