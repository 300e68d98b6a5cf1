"""Metrics of the server, in the form that Prometheus reads."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_TEXTS = (1, 2, 4, 8, 16, 32, 64, 256, 1024)


class Metrics:
    """Counts of one server; each has a registry of its own."""

    def __init__(self, waiting: Callable[[], int]) -> None:
        """Counts from 0.

        Args:
            waiting: says how many texts wait for the models.
        """
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "summ_requests", "Requests by path and status.", ["path", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "summ_request_seconds", "Time to the end of an answer, by path.", ["path"],
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._texts = Counter("summ_texts", "Texts worked on.", registry=self._registry)
        self._batches = Histogram(
            "summ_batch_texts", "Texts that went through the models together.",
            buckets=_TEXTS, registry=self._registry,
        )  # fmt: skip
        gauge = Gauge("summ_waiting_texts", "Texts that wait.", registry=self._registry)
        gauge.set_function(waiting)

    def request(self, path: str, status: int, seconds: float) -> None:
        """Counts a request that was answered."""
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def batch(self, texts: int) -> None:
        """Counts texts that the models work on together."""
        self._texts.inc(texts)
        self._batches.observe(texts)

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self._registry)
