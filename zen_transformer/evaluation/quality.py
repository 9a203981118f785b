"""Quality against diversity: what each way to draw gives for what it takes.

    quality      exp((1 / n) Σ_i −log q(w_i | …))    perplexity under a judge q that wrote none of
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
TEMPERATURES = (0.4, 0.6, 0.8, 1.0, 1.2)
TOP_P = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
WAYS = {
    **{f"temperature {value}": Sampling(temperature=value) for value in TEMPERATURES},
    **{f"top-p {value}": Sampling(top_p=value) for value in TOP_P},
}
"""What is compared."""
MEMORISED = 0.95

Texts = Sequence[Sequence[int]]
Judge = Callable[[Texts, Texts], list[Float[np.ndarray, " tokens"]]]
"""Of prompts and what goes on with them: −log q of every token of the latter."""


def ngram_judge(model: NGrams) -> Judge:
    """Judges by counts."""

    def judge(prompts: Texts, texts: Texts) -> list[Float[np.ndarray, " tokens"]]:
        wholes = ([*prompt, *text] for prompt, text in zip(prompts, texts, strict=True))
        found = (-np.log(model.probabilities(np.array(whole))) for whole in wholes)
        return [tokens[len(prompt) :] for tokens, prompt in zip(found, prompts, strict=True)]

    return judge


def gpt_judge(model: GPTForCausalLM) -> Judge:
    """Judges as another GPT does, which cuts text into the same tokens."""

    def judge(prompts: Texts, texts: Texts) -> list[Float[np.ndarray, " tokens"]]:
        wholes = [[*prompt, *text] for prompt, text in zip(prompts, texts, strict=True)]
        found = zip(token_nll(model, wholes), prompts, strict=True)
        return [tokens[len(prompt) - 1 :] for tokens, prompt in found]

    return judge


class Quality(NamedTuple):
    """Texts that were written in one way; None where they are too short to say."""

    way: str
    perplexity: float
    self_bleu: float | None
    distinct_2: float | None
    entropy: float | None
    """Of single tokens, in nats."""
    repetition: float | None
    """seq-rep-4."""
    overlap: float
    """The longest stretch that the training text has, too, in tokens: the mean."""
    memorised: float
    """The share of texts."""


@dataclass(frozen=True)
class Comparison:
    """Ways to draw beside each other, and beside people.

    Args:
        prompts: ids, at least one in each.
        human: what people went on with.
        judge: says how likely texts are; it wrote none of them.
        training_text: what the writer learnt from.
    """

    prompts: Texts
    human: Texts
    judge: Judge
    training_text: TrainingText

    def of(self, way: str, texts: Texts) -> tuple[Quality, list[Overlap]]:
        """The figures of some texts, one to each prompt, and what of each is copied."""
        surprise = np.concatenate(self.judge(self.prompts, texts))
        overlaps = self.overlaps(texts)
        lengths = np.array([overlap.length for overlap in overlaps])
        quality = Quality(
            way,
            perplexity=float(np.exp(surprise.mean())) if len(surprise) else float("nan"),
            self_bleu=self_bleu(texts),
            distinct_2=distinct_n(texts, 2),
            entropy=unigram_entropy(texts),
            repetition=repetition_rate(texts),
            overlap=float(lengths.mean()),
            memorised=float(np.mean(lengths > self.longest_by_chance)),
        )
        return quality, overlaps

    def overlaps(self, texts: Texts) -> list[Overlap]:
        """What of each text is copied."""
        return [self.training_text.longest_overlap(text) for text in texts]

    @cached_property
    def longest_by_chance(self) -> float:
        """Tokens that 95 in 100 texts by people do not go beyond."""
        lengths = [overlap.length for overlap in self.overlaps(self.human)]
        return float(np.quantile(lengths, MEMORISED))
