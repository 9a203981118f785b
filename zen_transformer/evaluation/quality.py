"""Quality against diversity: what each sampling setting gives for what it takes.

    quality      exp((1 / n) Σ_i −log q(w_i | …))    perplexity under a model q that wrote none of
                                                     the texts: the lower, the more expected
    diversity    1 − self-BLEU                       diversity.py

Low temperature and small top-p buy the first with the second; what a person wrote to the same
prompts is a point beside the two curves (Caccia et al. 2020; Hashimoto et al. 2019). A text counts
as memorised if more of it stands in the training text in one piece than of 95 in 100 of the texts
by people, who did not read it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from zen_transformer.evaluation.diversity import (
    Overlap,
    TrainingText,
    distinct_n,
    repetition_rate,
    self_bleu,
    unigram_entropy,
)
from zen_transformer.evaluation.ngrams import NGrams
from zen_transformer.generation.likelihood import token_nll
from zen_transformer.generation.sampling import Sampling
from zen_transformer.models.gpt import GPTForCausalLM

HUMAN = "people"
"""The label of what people wrote."""
TEMPERATURES = (0.4, 0.6, 0.8, 1.0, 1.2)
TOP_P = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
SAMPLINGS = {
    **{f"temperature {value}": Sampling(temperature=value) for value in TEMPERATURES},
    **{f"top-p {value}": Sampling(top_p=value) for value in TOP_P},
}
"""The settings compared, by their labels."""
MEMORISED = 0.95
"""The quantile of people's overlaps beyond which a text counts as memorised."""

TokenIds = Sequence[Sequence[int]]
TokenScorer = Callable[[TokenIds, TokenIds], list[Float[np.ndarray, " tokens"]]]
"""Takes prompts and their continuations, gives −log q of every token of the continuations."""


def ngram_token_scorer(model: NGrams) -> TokenScorer:
    """Score tokens by an n-gram model."""

    def score(prompts: TokenIds, texts: TokenIds) -> list[Float[np.ndarray, " tokens"]]:
        return [
            -np.log(model.probabilities(np.array([*prompt, *text])))[len(prompt) :]
            for prompt, text in zip(prompts, texts, strict=True)
        ]

    return score


def gpt_token_scorer(model: GPTForCausalLM) -> TokenScorer:
    """Score tokens by a GPT, whose vocabulary must be that of the texts."""

    def score(prompts: TokenIds, texts: TokenIds) -> list[Float[np.ndarray, " tokens"]]:
        wholes = [[*prompt, *text] for prompt, text in zip(prompts, texts, strict=True)]
        nlls = zip(token_nll(model, wholes), prompts, strict=True)
        return [nll[len(prompt) - 1 :] for nll, prompt in nlls]

    return score


class Quality(NamedTuple):
    """Figures of the texts of one sampling setting; None where the texts are too short."""

    label: str
    """The setting, or `HUMAN`."""
    perplexity: float
    self_bleu: float | None
    distinct_2: float | None
    entropy: float | None
    """Of single tokens, in nats."""
    repetition: float | None
    """seq-rep-4."""
    overlap: float
    """Mean length of the longest stretch that the training text has, too, in tokens."""
    memorised: float
    """Share of memorised texts."""


@dataclass(frozen=True)
class SamplingComparison:
    """Compares sampling settings with each other and with people.

    Args:
        prompts: ids, at least one in each.
        human: how people continued the prompts.
        scorer: says how likely texts are; it wrote none of them.
        training_text: what the generating model was trained on.
    """

    prompts: TokenIds
    human: TokenIds
    scorer: TokenScorer
    training_text: TrainingText

    def measure(self, label: str, texts: TokenIds) -> tuple[Quality, list[Overlap]]:
        """Compute the figures of texts, one for each prompt, and what is copied in each."""
        nll = np.concatenate(self.scorer(self.prompts, texts))
        overlaps = self.overlaps(texts)
        lengths = np.array([overlap.length for overlap in overlaps])
        quality = Quality(
            label,
            perplexity=float(np.exp(nll.mean())) if len(nll) else float("nan"),
            self_bleu=self_bleu(texts),
            distinct_2=distinct_n(texts, 2),
            entropy=unigram_entropy(texts),
            repetition=repetition_rate(texts),
            overlap=float(lengths.mean()),
            memorised=float(np.mean(lengths > self.longest_by_chance)),
        )
        return quality, overlaps

    def overlaps(self, texts: TokenIds) -> list[Overlap]:
        """The longest stretch of each text that the training text has, too."""
        return [self.training_text.longest_overlap(text) for text in texts]

    @cached_property
    def longest_by_chance(self) -> float:
        """The length in tokens that 95 in 100 overlaps of texts by people do not exceed."""
        lengths = [overlap.length for overlap in self.overlaps(self.human)]
        return float(np.quantile(lengths, MEMORISED))
