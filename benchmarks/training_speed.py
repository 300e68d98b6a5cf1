"""How fast a REINFORCE update is, against a plain one: ``generate`` in float32, separate passes.

    python benchmarks/training_speed.py [DOCUMENTS]

Both use the same networks on the same batch: four drafts of each document, leave-one-out baseline,
reconstruction as the only reward.  The peer samples with transformers' ``generate``, then runs
encoder and decoder again for the log-probabilities, and the reconstructor's loss by its ``labels``.
"""

from __future__ import annotations

import sys
from typing import Any

import torch
from measuring import counted, in_turns, lines, machine, matmul_rate, show
from products import products_alone
from torch import Tensor
from torch.nn.functional import cross_entropy

from summ.families.summarizer.config import ReinforceStage
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.likelihood import reconstruction_nll
from summ.families.summarizer.model import SummaryModel, load_summary_model
from summ.families.summarizer.reinforce import ReinforceStep
from summ.networks.policy import Marks
from summ.pretrained import find_model
from summ.training.random_streams import RandomStreams
from summ.types import Batch, Tokens

DRAFTS, WIDTH = 4, 24


def main() -> None:
    torch.set_num_threads(1)
    sys.stdout.write(machine() + "\n")
    count = int(sys.argv[1]) if sys.argv[1:] else 8
    model = load_summary_model(find_model("en-small"))
    for network in (model.compressor, model.reconstructor):
        network.requires_grad_(True).train()
    marks = Marks.of(model.vocabulary, torch.device("cpu"))
    batch = _batch(model, count)
    step = _step(model, marks)
    parameters = [*model.compressor.parameters(), *model.reconstructor.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=1e-6)
    streams = RandomStreams(1, 0, 0, 1, torch.device("cpu"))

    def update(loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def ours() -> None:
        update(step(batch, streams).loss)

    def ours_autocast() -> None:
        with torch.autocast("cpu", torch.bfloat16):
            loss = step(batch, streams).loss
        update(loss)

    def peer() -> None:
        update(_plain_loss(model, batch.documents))

    def rebuild() -> None:
        drafts = Tokens(batch.sentences.ids, batch.sentences.mask)
        reconstruction_nll(model.reconstructor, drafts, batch.documents, marks).mean().backward()

    tried = {"summ": ours, "plain": peer, "rebuild": rebuild}
    if matmul_rate(torch.bfloat16, 256) > matmul_rate():  # otherwise it is emulated
        tried["summ, bf16"] = ours_autocast
    took = {name: one.processor for name, one in in_turns(tried, repeats=2).items()}
    rows = [
        (name, f"{count / took[name]:.2f}", f"{took['plain'] / took[name]:.2f}")
        for name in tried
        if name != "rebuild"
    ]
    head = ("update", "documents/s", "times the plain one")
    show(f"REINFORCE, {count} documents, {DRAFTS} drafts, a processor second", head, rows)
    least, alone = counted(ours) / matmul_rate(), products_alone(ours)
    sys.stdout.write(
        f"\nan update: {100 * least / took['summ']:.0f} % of the matmul rate in fp32; a program "
        f"that did nothing else than its products would be {took['plain'] / alone:.2f} times as "
        f"fast as the plain one, {took['plain'] / least:.2f} times at the rate of large products\n"
    )
    share = counted(rebuild) / matmul_rate() / took["rebuild"]
    sys.stdout.write(
        f"\nreconstructor, forward and backward: {100 * share:.0f} % of the matmul rate in fp32\n"
    )


def _step(model: SummaryModel, marks: Marks) -> ReinforceStep:
    stage = ReinforceStage.model_validate(
        {
            "name": "reinforce",
            "kind": "reinforce",
            "steps": 1,
            "baseline": "leave-one-out",
            "samples": DRAFTS,
            "likelihood_weight": 0.0,
            "optimizer": {"learning_rate": 1e-6},
            "likelihood": {"budgets": [6, 12]},
            "reward": {"reconstruction_weight": 1.0, "discriminator_weight": 0.0},
        }
    )
    critics = Critics(marks, model.discriminator)
    sizes = (model.settings.max_document, WIDTH)
    return ReinforceStep(model.compressor, model.reconstructor, critics, marks, stage, *sizes)


def _batch(model: SummaryModel, count: int) -> Batch:
    vocabulary, room = model.vocabulary, model.settings.max_document - 1
    documents = [[*ids[:room], vocabulary.eos] for ids in vocabulary.encode(lines(count, 30))]
    short = [[*ids[:10], vocabulary.eos] for ids in documents]
    read, heads = (Tokens.from_lists(rows, vocabulary.pad) for rows in (documents, short))
    return Batch(
        documents=read,
        keywords=heads,
        sentences=heads,
        noised=heads,
        budget=torch.full((count,), 8),
    )


def _plain_loss(model: SummaryModel, documents: Tokens) -> Tensor:
    """REINFORCE as one writes it first with transformers."""
    network, rebuilder = model.compressor.network, model.reconstructor.network
    vocabulary = model.vocabulary
    ids = documents.ids.repeat_interleave(DRAFTS, dim=0)
    mask = documents.mask.repeat_interleave(DRAFTS, dim=0).long()
    with torch.no_grad():
        drawn = network.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=WIDTH,
            num_beams=1,
            do_sample=True,
            top_k=0,
        )
    logits = network(input_ids=ids, attention_mask=mask, decoder_input_ids=drawn[:, :-1]).logits
    said = drawn[:, 1:]
    real = (said != vocabulary.pad).float()
    nll = cross_entropy(logits.transpose(1, 2), said, reduction="none")
    labels = ids.masked_fill(mask == 0, -100)
    rebuilt = rebuilder(input_ids=said, attention_mask=real.long(), labels=labels)
    each = cross_entropy(rebuilt.logits.transpose(1, 2), labels, reduction="none").sum(dim=1)
    reward = -each.detach().unflatten(0, (-1, DRAFTS))
    others = (reward.sum(dim=1, keepdim=True) - reward) / (DRAFTS - 1)
    advantage: Any = (reward - others).flatten()
    return ((nll * real).sum(dim=1) * advantage).mean() + each.mean()


if __name__ == "__main__":
    main()
