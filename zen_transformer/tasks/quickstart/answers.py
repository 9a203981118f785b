"""What the finished model answers, and what it would have answered before it learnt."""

import dataclasses
import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.data.labelled import LabelledData
from zen_transformer.inference.bert import Guess, LabelProbability, classifications, guesses, tags
from zen_transformer.models.bert import (
    BertForMaskedLM,
    BertForSequenceClassification,
    BertForTokenClassification,
)
from zen_transformer.report.plots import plot_attention, plot_attention_arcs, plot_embeddings
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.bert.start import initial_network
from zen_transformer.tasks.quickstart.settings import AnswersConfig, QuickstartSettings
from zen_transformer.tasks.registry import preset_settings
from zen_transformer.tasks.token_classification import TokenClassification
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_training import PREFIX
from zen_transformer.tokenizers.words import split_words

STAGE = "answers"
SENTENCE_TOKENS = range(8, 25)
"""Tokens of a held-out sentence that makes a good question."""
MISTAKES = 20
WORD_BEHIND = re.compile(r"\[MASK=([^\]]+)\]")


def answers_stage(
    run: RunFolder,
    settings: QuickstartSettings,
    tokenizer: WordPieceTokenizer,
    held_out: TokenizedDocuments,
    data: LabelledData,
) -> dict[str, Any]:
    """Ask, write `answers.json` and the pictures, and give the answers."""
    started = time.perf_counter()
    chosen = questions(settings, tokenizer, held_out, data)
    after = BertForMaskedLM.from_pretrained(run.model)
    before = _untrained(run, settings, tokenizer)
    classifier = BertForSequenceClassification.from_pretrained(run.classifier)
    words = [WORD_BEHIND.findall(text) for text in chosen.masked]
    masked, texts = [WORD_BEHIND.sub("[MASK]", text) for text in chosen.masked], list(chosen.texts)
    answers = {
        "fill_mask": [
            {
                "text": text,
                "before": _as_json(one),
                "after": _as_json(other),
                **_guessed(word, other),
            }
            for text, word, one, other in zip(
                masked,
                words,
                guesses(before, tokenizer, masked),
                guesses(after, tokenizer, masked),
                strict=True,
            )
        ],
        "classify": [
            {"text": text, "label": best.label, "probability": best.probability}
            for text, best in zip(texts, classifications(classifier, tokenizer, texts), strict=True)
        ],
        **_mistakes(classifier, tokenizer, data, settings.finetuning.max_length),
        **_tags(run, tokenizer, chosen.tagged),
    }
    run.write_json("answers.json", answers)
    _draw(before, after, tokenizer, chosen, run.plots)
    run.finish(STAGE, time.perf_counter() - started)
    return answers


def questions(
    settings: QuickstartSettings,
    tokenizer: WordPieceTokenizer,
    held_out: TokenizedDocuments,
    data: LabelledData,
) -> AnswersConfig:
    """Those of the settings; for texts that the preset was not made for, held-out sentences."""
    chosen = settings.answers
    preset = preset_settings(settings.preset, QuickstartSettings)
    if chosen == preset.answers and settings.corpus != preset.corpus:
        chosen = AnswersConfig(tagged=chosen.tagged)
    rng = np.random.default_rng(settings.seed)
    sentences = _sentences(held_out, rng)
    if not chosen.masked:
        masked = tuple(_with_mask(ids, tokenizer, rng) for ids in sentences[:5])
        chosen = dataclasses.replace(chosen, masked=masked)
    if not chosen.texts:
        chosen = dataclasses.replace(chosen, texts=tuple(data.test.texts[:3]))
    if not chosen.attention:
        chosen = dataclasses.replace(chosen, attention=tokenizer.decode(sentences[-1]))
    return chosen


def _sentences(documents: TokenizedDocuments, rng: np.random.Generator) -> list[np.ndarray]:
    """Six sentences of middling length, or the first ones where there is none such."""
    starts = documents.sentence_starts
    lengths = np.diff(starts)
    fitting = np.flatnonzero((lengths >= SENTENCE_TOKENS.start) & (lengths < SENTENCE_TOKENS.stop))
    chosen = np.arange(len(lengths)) if len(fitting) == 0 else rng.permutation(fitting)
    return [
        documents.ids[starts[i] : starts[i] + min(lengths[i], SENTENCE_TOKENS.stop)]
        for i in chosen[:6]
    ]


