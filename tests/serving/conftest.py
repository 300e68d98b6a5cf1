"""A server without sockets, over the small machine that other tests use, too."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from summ.serving.access import Access
from summ.serving.limits import Limits
from summ.serving.operations import Models
from summ.serving.server import Server
from tests import encoders

LIMITS = Limits(body_bytes=20_000, texts=20, lines=200, words=500, all_words=2_000)


@pytest.fixture(scope="session")
def models(summary_model_folder, tmp_path_factory) -> Models:
    encoder = encoders.saved(tmp_path_factory.mktemp("encoder"), encoders.transformer())
    return Models(summary_model_folder, encoder)


@pytest.fixture(scope="session")
def client(models) -> Iterator[TestClient]:
    server = Server(models, Access("127.0.0.1"), LIMITS)
    address = "http://127.0.0.1:8000"
    with TestClient(server.application, address, raise_server_exceptions=False) as one:
        # Waits until the models are loaded: transformers does not load in two threads at once.
        one.post("/api/summarize", json={"texts": ["A word."]})
        yield one


@pytest.fixture(scope="session")
def address(shipped, tmp_path_factory) -> Iterator[str]:
    """A real server of the models that ship; at the end it must stop at once."""
    folder: Path = tmp_path_factory.mktemp("served")
    command = [sys.executable, "-m", "summ", "serve", "--port", "0"]
    place = {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        command, cwd=folder, env=os.environ | place, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = next(line for line in process.stderr if "serving at" in line)
            yield line.split()[3]
        finally:
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            code = process.wait(30)
    assert code == 130
    # Five seconds and those that a busy machine takes to end a process.
    assert time.monotonic() - begun < 15
    assert not list(folder.iterdir())
