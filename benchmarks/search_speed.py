"""How fast summaries are searched for, against ``generate`` on the same weights.

    python benchmarks/search_speed.py [LINES.txt]

*open*: no constraints, so both must say the same tokens, which is counted.  *as shipped*: what the
commands do, constraints and choice included, against ``generate`` without any.  *its products
alone*: the ratio of a program that did nothing else than our matrix products (``products.py``).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from measuring import counted, in_turns, lines, machine, matmul_rate, show
from products import products_alone
from transformers import PegasusForConditionalGeneration

from summ.families.shortener.model import load_shortener
from summ.families.summarizer.model import load_summary_model
from summ.networks.int8 import load_eight_bits, load_for_inference
from summ.networks.policy import greedy, sample
from summ.networks.transformer import Encoded, new_cache
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.ordered_search import OrderedSearcher
from summ.pipelines.summarize import Summarizer
from summ.pretrained import find_model
from summ.types import Tokens

COUNT, PIECES, WORDS = 24, 16, 10
END = 3  # the end mark of both models
HEAD = ("what", "texts/s", "generate", "ratio", "its products alone", "share of the matmul rate")
Row = tuple[str, ...]


def main() -> None:
    torch.set_num_threads(1)
    texts = (
        Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()[:COUNT]
        if len(sys.argv) > 1
        else lines(COUNT)
    )
    with torch.no_grad():
        sys.stdout.write(machine() + "\n")
        rows = [*of_headlines(texts), *of_sentences(texts)]
    show(f"Search, {len(texts)} texts, a processor second", HEAD, rows)


def of_headlines(texts: list[str]) -> list[Row]:
    """The policy's own loop, and the search with en-small."""
    model = load_summary_model(find_model("en-small"))
    compressor, marks, vocabulary = model.compressor, _marks(model), model.vocabulary
    network, room = compressor.network, model.settings.max_document - 1
    ids = [[*row[:room], vocabulary.eos] for row in vocabulary.encode(texts)]
    rows = []
    for size in (len(texts), 1):
        source = Tokens.from_lists(ids[:size], vocabulary.pad)
        budget = torch.full((size,), WORDS)
        prompt = compressor.prompts[budget - 1][:, None]
        given = torch.cat([prompt, source.ids], dim=1)
        mask = torch.cat([torch.ones_like(prompt), source.mask.long()], dim=1)

        def peer(beams: int, drawn: bool, given: Any = given, mask: Any = mask) -> Any:
            return network.generate(
                input_ids=given,
                attention_mask=mask,
                max_new_tokens=PIECES,
                num_beams=beams,
                do_sample=drawn,
                **({"top_k": 0} if drawn else {}),
            )

        def read(source: Tokens = source, budget: Any = budget) -> Encoded:
            encoded = compressor.read(source, budget)
            return Encoded(encoded.states, encoded.mask, torch.ones_like(encoded.allowed), None)

        def ours() -> Tokens:
            return greedy(compressor, read(), marks, PIECES)

        def ours_drawn(size: int = size) -> Tokens:
            return sample(compressor, read(), marks, torch.rand(size, PIECES))

        theirs = peer(1, False)[:, 1:]
        equal = int((ours().ids == theirs).all(dim=1).sum())
        name = f"greedy, open, {size} at once ({equal} of {size} equal)"
        rows.append(row(name, size, ours, lambda: peer(1, False)))
        if size > 1:
            name = f"multinomial, open, {size} at once"
            rows.append(row(name, size, ours_drawn, lambda: peer(1, True)))
            light = load_for_inference(find_model("en-small") / "compressor", "eager")

            def unpadded(light: Any = light, given: Any = given, mask: Any = mask) -> Any:
                return light_greedy(light, given, mask)

            equal = sum(map(same_until_end, unpadded().tolist(), theirs.tolist()))
            name = f"greedy, open, {size} at once, nothing computed for padding ({equal} equal)"
            rows.append(row(name, size, unpadded, lambda: peer(1, False)))
    summarizer = Summarizer.load("en-small")
    for name, beams in (("greedy", 1), ("8 beams, judges", 8)):
        options = DecodingOptions(beams=beams, style="headline")

        def shipped(options: DecodingOptions = options) -> Any:
            return list(summarizer.stream(texts, WORDS, decoding=options))

        many = Tokens.from_lists(ids, vocabulary.pad)
        prompts = compressor.prompts[torch.full((len(texts),), WORDS - 1)][:, None]
        given = torch.cat([prompts, many.ids], dim=1)
        mask = torch.cat([torch.ones_like(prompts), many.mask.long()], dim=1)
        rows.append(
            row(
                f"en-small as shipped, {name}",
                len(texts),
                shipped,
                lambda beams=beams, given=given, mask=mask: peer(beams, False, given, mask),
            )
        )
    return rows


