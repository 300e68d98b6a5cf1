"""Batches across requests: nothing lost, nothing mixed up, nobody held up by another's error."""

import asyncio
import threading

import pytest

from summ.serving.batching import Batcher, OverloadedError


def run(scenario, **options):
    """Runs a scenario with a batcher whose work waits until ``gate`` opens."""
    gate, batches = threading.Event(), []

    def work(operation, texts):
        gate.wait(10)
        batches.append((operation, list(texts)))
        if "poison" in texts:
            raise ValueError("poison")
        return [f"{operation}:{text}" for text in texts]

    batcher = Batcher(work, **options)
    batcher.start()
    try:
        asyncio.run(scenario(batcher, gate))
    finally:
        gate.set()
        batcher.stop(5)
    return batches


async def begun(batcher, operation, *texts):
    task = asyncio.ensure_future(batcher.submit(operation, list(texts)))
    await asyncio.sleep(0)  # up to the queue
    return task


async def taken(batcher):
    """Until the thread has taken what waits."""
    while batcher.waiting:
        await asyncio.sleep(0.001)


def test_what_gathers_while_it_works_is_one_batch_and_each_gets_its_own():
    async def scenario(batcher, gate):
        tasks = [await begun(batcher, "a", "first")]
        await taken(batcher)
        tasks += [await begun(batcher, "a", f"{n}", f"{n}'") for n in range(5)]
        tasks.append(await begun(batcher, "b", "other"))
        gate.set()
        assert await asyncio.gather(*tasks) == [
            ["a:first"],
            *([f"a:{n}", f"a:{n}'"] for n in range(5)),
            ["b:other"],
        ]

    sizes = [(operation, len(texts)) for operation, texts in run(scenario)]
    assert sizes == [("a", 1), ("a", 10), ("b", 1)]


def test_a_batch_has_no_more_texts_than_it_may():
    async def scenario(batcher, gate):
        tasks = [await begun(batcher, "a", "first")]
        await taken(batcher)
        tasks += [await begun(batcher, "a", "x", "y") for _ in range(5)]
        gate.set()
        await asyncio.gather(*tasks)

    assert [len(texts) for _, texts in run(scenario, most_texts=4)] == [1, 4, 4, 2]


def test_an_error_is_that_of_its_request_alone():
    async def scenario(batcher, gate):
        first = await begun(batcher, "a", "first")
        await taken(batcher)
        tasks = [await begun(batcher, "a", text) for text in ("good", "poison", "fine")]
        gate.set()
        await first
        good, bad, fine = await asyncio.gather(*tasks, return_exceptions=True)
        assert (good, str(bad), fine) == (["a:good"], "poison", ["a:fine"])

    run(scenario)


def test_more_than_may_wait_is_refused_and_what_was_given_up_is_not_done():
    async def scenario(batcher, gate):
        first = await begun(batcher, "a", "first")
        await taken(batcher)
        left = await begun(batcher, "a", "left")
        with pytest.raises(OverloadedError):
            await batcher.submit("a", ["b", "c"])
        left.cancel()
        await asyncio.sleep(0)
        gate.set()
        assert await first == ["a:first"]
        assert await batcher.submit("a", ["last"]) == ["a:last"]

    done = [text for _, texts in run(scenario, most_waiting=2) for text in texts]
    assert done == ["first", "last"]
