"""What a GPT computes while it reads a text, token by token and word by word.

surprise of token i      −log p(w_i | w_1 … w_{i−1}), in nats; 0 for the first token
         of a word       the sum over its tokens: −log p(word | the text before it)
attention of a word      the sum over the tokens attended to, the mean over its own tokens
"""

import re
from typing import NamedTuple

import jax
import numpy as np
from flax import nnx
from jaxtyping import Float

from zen_transformer.errors import UserError
from zen_transformer.layers.cross_entropy import log_sum_exp
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.tokenizers.base import Tokenizer


class Reading(NamedTuple):
    """A text, token by token, and what the model computed."""

    tokens: list[str]
    """Joined they are the text; a character of several tokens belongs to the first of them."""
    surprise: Float[np.ndarray, " length"]
    attentions: Float[np.ndarray, "layers heads length length"]
    hidden_states: Float[np.ndarray, "states length hidden"]


class Words(NamedTuple):
    """A text, word by word: what stands between spaces, or a Chinese character. Punctuation belongs
    to the word before it."""

    words: list[str]
    lines: list[int]
    """The number of each word's line, from 0; lines without words are not counted."""
    surprise: Float[np.ndarray, " words"]
    attentions: Float[np.ndarray, "layers words words"]
    """The mean over the heads."""
    hidden_states: Float[np.ndarray, "states words hidden"]
    """Those of the last token of each."""


def read(model: GPTForCausalLM, tokenizer: Tokenizer, text: str) -> Reading:
    """Let a GPT read a text.

    Raises:
        UserError: fewer than two tokens, or more than the model has positions.
    """
    pieces = tokenizer.pieces(text)
    ids = np.array([[piece.id for piece in pieces]], np.int32).reshape(1, -1)
    if ids.shape[1] < 2:
        raise UserError(f"{text!r} is {ids.shape[1]} tokens long: give at least two")
    graph, parameters = nnx.split(model)

    @jax.jit
    def compute(parameters, ids):
        output = nnx.merge(graph, parameters)(
            ids, output_hidden_states=True, output_attentions=True
        )
        logits = output.logits[0, :-1]
        of_next = logits[np.arange(len(logits)), ids[0, 1:]]
        return log_sum_exp(logits) - of_next, output.attentions, output.hidden_states

    surprise, attentions, states = jax.device_get(compute(parameters, ids))
    begins = [0, *(piece.end for piece in pieces)]
    return Reading(
        [text[begin : piece.end] for begin, piece in zip(begins, pieces, strict=False)],
        np.concatenate([[0.0], surprise]),
        np.stack(attentions)[:, 0],
        np.stack(states)[:, 0],
    )


WORD = re.compile(r"[\u3400-\u9fff][^\w\s]*|[^\s\u3400-\u9fff]+")


def word_by_word(reading: Reading) -> Words:
    """Combine the tokens of each word. Words that share a token are combined into one.

    Raises:
        UserError: a text of spaces alone.
    """
    text = "".join(reading.tokens)
    matches = list(WORD.finditer(text))
    if not matches:
        raise UserError(f"{text!r} has no words: give some")
    word_at = np.full(len(text), -1)
    for number, match in enumerate(matches):
        word_at[match.start() : match.end()] = number
    owners, begin = np.full(len(reading.tokens), -1), 0
    for place, token in enumerate(reading.tokens):
        if token.strip():  # " moon" is a part of "moon"
            owners[place] = word_at[begin + len(token) - len(token.lstrip())]
        elif not token:  # a part of a character
            owners[place] = owners[place - 1]
        begin += len(token)
    firsts = np.unique(owners[owners >= 0]).tolist()
    ends = [*firsts[1:], len(matches)]
    belongs = owners == np.array(firsts)[:, None]  # [words, tokens]
    sums = belongs.astype(reading.surprise.dtype)
    means = sums / sums.sum(axis=1, keepdims=True)
    breaks = [text.count("\n", 0, matches[first].start()) for first in firsts]
    return Words(
        ["".join(m[0] for m in matches[a:b]) for a, b in zip(firsts, ends, strict=True)],
        np.unique(breaks, return_inverse=True)[1].tolist(),
        sums @ reading.surprise,
        means @ reading.attentions.mean(axis=1) @ sums.T,
        reading.hidden_states[:, [int(np.flatnonzero(row)[-1]) for row in belongs]],
    )
