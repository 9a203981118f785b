"""What a trained encoder–decoder writes of held-out texts, and which word each new word came
from."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from zen_transformer.data.parallel_text import SplitPairs
from zen_transformer.generation.beams import BeamSearch
from zen_transformer.generation.sampling import Sampling
from zen_transformer.generation.seq2seq import Seq2SeqGenerator
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.report.plots import plot_cross_attention
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.seq2seq_scores import Answered
from zen_transformer.tasks.seq2seq_settings import AnyPairSettings
from zen_transformer.tokenizers.base import Tokenizer

EXAMPLES = 20
"""Answers that are kept to be read."""
TEXTS_AT_ONCE = 32
PICTURED = range(8, 25)
"""Tokens of a text whose cross-attention makes a good picture."""


def answers_of(
    run: RunFolder,
    network: EncoderDecoderForConditionalGeneration,
    tokenizer: Tokenizer,
    split: SplitPairs,
    settings: AnyPairSettings,
) -> Answered:
    """Ask, write `answers.json` and the picture, and give the answers."""
    asked = answered(network, tokenizer, split, settings)
    examples = [
        {"source": source, "answer": answer, "references": references}
        for source, answer, references in list(zip(*asked, strict=True))[:EXAMPLES]
    ]
    run.write_json("answers.json", {"pairs": examples})
    draw_cross_attention(run, network, tokenizer, asked)
    return asked


def answered(
    network: EncoderDecoderForConditionalGeneration,
    tokenizer: Tokenizer,
    split: SplitPairs,
    settings: AnyPairSettings,
) -> Answered:
    """What the model writes of held-out texts, drawn by the seed from those that it can read."""
    config, references = settings.pretraining, dict[str, list[str]]()
    for pair in split.held_out:
        references.setdefault(pair.source, []).append(pair.target)
    ids = {source: [*tokenizer.text_ids(source), tokenizer.eos_id] for source in references}
    fitting = [source for source in references if len(ids[source]) <= config.lengths[-1]]
    order = np.random.default_rng([settings.seed, 2]).permutation(len(fitting))
    chosen = [fitting[place] for place in order[: config.answers]]
    answers = written_of(
        Seq2SeqGenerator(network),
        [ids[source] for source in chosen],
        tokenizer,
        max_new_tokens=config.target_lengths[-1],
        beams=config.beams,
    )
    return Answered(chosen, answers, [tuple(references[source]) for source in chosen])


def written_of(
    translator: Seq2SeqGenerator,
    sources: Sequence[list[int]],
    tokenizer: Tokenizer,
    *,
    max_new_tokens: int,
    beams: int = 1,
) -> list[str]:
    """The likeliest text of each source, some at once and those of like length together."""
    end = tokenizer.eos_id
    order = np.argsort([len(source) for source in sources], kind="stable").tolist()
    found = [""] * len(sources)
    for at in range(0, len(order), TEXTS_AT_ONCE):
        places = order[at : at + TEXTS_AT_ONCE]
        # The last few are filled up, so that no other program has to be compiled for them.
        batch = [sources[place] for place in places]
        batch += [[end]] * (min(TEXTS_AT_ONCE, len(sources)) - len(batch))
        if beams == 1:
            greedy = Sampling(do_sample=False)
            ids = translator.generate(batch, greedy, max_new_tokens=max_new_tokens)
        else:
            search = BeamSearch(
                num_beams=beams,
                max_new_tokens=max_new_tokens,
                eos_token_ids=(end,),
                pad_token_id=tokenizer.pad_id,
            )
            ids = np.asarray(translator.beam_search(batch, search).token_ids[:, 0]).tolist()
        for place, text in zip(places, ids, strict=False):
            found[place] = tokenizer.decode(text)
    return found


# Which word each new word came from


def draw_cross_attention(
    run: RunFolder,
    network: EncoderDecoderForConditionalGeneration,
    tokenizer: Tokenizer,
    asked: Answered,
) -> None:
    """The picture of the first of the texts that has a good length."""
    lengths = [
        [len(tokenizer.text_ids(text)) for text in pair]
        for pair in zip(asked.sources, asked.answers, strict=True)
    ]
    good = [place for place, both in enumerate(lengths) if all(n in PICTURED for n in both)]
    written = [place for place, both in enumerate(lengths) if min(both) > 0]
    if not written:  # nothing was learnt yet: every answer is empty
        return
    place = (good or written)[0]
    source, answer = asked.sources[place], asked.answers[place]
    weights, words = word_attention(network, tokenizer, source, answer)
    plot_cross_attention(weights, *words, run.plots / "cross_attention.png")


def word_attention(
    network: EncoderDecoderForConditionalGeneration, tokenizer: Tokenizer, source: str, target: str
) -> tuple[np.ndarray, tuple[list[str], list[str]]]:
    """How much of each word of the source was looked at for each word of the target, of those
    weights that lie on words; and the words of both, the source's first.

    The mean over all heads of all blocks. A word's pieces are added up where they are looked at,
    and their mean is taken where they look.
    """
    sides = [tokenizer.pieces(text) for text in (source, target)]
    texts = source, target
    ids = [[piece.id for piece in pieces] for pieces in sides]
    output = network(
        np.array([[*ids[0], tokenizer.eos_id]]),
        np.array([[tokenizer.bos_id, *ids[1][:-1]]]),
        output_attentions=True,
    )
    layers = [np.asarray(of_block)[0] for of_block in output.cross_attentions or ()]
    weights = np.mean(layers, axis=(0, 1))[:, : len(ids[0])]  # [target, source], without END
    groups = [_words(text, pieces) for text, pieces in zip(texts, sides, strict=True)]
    looked_at, looks = (
        np.array([[piece in own for piece in range(len(pieces))] for _, own in found], float)
        for found, pieces in zip(groups, sides, strict=True)
    )
    found = (looks / looks.sum(axis=1, keepdims=True)) @ weights @ looked_at.T
    found /= found.sum(axis=1, keepdims=True)
    return found, ([word for word, _ in groups[0]], [word for word, _ in groups[1]])


def _words(text: str, pieces: Sequence[Any]) -> list[tuple[str, set[int]]]:
    """The words of a text, each with the numbers of its pieces: a new one begins with a space.
    Where there are no spaces, every piece is a word."""
    whole = " " in text.strip()
    groups: list[tuple[str, set[int]]] = []
    for number, piece in enumerate(pieces):
        letters = text[piece.start : piece.end]
        if groups and whole and not letters[:1].isspace():
            word, own = groups.pop()
            groups.append((word + letters, {*own, number}))
        else:
            groups.append((letters.strip(), {number}))
    return groups
