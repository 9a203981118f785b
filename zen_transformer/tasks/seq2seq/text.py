"""Pairs of texts: a vocabulary that both sides share, and the pairs as ids."""

import time
from collections.abc import Sequence

from tqdm import tqdm

from zen_transformer.data.parallel_text import SplitPairs, TextPair
from zen_transformer.errors import UserError
from zen_transformer.objectives.seq2seq import SpecialIds, TokenPairs
from zen_transformer.printing import print
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.corpus_text import train_byte_pairs
from zen_transformer.tasks.seq2seq.settings import Seq2SeqSettings
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.characters import BEGINNING, END, PADDING, CharacterTokenizer


def train_tokenizer(pairs: Sequence[TextPair], settings: Seq2SeqSettings) -> Tokenizer:
    """Train a vocabulary on both sides."""
    texts = [text for pair in pairs for text in (pair.source, pair.target)]
    config = settings.tokenizer
    if config.kind == "characters":
        return CharacterTokenizer.train(
            texts, config.vocab_size, min_frequency=config.min_frequency
        )
    return train_byte_pairs(
        texts,
        config.vocab_size,
        special_tokens=(PADDING, BEGINNING, END),
        eos_token=END,
        bos_token=BEGINNING,
        pad_token=PADDING,
    )


def as_tokens(
    pairs: Sequence[TextPair], tokenizer: Tokenizer, settings: Seq2SeqSettings, title: str
) -> TokenPairs:
    """The pairs as ids.

    Raises:
        UserError: all of them are longer than the settings allow.
    """
    bar = tqdm(pairs, desc=f"tokenizing {title}", unit="pair", disable=None)
    ids = [(tokenizer.text_ids(pair.source), tokenizer.text_ids(pair.target)) for pair in bar]
    sources, targets = ([side[place] for side in ids] for place in (0, 1))
    config = settings.pretraining
    special = SpecialIds(tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id)
    token_pairs = TokenPairs(sources, targets, config.buckets, special)
    if not len(token_pairs):
        raise UserError(
            f"all {len(pairs)} pairs of {settings.pairs} on the side {title} have more than "
            f"{config.lengths[-1]} tokens to read or {config.target_lengths[-1]} to write: choose "
            "larger pretraining.lengths and target_lengths"
        )
    return token_pairs


def pair_tokens_stage(
    run: RunFolder, split: SplitPairs, tokenizer: Tokenizer, settings: Seq2SeqSettings
) -> tuple[TokenPairs, TokenPairs]:
    """Both splits as ids; they are made anew each time, within seconds."""
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
