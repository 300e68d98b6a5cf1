"""Cards: the README.md of an exported model, which says how to load it and what it lacks."""

from __future__ import annotations

from summ.families.sentence.model import SentenceModel
from summ.families.summarizer.model import SummaryModelSettings
from summ.networks.sentence_encoder import StaticEncoder

_FOLDED = """
The tokenizer folds texts as summ does (lower case, digits as `#`, punctuation apart); of a thousand
lines of English news, one came out differently.
"""

_SUMMARIES = """
The first piece requests a length: `<words_1>` to `<words_40>`.  What `summ summarize` adds is not
exported: never more words than requested, no word that the source does not have, case and digits
restored from the source, long documents sentence by sentence.
"""

_SHORTLIST = """
`shortlist.json` lists the pieces that any summary may use.  The compressor was trained to choose
among those and its source's own; forbid all others, or its output is meaningless.
"""

_VMAP = """
`model/vmap.txt` allows exactly those pieces (`use_vmap=True`).  In a batch, each text may also use
the pieces of the others: translate one text at a time, or texts that belong together.
"""

_TRANSFORMERS_SUMMARIZER = """# A summarizer of summ, for transformers: lower case, digits as #

```python
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

model = AutoModelForSeq2SeqLM.from_pretrained(FOLDER)
tokenizer = AutoTokenizer.from_pretrained(FOLDER)
batch = tokenizer(["<words_8> " + text], truncation=True, padding=True, return_tensors="pt")
{generating}
print(tokenizer.batch_decode(drawn, skip_special_tokens=True))
```

(`pipeline` has no task for this kind of model any more.)
"""

_OPEN = "drawn = model.generate(**batch, num_beams=4)"
_CLOSED = """
import json

# A summary may use these pieces and its own source's; no others were trained.
shortlist = json.load(open(FOLDER + "/shortlist.json"))
sources = batch["input_ids"].tolist()
drawn = model.generate(
    **batch, num_beams=4, prefix_allowed_tokens_fn=lambda row, _: [*shortlist, *sources[row]]
)
"""

_CTRANSLATE2 = """# A summarizer of summ, for CTranslate2

```python
import ctranslate2
from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(FOLDER)
translator = ctranslate2.Translator(FOLDER + "/model", compute_type="int8")
ids = tokenizer("<words_8> " + text, truncation=True).input_ids
pieces = tokenizer.convert_ids_to_tokens(ids)
(found,) = translator.translate_batch(
    [pieces],
    beam_size=4,
    max_decoding_length={room},
    use_vmap={closed},
    suppress_sequences=[["{start}"], ["{unknown}"]],
)
print(tokenizer.decode(tokenizer.convert_tokens_to_ids(found.hypotheses[0])))
```
"""

_ONNX_SUMMARIZER = """# A summarizer of summ, as ONNX

`encoder.onnx`: `input_ids`, `attention_mask` (N, S) to `last_hidden_state` (N, S, D).
`decoder.onnx`: `decoder_input_ids` (N, T), `encoder_hidden_states`, `attention_mask` to `logits`
(N, T, V) of the piece after each; the first of `decoder_input_ids` is `{start}`.

```python
import onnxruntime
from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(FOLDER)
batch = tokenizer(["<words_8> " + text], truncation=True, padding=True, return_tensors="np")
states = onnxruntime.InferenceSession(FOLDER + "/encoder.onnx").run(None, dict(batch))[0]
decoder = onnxruntime.InferenceSession(FOLDER + "/decoder.onnx")
end, special = tokenizer.eos_token_id, set(tokenizer.added_tokens_decoder)
{allowing}
drawn = [tokenizer.convert_tokens_to_ids("{start}")]
for _ in range({room}):
    logits = decoder.run(
        None,
        {{
            "decoder_input_ids": [drawn],
            "encoder_hidden_states": states,
            "attention_mask": batch["attention_mask"],
        }},
    )[0][0, -1]
    drawn.append(max(allowed, key=lambda piece: logits[piece]))  # the greedy choice
    if drawn[-1] == end:
        break
summary = tokenizer.decode(drawn[1:], skip_special_tokens=True)
print(summary)
```

(One text at a time: `states` of several would need a loop for each row.)
"""

