"""What a trained encoder–decoder writes of held-out texts."""

from pathlib import Path
from typing import Any

import numpy as np

from zen_transformer.data.parallel_text import SplitPairs
from zen_transformer.evaluation.answers import Answered
from zen_transformer.generation.seq2seq import Seq2SeqGenerator
from zen_transformer.inference.seq2seq import generate_targets, word_attention
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.report.plots import plot_cross_attention
from zen_transformer.tasks.seq2seq.settings import Seq2SeqSettings
from zen_transformer.tokenizers.base import Tokenizer

EXAMPLES = 20
"""Answers that are kept to be read."""
PICTURED = range(8, 25)
"""Tokens of a text whose cross-attention makes a good picture."""


def answer(
    network: EncoderDecoderForConditionalGeneration,
    tokenizer: Tokenizer,
    split: SplitPairs,
    settings: Seq2SeqSettings,
) -> Answered:
    """Let the model write of held-out texts, drawn by the seed from those that it can read."""
    config, references = settings.pretraining, dict[str, list[str]]()
    for pair in split.held_out:
        references.setdefault(pair.source, []).append(pair.target)
    ids = {source: [*tokenizer.text_ids(source), tokenizer.eos_id] for source in references}
    fitting = [source for source in references if len(ids[source]) <= config.lengths[-1]]
    order = np.random.default_rng([settings.seed, 2]).permutation(len(fitting))
    chosen = [fitting[place] for place in order[: config.answers]]
    answers = generate_targets(
        Seq2SeqGenerator(network, pieces=tokenizer.vocab_size),
        [ids[source] for source in chosen],
        tokenizer,
        max_new_tokens=config.target_lengths[-1],
        beams=config.beams,
    )
    return Answered(chosen, answers, [tuple(references[source]) for source in chosen])


def examples(answered: Answered) -> dict[str, Any]:
    """The first answers, for `answers.json`."""
    rows = list(zip(*answered, strict=True))[:EXAMPLES]
    names = "source", "answer", "references"
    return {"pairs": [dict(zip(names, row, strict=True)) for row in rows]}


def draw_cross_attention(
    network: EncoderDecoderForConditionalGeneration,
    tokenizer: Tokenizer,
    answered: Answered,
    path: Path,
) -> None:
    """Draw the cross-attention of the first of the texts that has a good length; nothing, if there
    is none that the model can read, since nothing was learnt yet.

    An answer is read anew, which may take more tokens than it was written with.
    """
    readable = range(1, network.config.max_position_embeddings)  # with END
    lengths = [
        [len(tokenizer.text_ids(text)) for text in pair]
        for pair in zip(answered.sources, answered.answers, strict=True)
    ]
    written = [place for place, both in enumerate(lengths) if all(n in readable for n in both)]
    good = [place for place in written if all(n in PICTURED for n in lengths[place])]
    if not written:
        return
    place = (good or written)[0]
    source, target = answered.sources[place], answered.answers[place]
    weights, words = word_attention(network, tokenizer, source, target)
    plot_cross_attention(weights, *words, path)
