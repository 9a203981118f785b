"""All the mistakes of the gallery, in the order of a training: from the input to the optimiser.

Functions are named here and not imported: a list of the mistakes and their pages need no JAX.
"""

import ast
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError, did_you_mean
from zen_transformer.gallery.swap import resolve, swapped
from zen_transformer.gallery.symptom import Symptom


@dataclass(frozen=True)
class Mistake:
    """A wrong function in the place of a right one.

    Beside the wrong function `no_root` stands `look_at_no_root(study)`, which measures its symptom.

    Args:
        code: file of this folder and name of the wrong function, as in `attention:no_root`.
        target: module and name of the right function, as in `layers.attention:softmax`.
        check_name: function beside the wrong one that raises an `AssertionError` where the mistake
            is made: a test to be copied.
        test: test of this project that fails with the mistake.
        helpers: names of other functions that the wrong code consists of.
        check_helpers: names of other functions that the check needs.
    """

    code: str
    target: str
    check_name: str
    test: str
    helpers: tuple[str, ...] = ()
    check_helpers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name on the command line, as in `no-root`."""
        return self.code.partition(":")[2].replace("_", "-")

    @property
    def module(self) -> str:
        """The module that the code is in, below the package."""
        return f"gallery.{self.code.partition(':')[0]}"

    @property
    def wrong(self) -> Callable[..., Any]:
        """The wrong function."""
        return resolve(f"gallery.{self.code}")

    @property
    def look(self) -> Callable[[Any], Symptom]:
        """The function that measures the symptom, given a `Study`."""
        return resolve(f"gallery.{self.code.replace(':', ':look_at_')}")

    @property
    def check(self) -> Callable[[], None]:
        """The test to be copied."""
        return resolve(f"{self.module}:{self.check_name}")

    @property
    def wrong_source(self) -> str:
        """The source of the wrong code."""
        return self._source((self.code.partition(":")[2], *self.helpers))

    @property
    def check_source(self) -> str:
        """The source of the check."""
        return self._source((*self.check_helpers, self.check_name))

    def _source(self, names: tuple[str, ...]) -> str:
        """Read the source of some functions or classes, decorators included."""
        text = Path(__file__).with_name(f"{self.module.partition('.')[2]}.py").read_text("utf-8")
        definitions = {
            node.name: node
            for node in ast.parse(text).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        lines, sources = text.splitlines(), []
        for node in (definitions[name] for name in names):
            start = min(entry.lineno for entry in (node, *node.decorator_list))
            sources.append("\n".join(lines[start - 1 : node.end_lineno]))
        return "\n\n\n".join(sources)

    def applied(self) -> AbstractContextManager[None]:
        """Make the mistake while a `with` block runs."""
        return swapped(self.target, self.wrong)


_MISTAKES = (
    Mistake(
        "inputs:segments_all_zero",
        "models.bert_encoder:as_ids",
        "the_second_segment_matters",
        "tests/models/test_bert.py::test_every_input_matters",
        check_helpers=("states",),
    ),
    Mistake(
        "inputs:positions_from_one",
        "models.bert_encoder:as_ids",
        "the_first_token_has_position_zero",
        "tests/numpy_nn/test_bert_encoder.py::test_loss_and_gradient_are_those_of_jax",
        check_helpers=("states",),
    ),
    Mistake(
        "inputs:positions_forgotten",
        "layers.embeddings:sum_embeddings",
        "the_same_word_differs_at_two_positions",
        "tests/models/test_bert.py::"
        "test_the_order_of_the_words_matters_and_only_through_the_positions",
    ),
    Mistake(
        "attention:padding_in_the_softmax",
        "layers.masks:padding_mask",
        "padding_has_no_weight",
        "tests/models/test_bert.py::test_more_padding_changes_nothing_for_the_real_tokens",
    ),
    Mistake(
        "attention:mask_over_queries",
        "layers.masks:padding_mask",
        "padding_is_hidden_and_words_are_seen_by_all",
        "tests/layers/test_masks.py::test_padding_is_hidden_from_every_query_of_every_head",
    ),
    Mistake(
        "attention:mask_with_the_wrong_sign",
        "layers.masks:padding_mask",
        "the_only_word_is_looked_at",
        "tests/layers/test_masks.py::test_padding_is_hidden_from_every_query_of_every_head",
    ),
    Mistake(
        "attention:no_root",
        "layers.attention:attention_weights",
        "scores_are_divided_by_the_root_of_head_dim",
        "tests/layers/test_attention.py::test_scores_are_divided_by_the_root_of_the_head_dim",
    ),
    Mistake(
        "attention:root_of_hidden",
        "layers.attention:attention_weights",
        "two_heads_do_not_change_the_root",
        "tests/layers/test_attention.py::test_two_tokens_two_heads_by_hand",
    ),
    Mistake(
        "attention:softmax_over_the_wrong_axis",
        "layers.attention:attention_weights",
        "the_weights_of_a_query_add_up_to_one",
        "tests/layers/test_attention.py::test_two_tokens_two_heads_by_hand",
    ),
    Mistake(
        "attention:softmax_without_the_maximum",
        "layers.attention:softmax",
        "scores_of_a_thousand_stay_finite",
        "tests/layers/test_attention.py::test_scores_of_ten_thousand_stay_finite",
    ),
    Mistake(
        "attention:heads_without_the_transpose",
        "layers.attention:split_heads",
        "a_head_is_a_stretch_of_every_vector",
        "tests/layers/test_attention.py::test_a_head_is_a_stretch_of_the_hidden_vector",
    ),
    Mistake(
        "layers:kernels_transposed",
        "layers.linear:linear",
        "a_kernel_is_indexed_by_input_then_output",
        "tests/layers/test_linear.py::test_two_inputs_two_outputs_by_hand",
    ),
    Mistake(
        "layers:tanh_gelu",
        "layers.activations:gelu",
        "gelu_is_the_exact_one",
        "tests/layers/test_activations.py::test_gelu_is_x_times_the_normal_distribution",
    ),
    Mistake(
        "layers:epsilon_outside_the_root",
        "layers.normalization:layer_norm",
        "epsilon_stands_inside_the_root",
        "tests/layers/test_normalization.py::test_epsilon_stands_inside_the_root",
    ),
    Mistake(
        "layers:unbiased_deviation",
        "layers.normalization:layer_norm",
        "two_numbers_are_normalised_to_one",
        "tests/layers/test_normalization.py::test_two_numbers_by_hand",
    ),
    Mistake(
        "layers:pre_norm_for_post_norm",
        "models.stack:Block",
        "a_block_ends_in_a_layer_norm",
        "tests/models/test_stack.py::test_a_block_normalizes_after_each_residual",
    ),
    Mistake(
        "layers:pooler_without_tanh",
        "layers.pooling:cls_pooling",
        "pooled_numbers_lie_between_minus_one_and_one",
        "tests/layers/test_pooling.py::test_cls_looks_at_the_first_token_only",
    ),
    Mistake(
        "layers:mean_pooling_over_padding",
        "layers.pooling:mean_pooling",
        "more_padding_does_not_move_the_mean",
        "tests/layers/test_pooling.py::test_more_padding_changes_nothing",
    ),
    Mistake(
        "objectives:labels_shifted_by_one",
        "objectives.masked_lm:mask_tokens",
        "labels_are_what_stood_there",
        "tests/objectives/test_masked_lm.py::test_what_is_not_chosen_stays",
        check_helpers=("draw_masks",),
    ),
    Mistake(
        "objectives:special_tokens_masked",
        "objectives.masked_lm:mask_tokens",
        "special_tokens_are_never_masked",
        "tests/objectives/test_pretraining.py::test_never_masks_special_tokens_or_padding",
        check_helpers=("draw_masks",),
    ),
    Mistake(
        "objectives:padding_shared_with_a_label",
        "objectives.pretraining:_pair_weights",
        "every_pair_counts",
        "tests/objectives/test_pretraining.py::test_sums_are_those_of_the_logits",
    ),
    Mistake(
        "objectives:loss_weights_forgotten",
        "layers.cross_entropy:cross_entropy",
        "places_of_weight_zero_do_not_count",
        "tests/layers/test_cross_entropy.py::test_a_row_of_weight_zero_does_not_count",
    ),
    Mistake(
        "training:no_bias_correction",
        "training.optimizer:make_optimizer",
        "the_first_step_is_as_long_as_the_learning_rate",
        "tests/training/test_optimizer.py::test_the_first_step_goes_by_the_sign_of_the_gradient",
        helpers=("raw_moments",),
    ),
    Mistake(
        "training:l2_for_decoupled_decay",
        "training.optimizer:make_optimizer",
        "a_weight_without_gradient_decays_by_the_rate_times_lambda",
        "tests/training/test_optimizer.py::test_decay_is_decoupled_and_only_for_matrices",
    ),
    Mistake(
        "training:warmup_missing",
        "training.optimizer:learning_rate_schedule",
        "the_learning_rate_begins_at_zero",
        "tests/training/test_optimizer.py::"
        "test_up_to_the_peak_at_the_end_of_the_warmup_and_down_to_zero_at_the_last_step",
    ),
    Mistake(
        "training:sum_for_mean",
        "training.step:_sum_over",
        "a_batch_in_parts_has_the_same_gradient",
        "tests/training/test_step.py::test_a_batch_in_parts_is_the_same_batch",
        check_helpers=("Line",),
    ),
    Mistake(
        "training:dropout_at_evaluation",
        "training.step:make_evaluation",
        "two_evaluations_are_the_same",
        "tests/training/test_step.py::test_evaluation_gives_sums_without_dropout",
        check_helpers=("Line",),
    ),
    Mistake(
        "training:dropout_not_rescaled",
        "layers.dropout:dropout",
        "dropout_keeps_the_mean",
        "tests/layers/test_dropout.py::test_kept_entries_are_rescaled_and_dropped_ones_are_zero",
    ),
    Mistake(
        "training:same_dropout_key",
        "layers.dropout:split_key",
        "two_layers_drop_different_entries",
        "tests/layers/test_dropout.py::test_a_key_splits_into_different_ones",
    ),
)
MISTAKES: dict[str, Mistake] = {mistake.name: mistake for mistake in _MISTAKES}
"""The mistakes by their names on the command line."""


def find(name: str) -> Mistake:
    """Find a mistake by its name.

    Raises:
        UserError: there is none of this name.
    """
    if name not in MISTAKES:
        meant = did_you_mean(name, MISTAKES)
        raise UserError(f"no mistake {name!r} in the gallery: {meant}choose {', '.join(MISTAKES)}")
    return MISTAKES[name]
