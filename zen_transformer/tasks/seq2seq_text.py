"""The first two stages for pairs of texts: a vocabulary that both sides share, and the pairs as
ids."""

import time
from collections.abc import Sequence

from tqdm import tqdm

from zen_transformer.data.parallel_text import SplitPairs, TextPair
from zen_transformer.errors import UserError
from zen_transformer.objectives.seq2seq import Marks, TokenPairs
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.seq2seq_settings import (
    CoupletSettings,
    PairSettings,
    TranslationSettings,
)
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.tokenizers.characters import BEGINNING, END, PADDING, CharacterTokenizer
from zen_transformer.tokenizers.loading import load_tokenizer


def marks_of(tokenizer: Tokenizer) -> Marks:
    """What stands around texts: START is the beginning of a text."""
    return Marks(tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id)


def learn_pieces(pairs: Sequence[TextPair], settings: PairSettings) -> Tokenizer:
    """A vocabulary of both sides: byte pairs or, for couplets, characters."""
    texts = [text for pair in pairs for text in (pair.source, pair.target)]
    if isinstance(settings, CoupletSettings):
        characters = settings.tokenizer
        return CharacterTokenizer.train(
            texts, characters.vocab_size, min_frequency=characters.min_frequency
        )
    assert isinstance(settings, TranslationSettings)
    size = settings.tokenizer.vocab_size
    with tqdm(total=size, desc="vocabulary", unit="merge", disable=None) as bar:
        return ByteLevelBPETokenizer.train(
            texts,
            size,
            special_tokens=(PADDING, BEGINNING, END),
            report=lambda pair, count: bar.update(),
            eos_token=END,
            bos_token=BEGINNING,
            pad_token=PADDING,
        )


def pair_vocabulary_stage(
    run: RunFolder, pairs: Sequence[TextPair], settings: PairSettings
) -> Tokenizer:
    """Learn the vocabulary; where the stage is finished, read it."""
    if "vocabulary" in run.stages():
        found = load_tokenizer(run.model)
        assert isinstance(found, Tokenizer)
        return found
    started = time.perf_counter()
    tokenizer = learn_pieces(pairs, settings)
    tokenizer.save_pretrained(run.model)
    run.finish("vocabulary", time.perf_counter() - started)
    return tokenizer


def as_tokens(
    pairs: Sequence[TextPair], tokenizer: Tokenizer, settings: PairSettings, title: str
) -> TokenPairs:
    """The pairs as ids.

    Raises:
        UserError: all of them are longer than the settings allow.
    """
    bar = tqdm(pairs, desc=f"tokenizing {title}", unit="pair", disable=None)
    ids = [(tokenizer.text_ids(pair.source), tokenizer.text_ids(pair.target)) for pair in bar]
    sources, targets = ([side[place] for side in ids] for place in (0, 1))
    config = settings.pretraining
    found = TokenPairs(sources, targets, config.buckets, marks_of(tokenizer))
    if not len(found):
        raise UserError(
            f"all {len(pairs)} pairs of {settings.pairs} on the side {title} have more than "
            f"{config.lengths[-1]} tokens to read or {config.target_lengths[-1]} to write: choose "
            "larger pretraining.lengths and target_lengths"
        )
    return found


def pair_tokens_stage(
    run: RunFolder, split: SplitPairs, tokenizer: Tokenizer, settings: PairSettings
) -> tuple[TokenPairs, TokenPairs]:
    """The two sides as ids; they are made anew each time, within seconds."""
    started = time.perf_counter()
    train = as_tokens(split.train, tokenizer, settings, "train")
    held_out = as_tokens(split.held_out, tokenizer, settings, "held-out")
    if "tokens" not in run.stages():
        run.finish("tokens", time.perf_counter() - started)
    print(
        f"{len(train):,} pairs to learn from, {len(held_out):,} held out; left out, since they are "
        f"longer: {len(split.train) - len(train):,} and {len(split.held_out) - len(held_out):,}"
    )
    return train, held_out
