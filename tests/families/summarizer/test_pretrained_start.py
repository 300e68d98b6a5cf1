"""From a pretrained network to summaries, through the configuration that ships."""

from collections.abc import Callable
from pathlib import Path

import pytest

from summ.config import NetworkConfig
from summ.data.corpus import prepare
from summ.families import load_run, train
from summ.networks.transformer import build_encoder_decoder
from summ.networks.vocabulary_facts import vocabulary_facts
from summ.pipelines.summarize import Summarizer
from summ.text.languages.en import LEANING
from summ.text.pretrained_tokenizer import open_vocabulary
from tests.data.conftest import invented_sentences, write_lines
from tests.pretrained import save_bart, save_t5

CONFIG = Path(__file__).parents[3] / "configs" / "bart.yaml"
ARTICLES = invented_sentences(60, 11, (12, 30))
TITLES = invented_sentences(60, 12, (4, 9))
SHORT = [
    *(f"stages.{stage}.steps=2" for stage in range(3)),
    *(f"stages.{stage}.likelihood.back_translated_length=[6, 10]" for stage in (1, 2)),
    "data.documents=4", "data.sentences=4", "stages.2.documents=2", "stages.2.sentences=4",
    "data.max_document=16", "validation_documents=4", "loader_workers=0", 'precision="no"',
    "networks.discriminator.config.n_embd=16", "networks.discriminator.config.n_layer=1",
]  # fmt: skip


@pytest.mark.parametrize("save", [save_bart, save_t5])
def test_prepare_train_summarize(save: Callable[[list[str], Path], None], tmp_path: Path) -> None:
    net = tmp_path / "net"
    save(ARTICLES, net)
    documents = write_lines(tmp_path / "documents.txt", ARTICLES)
    sentences = write_lines(tmp_path / "sentences.txt", TITLES)
    manifest = prepare([documents], [sentences], tmp_path / "corpus", vocabulary=net)
    assert not manifest.settings["folding"]
    places = [f"networks.{name}.checkpoint={net}" for name in ("compressor", "reconstructor")]
    folders = [f"data.corpus={tmp_path / 'corpus'}", f"output={tmp_path / 'run'}"]
    model = train(load_run(CONFIG, [*SHORT, *places, *folders]))
    summaries = Summarizer.load(model).summarize(ARTICLES[:4], words=5, beams=2)
    for article, summary in zip(ARTICLES, summaries, strict=False):
        assert 1 <= summary.words <= 5
        # Whole words of the source, as it writes them; or of the closed list.
        assert set(summary.text.split()) <= {*article.split(), *LEANING}


def test_the_habits_of_a_checkpoint_are_no_part_of_the_policy(tmp_path: Path) -> None:
    """Search would obey a forced first piece or a forbidden n-gram, and sampling would not."""
    save_bart(ARTICLES, tmp_path)
    vocabulary = open_vocabulary(tmp_path)
    network = NetworkConfig(checkpoint=str(tmp_path))
    built = build_encoder_decoder(network, vocabulary_facts(vocabulary), "eager")
    assert built.get_input_embeddings().weight.shape[0] == vocabulary.size
    generation = built.generation_config
    assert generation.forced_bos_token_id is None and generation.forced_eos_token_id is None
    assert not generation.no_repeat_ngram_size
    assert generation.decoder_start_token_id == vocabulary.eos
