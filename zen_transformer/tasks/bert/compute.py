"""How much a pretraining of BERT computes: the FLOPs of the model's matrix products, both passes.

What the optimizer computes is not among them: nearly nothing of AdamW, of Muon five iterations of
three products for each matrix.
"""

from itertools import pairwise

from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.flops import bert_flops_per_token
from zen_transformer.objectives.masked_lm import predictions_per_sequence
from zen_transformer.tasks.bert.settings import BertSettings, PretrainingConfig


def flops_per_token(model: BertConfig, config: PretrainingConfig, step: int) -> float:
    """Count the FLOPs for each token of a step, padding included."""
    length = config.length(step)
    predictions = predictions_per_sequence(length, config.masking_rate_of(length))
    return 3 * bert_flops_per_token(model, length, predictions)


def flops_of_step(model: BertConfig, config: PretrainingConfig, step: int) -> float:
    """Count the FLOPs of a step."""
    length = config.length(step)
    return flops_per_token(model, config, step) * config.rows(length) * length


def flops_of_training(settings: BertSettings) -> float:
    """Count the FLOPs of all steps."""
    model, config = settings.model, settings.pretraining
    starts = [*config.stages(), config.steps]
    return sum(
        (end - start) * flops_of_step(model, config, start)
        for start, end in pairwise(starts)
        if end > start
    )
