"""A server without sockets, over the small machine that other tests use, too."""

from collections.abc import Iterator

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
