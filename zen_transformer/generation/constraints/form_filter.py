"""Writing within a form: its constraints are applied to the logits, line by line.

    z_v ← −∞        where the text with the token v breaks the form (forms.py)

The filter looks one token ahead: it may lead into a line that is full and does not rhyme. So a line
is tried many times, all tries in one batch; of those that keep to the form that one stays whose
words and whose end surprise the model itself least:

    min over tries of   (1 / n) Σ_i −log p(w_i | …)  +  Σ_j −log p(e_j | …)

w_i are the n tokens up to the last word's, e_j the marks behind it and the break.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from jaxtyping import Bool, Float

from zen_transformer.errors import UserError, check_range
from zen_transformer.generation.constraints.forms import Form, keeping
from zen_transformer.generation.constraints.pronunciation import rhyme, rhymes_of, words
from zen_transformer.generation.decoding import Allowed, Generator
from zen_transformer.generation.likelihood import token_nll
from zen_transformer.generation.sampling import Sampling
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.tokenizers.base import Tokenizer

LIKELIEST = 100
"""Tokens that are tried each time, besides those that end a line."""
ANSWERS = 4
"""A line's last word that others have to rhyme with should have so many rhymes among the tokens."""


@dataclass(frozen=True, kw_only=True)
class FormGenerator:
    """Writes texts in a form.

    Raises:
        UserError: the form does not say how many lines it has.
    """

    model: GPTForCausalLM
    tokenizer: Tokenizer
    form: Form
    sampling: Sampling
    max_new_tokens: int = 40
    """Of a line, at most."""
    tries: int = 32
    """Of each line."""

    def __post_init__(self):
        check_range("tries", self.tries, 1)
        if self.form.line_count is None:
            raise UserError(
                "the form asks for nothing: give its lines, syllables, rhyme or acrostic"
            )

    def generate(self, prompt: str, seed: int = 0) -> str:
        """The prompt, which is part of the form, and what goes on with it.

        Raises:
            UserError: a prompt that breaks the form, is empty or too long; or no try of a line kept
                to the form: the message names what stands in the way.
        """
        violation = self.form.violation(prompt, finished=False)
        if violation:
            raise UserError(f"the prompt breaks the form; {violation}: change one of the two")
        text, known = prompt, self.tokenizer.text_ids(prompt)
        for number in range(prompt.count("\n"), self.form.line_count or 1):
            text = self._with_a_line_more(text, known, number, seed)
            room = self.model.config.n_positions - self.max_new_tokens - 1  # and the break
            known = self.tokenizer.text_ids(text)[-room:]
            seed += self.tries
        return text

    def _with_a_line_more(self, text: str, known: list[int], number: int, seed: int) -> str:
        """The likeliest of all tries that keep to the form, each cut behind any of its words."""
        rows = self.generator.generate(
            [known] * self.tries,
            self.sampling,
            max_new_tokens=self.max_new_tokens,
            seeds=range(seed, seed + self.tries),
            allowed=self.allowed(text),
        )
        last = number + 1 == self.form.line_count
        tried = list(dict.fromkeys(tuple(row[:end]) for row in rows for end in self._cuts(row)))
        lines = [text + self.tokenizer.decode(row) + ("" if last else "\n") for row in tried]
        kept = keeping(self.form, lines, finished=last)
        kept = [one for one in kept if self._answerable(lines[one], number)] or kept
        found = token_nll(self.model, [[*known, *tried[one], self.line_end] for one in kept])
        scores = [
            self._score(surprise[len(known) - 1 :], tried[one])
            for surprise, one in zip(found, kept, strict=True)
        ]
        return lines[kept[int(np.argmin(scores))]]

    def _score(self, surprise: Float[np.ndarray, " tokens"], row: tuple[int, ...]) -> float:
        """As above, of a line's tokens and its break."""
        worded = [n for n, token in enumerate(row, 1) if re.search(r"\w", self.pieces[token])]
        n = max(worded, default=0)
        return float(surprise[:n].sum() / max(n, 1) + surprise[n:].sum())

    def _answerable(self, text: str, number: int) -> bool:
        """Whether no later line has to rhyme with the last of these, or its word has rhymes."""
        letter = self.form.rhyme[number : number + 1]
        if not letter or letter not in self.form.rhyme[number + 1 :]:
            return True
        end = words(text)[-1]
        return bool(rhymes_of(end)) and sum(rhyme(word, end) for word in self.words) >= ANSWERS

    def _cuts(self, row: list[int]) -> list[int]:
        """Where a try may be cut: behind its words. Rhymes are rare, and a try that was to become
        longer may have had one on its way."""
        starts = [not self.pieces[token][:1].isalnum() for token in row]
        return [end for end, cut in enumerate([*starts[1:], True], start=1) if cut and row]

    def allowed(self, begun: str) -> Allowed:
        """Which tokens keep texts within the form that all go on with the same beginning. Of each
        row the likeliest are tried, and what ends a line that has some words; all tokens, where it
        has none yet."""
        end, everything = self.tokenizer.eos_id, range(self.tokenizer.vocab_size)

        @cache
        def fits(text: str, token: int) -> bool:
            piece = None if token == end else self.pieces[token]
            return bool(self.form.allowed(text, [piece])[0])

        def mask(
            texts: list[list[int]], logits: Float[np.ndarray, "batch vocab"]
        ) -> Bool[np.ndarray, "batch vocab"]:
            count = min(LIKELIEST, logits.shape[1])
            likeliest = np.argpartition(-logits, count - 1, axis=1)[:, :count].tolist()
            found = np.zeros(logits.shape, bool)
            for row, text in enumerate(texts):
                written = begun + self.tokenizer.decode(text)
                empty = not written.rpartition("\n")[2].strip()
                tried = everything if empty else [*likeliest[row], *self.generator.end_ids]
                found[row, tried] = [fits(written, token) for token in tried]
                found[row, self.generator.end_ids] &= not empty
            return found

        return mask

    @cached_property
    def pieces(self) -> list[str]:
        """What each token writes."""
        return [self.tokenizer.decode([token]) for token in range(self.tokenizer.vocab_size)]

    @cached_property
    def words(self) -> list[str]:
        """The tokens that are words whose sound is known."""
        found = (piece[1:] for piece in self.pieces if re.fullmatch(r" [a-z]{2,}", piece))
        return [word for word in found if rhymes_of(word)]

    @property
    def line_end(self) -> int:
        """The token that breaks a line."""
        return self.tokenizer.text_ids("\n")[0]

    @cached_property
    def generator(self) -> Generator:
        """Ends with the line."""
        breaks = [token for token, piece in enumerate(self.pieces) if "\n" in piece]
        return Generator(self.model, [self.tokenizer.eos_id, *breaks])
