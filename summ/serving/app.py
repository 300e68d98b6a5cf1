"""The application: the addresses of the API, over the answers."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from summ.data.readers import Record
from summ.distribution import version_of
from summ.errors import SummError
from summ.serving import schema
from summ.serving.answers import Answers, TooMuchError
from summ.serving.batching import OverloadedError
from summ.serving.limits import Limits
from summ.serving.metrics import Metrics
from summ.serving.model_process import ModelsLostError
from summ.serving.page import add_page
from summ.serving.uploads import read_upload
from summ.text.controls import visible

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": schema.ErrorAnswer} for status in (400, 401, 403, 408, 413, 415, 422, 503)
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_LINES = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/plain": {"schema": {"type": "string"}},
        },
    }
}


def build_app(
    answers: Answers, limits: Limits, metrics: Metrics, ready: Callable[[], bool]
) -> FastAPI:
    """The application, without its guard.

    Args:
        ready: whether the models are loaded.
    """
    # FastAPI's own pages of documentation load scripts from elsewhere; /docs is ours.
    application = FastAPI(
        title="summ",
        version=version_of("summ"),
        description="Summaries, scores, vectors and neighbours of texts.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    _handle_errors(application)
    _count(application, metrics)
    _add_questions(application, answers)
    _add_files(application, answers, limits)
    _add_state(application, metrics, ready)
    add_page(application)
    return application


def _add_questions(application: FastAPI, answers: Answers) -> None:
    """JSON in, JSON out."""

    @application.post("/api/summarize", responses=_ERRORS)
    async def summarize(question: schema.SummarizeQuestion) -> schema.SummarizeAnswer:
        """Summarize texts: one summary each, in their order, or one of all of them."""
        return await answers.summarize(question)

    @application.post("/api/score", responses=_ERRORS)
    async def score(question: schema.Texts) -> schema.ScoresAnswer:
        """Score how hard texts are to rebuild from a few words, and how human they read."""
        return await answers.score(question)

    @application.post("/api/embed", responses=_ERRORS)
    async def embed(question: schema.Texts) -> schema.EmbedAnswer:
        """Turn texts into vectors of length 1."""
        return await answers.embed(question)

    @application.post("/api/neighbours", responses=_ERRORS)
    async def neighbours(question: schema.NeighboursQuestion) -> schema.NeighboursAnswer:
        """Find the lines that are nearest to a text."""
        return await answers.neighbours(question)

    @application.post("/api/inspect", responses=_ERRORS)
    async def inspect(question: schema.InspectQuestion) -> schema.InspectAnswer:
        """Show candidates, the critics' opinions of them, and the document rebuilt from one."""
        return await answers.inspect(question)


def _add_files(application: FastAPI, answers: Answers, limits: Limits) -> None:
    """Bytes in."""

    @application.post("/api/read", responses=_ERRORS, openapi_extra=_BODY)
    async def read(
        request: Request,
        name: Annotated[str, Query(max_length=255, description="Of the file, with its ending.")],
        lines: Annotated[bool, Query(description="Each line is a text.")] = False,
        field: Annotated[str, Query(max_length=100, description="Of records: the text.")] = "text",
    ) -> schema.ReadAnswer:
        """Read the texts of a file, in memory; its name says what kind it is."""
        data = await request.body()
        # No more of a name than its end; the readers show it in messages.
        short = name.replace("\\", "/").rpartition("/")[2].replace("\0", "") or "file"
        return schema.ReadAnswer(**await read_upload(short, data, lines, field, limits))

    @application.post(
        "/api/summarize/lines",
        responses={**_ERRORS, 200: {"content": {"application/x-ndjson": {}}}},
        openapi_extra=_LINES,
        response_class=StreamingResponse,
    )
    async def summarize_lines(
        request: Request,
        words: Annotated[int | None, Query(ge=1, le=10_000)] = None,
        sentences: Annotated[int | None, Query(ge=1, le=10_000)] = None,
        style: Annotated[str, Query(pattern="^(auto|headline|sentence)$")] = "auto",
        beams: Annotated[int, Query(ge=1, le=32)] = 8,
        language: Annotated[str, Query(pattern="^(auto|[a-z]{2,3})$")] = "auto",
        field: Annotated[str, Query(max_length=100)] = "text",
    ) -> StreamingResponse:
        """Summarize a file of lines (text/plain) or records (application/x-ndjson): a summary a
        line comes back as it is made, in their order."""
        kinds = {"application/x-ndjson": "body.jsonl", "text/plain": "body.txt"}
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in kinds:
            raise HTTPException(
                415,
                f"Content-Type: must be {' or '.join(kinds)}, found {kind[:60] or 'none'}. Set it.",
            )
        options = schema.SummarizeOptions.model_validate(
            {"words": words, "sentences": sentences, "style": style, "beams": beams}
            | {"language": language}
        )
        found = await read_upload(kinds[kind], await request.body(), True, field, limits)
        records = answers.numbered([Record(**record) for record in found["records"]])
        stream = answers.stream(records, options)
        return StreamingResponse(_lines(stream), media_type="application/x-ndjson")


