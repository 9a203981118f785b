"""Create the scorer that a command names: of a form, of novelty, or trained on preferences."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from zen_transformer.data.corpora import Document
from zen_transformer.data.preferences import PreferenceRecord
from zen_transformer.evaluation.diversity import TrainingText
from zen_transformer.evaluation.ranking import FormScorer, LikelihoodScorer, NoveltyScorer, Scorer
from zen_transformer.evaluation.reward_model import PLAIN_FEATURES, train_reward_model
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.objectives.causal_lm import TextWindows
from zen_transformer.tokenizers.base import Tokenizer


def make_scorer(
    by: Literal["form", "novelty", "choices"],
    form: Form,
    model: GPTForCausalLM,
    tokenizer: Tokenizer,
    documents: Callable[[], Iterable[Document]],
    preferences: Sequence[PreferenceRecord] = (),
) -> Scorer:
    """Create a scorer.

    Args:
        by: how nearly a text keeps a form, how little of it is copied from the training documents,
            or a reward model trained on preferences.
        form: for "form".
        model: for "choices": how likely it finds a text is one of the reward model's features.
        documents: reads the training documents; not called for "form".
        preferences: for "choices".

    Raises:
        UserError: a form without requirements, or no preferences.
    """
    if by == "form":
        return FormScorer(form)
    novelty = NoveltyScorer(
        TrainingText.from_windows(TextWindows.from_documents(documents(), tokenizer)), tokenizer
    )
    if by == "novelty":
        return novelty
    likelihood = LikelihoodScorer(model, tokenizer)
    features = PLAIN_FEATURES | {"novelty": novelty, "likely": likelihood}
    return train_reward_model(preferences, features)