def light_greedy(network: Any, given: Any, mask: Any) -> Any:
    """Greedy search as the default model's network runs it; rows that have ended are dropped."""
    states = network.get_encoder()(input_ids=given, attention_mask=mask).last_hidden_state
    cache, rows = new_cache(network), torch.arange(len(given))
    last = torch.full((len(given), 1), network.config.decoder_start_token_id)
    said = torch.full((len(given), PIECES), END)
    for position in range(PIECES):
        last = network.logits(states, mask.bool(), last, cache)[:, -1].argmax(dim=-1, keepdim=True)
        said[rows, position] = last[:, 0]
        alive = (last[:, 0] != END).nonzero()[:, 0]
        if not len(alive):
            break
        cache.reorder_cache(alive)
        rows, last = rows[alive], last[alive]
    return said


def same_until_end(one: list[int], other: list[int]) -> bool:
    """Whether two rows are equal up to the end mark of the first."""
    end = one.index(END) + 1 if END in one else len(one)
    return one[:end] == other[:end]


def of_sentences(texts: list[str]) -> list[Row]:
    """The search along the source with en-lines, the default."""
    folder = find_model("en-lines")
    model = load_shortener(folder)
    searcher = OrderedSearcher(model)
    network = load_eight_bits(folder / "compressor", "eager").eval()
    if not isinstance(network, PegasusForConditionalGeneration):
        raise TypeError("en-lines is no Pegasus")
    sources = [searcher.read(text) for text in texts]
    vocabulary, prompts = model.vocabulary, model.compressor.prompts
    ids = [[int(prompts[WORDS - 1]), *sum(s.pieces, ()), vocabulary.eos] for s in sources]
    read = Tokens.from_lists(ids, vocabulary.pad)
    summarizer = Summarizer.load()

    def peer() -> Any:
        return network.generate(
            input_ids=read.ids,
            attention_mask=read.mask.long(),
            max_new_tokens=PIECES,
            num_beams=8,
            do_sample=False,
        )

    def ours() -> Any:
        return searcher.search(sources, [WORDS] * len(sources), 8)

    def shipped() -> Any:
        return summarizer.summarize(texts, words=WORDS)

    return [
        row("en-lines, the search alone, 8 beams", len(texts), ours, peer),
        row("en-lines as shipped (default), 8 beams", len(texts), shipped, peer),
    ]


def row(name: str, count: int, ours: Callable[[], Any], theirs: Callable[[], Any]) -> Row:
    took = in_turns({"ours": ours, "theirs": theirs}, repeats=1)
    mine, other = took["ours"].processor, took["theirs"].processor
    share = counted(ours) / matmul_rate() / mine
    alone = products_alone(ours)
    return (
        name,
        f"{count / mine:.1f}",
        f"{count / other:.1f}",
        f"{other / mine:.2f}",
        f"{other / alone:.2f}",
        f"{100 * share:.0f} %",
    )


def _marks(model: Any) -> Any:
    from summ.networks.policy import Marks

    return Marks.of(model.vocabulary, torch.device("cpu"))


if __name__ == "__main__":
    main()