_ONNX_OPEN = "allowed = sorted(set(range(len(tokenizer))) - special | {end})"
_ONNX_CLOSED = """
import json

# A summary may use these pieces and its own source's; no others were trained.
shortlist = json.load(open(FOLDER + "/shortlist.json"))
allowed = sorted({*shortlist, *batch["input_ids"][0].tolist()} - special | {end})
"""

_ONNX_ENCODER = """# Sentence vectors of summ, as ONNX

`model.onnx`: `input_ids`, `attention_mask` (N, T) to `sentence_embedding` (N, {dimension}), of
length 1.

```python
import onnxruntime
from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(FOLDER)
batch = tokenizer(texts, truncation=True, padding=True, return_tensors="np")
vectors = onnxruntime.InferenceSession(FOLDER + "/model.onnx").run(None, dict(batch))[0]
```
"""

_SENTENCE_TRANSFORMERS = """# Sentence vectors of summ, for sentence-transformers

```python
from sentence_transformers import SentenceTransformer

vectors = SentenceTransformer(FOLDER).encode(texts)  # (N, {dimension}), of length 1
```

{version}  In summ the vector of a blank text is zero; here it is that of the end mark.
"""

_TRANSFORMERS_ENCODER = """# Sentence encoders of summ, for transformers

{encoders}, pooled by `{pooling}`; each vector is normalised, then all are concatenated and
divided by the root of their number.{static}

```python
import torch
from transformers import AutoModel, AutoTokenizer

halves = []
for name in {names}:
    tokenizer = AutoTokenizer.from_pretrained(FOLDER + "/" + name)
    batch = tokenizer(texts, truncation=True, padding=True, return_tensors="pt")
    states = AutoModel.from_pretrained(FOLDER + "/" + name)(**batch).last_hidden_state
{pool}
    halves.append(torch.nn.functional.normalize(vectors, dim=1))
vectors = torch.cat(halves, dim=1) / len(halves) ** 0.5
```
"""

_STATIC = """
The encoders are static: tables of embeddings, stored as an OPT without layers."""

_POOLS = {
    "mean": """    mask = batch["attention_mask"][..., None]
    vectors = (states * mask).sum(dim=1) / mask.sum(dim=1)""",
    "cls": "    vectors = states[:, 0]",
    "last": """    last = batch["attention_mask"].sum(dim=1) - 1
    vectors = states[torch.arange(len(texts)), last]""",
}


def summarizer_card(target: str, settings: SummaryModelSettings, start: str, unknown: str) -> str:
    """The card of an exported compressor.

    Args:
        start: the mark that its decoder begins with.
        unknown: the piece of what the vocabulary cannot spell.
    """
    closed = settings.shortlist is not None
    if target == "transformers":
        head = _TRANSFORMERS_SUMMARIZER.format(generating=(_CLOSED if closed else _OPEN).strip())
    elif target == "ctranslate2":
        head = _CTRANSLATE2.format(
            room=settings.max_sentence, closed=closed, start=start, unknown=unknown
        )
    else:
        allowed = (_ONNX_CLOSED if closed else _ONNX_OPEN).strip()
        room = settings.max_sentence - 1
        head = _ONNX_SUMMARIZER.format(start=start, allowing=allowed, room=room)
    allowing = _SHORTLIST if closed else ""
    if closed and target == "ctranslate2":
        allowing += _VMAP
    return head + _SUMMARIES + allowing + _FOLDED


def encoder_card(target: str, model: SentenceModel) -> str:
    """The card of exported sentence encoders."""
    settings = model.settings
    static = isinstance(model.encoders[0], StaticEncoder)
    if target == "onnx":
        head = _ONNX_ENCODER.format(dimension=settings.dimension)
    elif target == "sentence-transformers":
        two = settings.encoders == 2
        version = "It needs sentence-transformers 6 or later." if two else "Any version loads it."
        head = _SENTENCE_TRANSFORMERS.format(dimension=settings.dimension, version=version)
        head += _STATIC + "\n" if static else ""
    else:
        names = ["f", "g"][: settings.encoders]
        head = _TRANSFORMERS_ENCODER.format(
            encoders="Two encoders, `f` and `g`" if len(names) == 2 else "One encoder, `f`",
            pooling=settings.pooling,
            names=tuple(names) if len(names) == 2 else '("f",)',
            pool=_POOLS[settings.pooling],
            static=_STATIC if static else "",
        )
    return head + _FOLDED
