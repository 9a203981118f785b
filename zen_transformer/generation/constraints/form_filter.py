"""Generate text within a form: its constraints are applied to the logits, line by line.

    z_v ← −∞        where the text with the token v breaks the form (forms.py)

The filter looks one token ahead: it may lead into a line that is full and does not rhyme. So each
line is tried many times, all tries in one batch; of those that keep the form the one is taken whose
words and whose end the model itself finds likeliest:

    min over tries of   (1 / n) Σ_i −log p(w_i | …)  +  Σ_j −log p(e_j | …)

w_i are the n tokens up to the last word's, e_j the marks behind it and the line break.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from jaxtyping import Bool, Float

from zen_transformer.errors import UserError, check_range
from zen_transformer.generation.constraints.forms import Form, keeping
from zen_transformer.generation.constraints.pronunciation import rhyme, rhymes_of, words
from zen_transformer.generation.decoding import AllowedTokens, Generator
from zen_transformer.generation.likelihood import token_nll
from zen_transformer.generation.sampling import Sampling
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.tokenizers.base import Tokenizer

LIKELIEST = 100
"""Number of tokens checked at each step, besides those that end a line."""
MIN_RHYMES = 4
"""Minimum number of words of the vocabulary that must rhyme with the end of a line with which later
lines have to rhyme."""


@dataclass(frozen=True, kw_only=True)
class FormGenerator:
    """Generates texts that keep a form.

    Raises:
        UserError: a form without a number of lines, or no tries.
    """

    model: GPTForCausalLM
    tokenizer: Tokenizer
    form: Form
    sampling: Sampling
    max_new_tokens: int = 40
    """Maximum number of tokens of a line."""
    tries: int = 32
    """Number of attempts at each line."""

    def __post_init__(self):
        check_range("tries", self.tries, 1)
        if self.form.line_count is None:
            raise UserError(
                "the form asks for nothing: give its lines, syllables, rhyme or acrostic"
            )

    def generate(self, prompt: str, seed: int = 0) -> str:
        """Continue the prompt, which is the beginning of the form, to the end of the form.

        Raises:
            UserError: the prompt breaks the form, is empty or too long; or no try of a line keeps
                the form: the message names what is broken.
        """
        violation = self.form.violation(prompt, finished=False)
        if violation:
            raise UserError(f"the prompt breaks the form; {violation}: change one of the two")
        text, context = prompt, self.tokenizer.text_ids(prompt)
        for number in range(prompt.count("\n"), self.form.line_count or 1):
            text = self._with_next_line(text, context, number, seed)
            room = self.model.config.n_positions - self.max_new_tokens - 1  # and the line break
            context = self.tokenizer.text_ids(text)[-room:]
            seed += self.tries
        return text

    def _with_next_line(self, text: str, context: list[int], number: int, seed: int) -> str:
        """The text with the likeliest of all tries that keep the form, each also truncated behind
        any of its words."""
        rows = self.generator.generate(
            [context] * self.tries,
            self.sampling,
            max_new_tokens=self.max_new_tokens,
            seeds=range(seed, seed + self.tries),
            allowed=self.allowed(text),
        )
        last = number + 1 == self.form.line_count
        lines = list(dict.fromkeys(tuple(row[:end]) for row in rows for end in self._ends(row)))
        texts = [text + self.tokenizer.decode(line) + ("" if last else "\n") for line in lines]
        kept = keeping(self.form, texts, finished=last)
        kept = [place for place in kept if self._has_rhymes(texts[place], number)] or kept
        wholes = [[*context, *lines[place], self.line_end] for place in kept]
        losses = [
            self._loss(nll[len(context) - 1 :], lines[place])
            for nll, place in zip(token_nll(self.model, wholes), kept, strict=True)
        ]
        return texts[kept[int(np.argmin(losses))]]

    def _loss(self, nll: Float[np.ndarray, " tokens"], line: tuple[int, ...]) -> float:
        """What is minimised over the tries, given −log p of the line's tokens and its break."""
        in_words = [n for n, token in enumerate(line, 1) if re.search(r"\w", self.pieces[token])]
        n = max(in_words, default=0)
        return float(nll[:n].sum() / max(n, 1) + nll[n:].sum())

    def _has_rhymes(self, text: str, number: int) -> bool:
        """Whether enough words rhyme with the last line, or no later line has to."""
        letter = self.form.rhyme[number : number + 1]
        if not letter or letter not in self.form.rhyme[number + 1 :]:
            return True
        end = words(text)[-1]
        rhyming = sum(rhyme(word, end) for word in self.words)
        return bool(rhymes_of(end)) and rhyming >= MIN_RHYMES

    def _ends(self, row: list[int]) -> list[int]:
        """Where a try may be truncated: behind each word. Rhymes are rare, and a try that was to
        become longer may have had one on its way."""
        starts = [not self.pieces[token][:1].isalnum() for token in row]
        return [
            end for end, behind_word in enumerate([*starts[1:], True], 1) if behind_word and row
        ]

    def allowed(self, beginning: str) -> AllowedTokens:
        """The filter of the next token for texts that all continue the same beginning.

        Of each row the likeliest tokens are checked, and those that end a line that has words; in
        a line without words all tokens are checked.
        """
        eos, all_tokens = self.tokenizer.eos_id, range(self.tokenizer.vocab_size)

        @cache
        def fits(text: str, token: int) -> bool:
            piece = None if token == eos else self.pieces[token]
            return bool(self.form.allowed(text, [piece])[0])

        def mask(
            rows: list[list[int]], logits: Float[np.ndarray, "batch vocab"]
        ) -> Bool[np.ndarray, "batch vocab"]:
            count = min(LIKELIEST, logits.shape[1])
            likeliest = np.argpartition(-logits, count - 1, axis=1)[:, :count].tolist()
            allowed = np.zeros(logits.shape, bool)
            ends = self.generator.eos_token_ids
            for row, ids in enumerate(rows):
                text = beginning + self.tokenizer.decode(ids)
                empty = not text.rpartition("\n")[2].strip()
                candidates = all_tokens if empty else [*likeliest[row], *ends]
                allowed[row, candidates] = [fits(text, token) for token in candidates]
                allowed[row, ends] &= not empty
            return allowed

        return mask

    @cached_property
    def pieces(self) -> list[str]:
        """The text of each token."""
        return [self.tokenizer.decode([token]) for token in range(self.tokenizer.vocab_size)]

    @cached_property
    def words(self) -> list[str]:
        """The tokens that are whole words of known pronunciation."""
        candidates = (piece[1:] for piece in self.pieces if re.fullmatch(r" [a-z]{2,}", piece))
        return [word for word in candidates if rhymes_of(word)]

    @property
    def line_end(self) -> int:
        """The token of a line break."""
        return self.tokenizer.text_ids("\n")[0]

    @cached_property
    def generator(self) -> Generator:
        """A generator whose texts end with the line."""
        breaks = [token for token, piece in enumerate(self.pieces) if "\n" in piece]
        ends = [self.tokenizer.eos_id, *breaks]
        return Generator(self.model, ends, pieces=self.tokenizer.vocab_size)