def _with_mask(ids: np.ndarray, tokenizer: WordPieceTokenizer, rng: np.random.Generator) -> str:
    """The sentence with one of its words, if it can be of a single piece, masked."""
    pieces = [tokenizer.vocabulary[i] for i in ids]
    continued = [piece.startswith(PREFIX) for piece in [*pieces[1:], ""]]
    whole = [
        place
        for place, piece in enumerate(pieces)
        if piece.isalpha() and not piece.startswith(PREFIX) and not continued[place]
    ]
    masked = np.array(ids)
    masked[rng.choice(whole or len(ids))] = tokenizer.mask_id
    return tokenizer.decode(masked, skip_special_tokens=False)


def _untrained(
    run: RunFolder, settings: BertSettings, tokenizer: WordPieceTokenizer
) -> BertForMaskedLM:
    """The model as it was before the first step, asked like the finished one."""
    if run.start.is_dir():
        return BertForMaskedLM.from_pretrained(run.start)
    with TemporaryDirectory() as folder:
        initial_network(settings, tokenizer).save_pretrained(folder)
        return BertForMaskedLM.from_pretrained(folder)


def _guessed(words: list[str], masks: list[list[Guess]]) -> dict[str, Any]:
    """The word that stood behind [MASK], if it is known, and whether it is among the guesses."""
    if not words:
        return {}
    found = any(words[0] == guess.piece for row in masks for guess in row)
    return {"word": words[0], "guessed": found}


def _tags(run: RunFolder, tokenizer: WordPieceTokenizer, text: str) -> dict[str, Any]:
    """The tags of a sentence's words, where the run has a tagger."""
    tagger = run.path / TokenClassification.part
    if not text or not tagger.is_dir():
        return {}
    model = BertForTokenClassification.from_pretrained(tagger)
    (words,) = tags(model, tokenizer, [split_words(text)])
    return {"tag": [{"text": text, "words": [word._asdict() for word in words]}]}


def _as_json(masks: list[list[Guess]]) -> list[list[dict[str, Any]]]:
    return [[guess._asdict() for guess in row] for row in masks]


def _mistakes(
    classifier: BertForSequenceClassification,
    tokenizer: WordPieceTokenizer,
    data: LabelledData,
    max_length: int,
) -> dict[str, Any]:
    """The test texts that the classifier got wrong, those it was most sure of first."""
    predicted = classifications(classifier, tokenizer, data.test.texts, max_length)
    wrong: list[tuple[LabelProbability, str, str]] = [
        (guess, text, data.names[label])
        for guess, text, label in zip(predicted, data.test.texts, data.test.labels, strict=True)
        if guess.label != data.names[label]
    ]
    wrong.sort(key=lambda entry: -entry[0].probability)
    return {
        "mistakes": [
            {"text": text, "label": label, "predicted": g.label, "probability": g.probability}
            for g, text, label in wrong[:MISTAKES]
        ],
        "mistakes_of": len(predicted),
        "mistakes_in_all": len(wrong),
    }


def _draw(
    before: BertForMaskedLM,
    after: BertForMaskedLM,
    tokenizer: WordPieceTokenizer,
    questions: AnswersConfig,
    folder: Path,
) -> None:
    """Attention in a sentence, and the vectors of some words before and after."""
    encoding = tokenizer.encode(
        questions.attention, max_length=after.config.max_position_embeddings, truncation=True
    )
    output = after(np.array([encoding.ids]), output_attentions=True)
    maps = np.stack([np.asarray(layer[0]) for layer in output.attentions or ()])
    plot_attention(maps, encoding.tokens, folder / "attention.png")
    plot_attention_arcs(sharpest_head(maps), encoding.tokens, folder / "attention_arcs.png")
    groups = {
        name: [word for word in words if word in tokenizer.ids]
        for name, words in questions.words.items()
    }
    words = [word for group in groups.values() for word in group]
    if len(words) > 2:
        ids = [tokenizer.ids[word] for word in words]
        vectors = {
            title: np.asarray(model.bert.embeddings.token.table[...])[ids]
            for title, model in (("before", before), ("after", after))
        }
        plot_embeddings(vectors, groups, folder / "embeddings.png")


def sharpest_head(maps: np.ndarray) -> np.ndarray:
    """Of `[layers, heads, length, length]` the map in which the words, without [CLS] and [SEP],
    look most at few other words: the largest mean of each row's maximum."""
    words = maps[:, :, 1:-1, 1:-1] * (1 - np.eye(maps.shape[-1] - 2))
    sharpness = words.max(axis=-1).mean(axis=-1) if words.size else np.zeros(maps.shape[:2])
    return maps[np.unravel_index(sharpness.argmax(), sharpness.shape)]