async def _lines(summaries: AsyncIterator[schema.SummaryAnswer]) -> AsyncIterator[bytes]:
    """A JSON object a line; an error that comes late is the last one."""
    try:
        async for summary in summaries:
            yield summary.model_dump_json(exclude={"alignment"}).encode() + b"\n"
    except (SummError, OverloadedError) as error:
        line = str(error) or "server: too many texts wait. Try again later."
        yield schema.ErrorAnswer(error=line).model_dump_json().encode() + b"\n"


def _add_state(application: FastAPI, metrics: Metrics, ready: Callable[[], bool]) -> None:
    """How the server is."""

    @application.get("/api/health")
    async def health() -> schema.HealthAnswer:
        """Whether the models are loaded; requests that come before that wait for them."""
        status: Any = "ready" if ready() else "loading"
        return schema.HealthAnswer(status=status, version=application.version)

    @application.get("/metrics", response_class=Response)
    async def show_metrics() -> Response:
        """Counts in the form that Prometheus reads."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _count(application: FastAPI, metrics: Metrics) -> None:
    """Counts every answer, by the address of the API and not by what was asked."""

    @application.middleware("http")
    async def count(
        request: Request, proceed: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        begun = time.perf_counter()
        response = await proceed(request)
        route = request.scope.get("route")
        path = "other" if route is None else route.path
        metrics.request(path, response.status_code, time.perf_counter() - begun)
        return response


def _handle_errors(application: FastAPI) -> None:
    """Every error is one line."""

    def line(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
        shown = visible(message).replace("\n", "\\n")
        return JSONResponse({"error": shown}, status, headers)

    @application.exception_handler(SummError)
    async def of_summ(_: Request, error: SummError) -> JSONResponse:
        match error:
            case TooMuchError():
                return line(413, str(error))
            case ModelsLostError():
                return line(503, str(error))
        return line(422, str(error))

    @application.exception_handler(OverloadedError)
    async def overloaded(_: Request, error: OverloadedError) -> JSONResponse:
        message = "server: too many texts wait. Try again later."
        return line(503, message, {"retry-after": "5"})

    @application.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problem = schema.first_problem(error.errors())
        return line(400 if problem.startswith("body: not JSON") else 422, problem)

    @application.exception_handler(404)
    async def missing(request: Request, _: Exception) -> JSONResponse:
        return line(404, f"{request.url.path[:80]}: no such address. See /docs.")

    @application.exception_handler(405)
    async def method(request: Request, error: HTTPException) -> JSONResponse:
        message = f"{request.url.path[:80]}: cannot be asked by {request.method}. See /docs."
        return line(405, message, dict(error.headers or {}))

    @application.exception_handler(StarletteHTTPException)
    async def other(_: Request, error: StarletteHTTPException) -> JSONResponse:
        message = "body: cannot be read. Send JSON." if error.status_code == 400 else error.detail
        return line(error.status_code, message)

    @application.exception_handler(Exception)
    async def defect(_: Request, error: Exception) -> JSONResponse:
        return line(500, "server: a defect of summ. What it printed says where.")
