"""Fields about generating in the config.json and the generation_config.json of others."""

from typing import Any

HONOURED = frozenset(
    "max_length max_new_tokens min_length min_new_tokens do_sample num_beams num_return_sequences "
    "temperature top_k top_p min_p repetition_penalty no_repeat_ngram_size bad_words_ids "
    "suppress_tokens begin_suppress_tokens forced_bos_token_id forced_eos_token_id "
    "renormalize_logits length_penalty early_stopping eos_token_id decoder_start_token_id".split()
)
"""Fields that are honoured."""
NEUTRAL: dict[str, Any] = {
    "constraints": None,
    "diversity_penalty": 0.0,
    "dola_layers": None,
    "encoder_no_repeat_ngram_size": 0,
    "encoder_repetition_penalty": 1.0,
    "epsilon_cutoff": 0.0,
    "eta_cutoff": 0.0,
    "exponential_decay_length_penalty": None,
    "force_words_ids": None,
    "guidance_scale": 1.0,
    "max_time": None,
    "num_beam_groups": 1,
    "penalty_alpha": 0.0,
    "sequence_bias": None,
    "stop_strings": None,
    "token_healing": False,
    "top_h": None,
    "typical_p": 1.0,
    "watermarking_config": None,
}
"""Fields that would change what is generated and are not implemented, with the value that changes
nothing."""
WITHOUT_EFFECT = frozenset(
    # about the file
    "transformers_version _from_model_config _commit_hash "
    # ids that decide nothing here: prompts are never empty, and a mask says what is padding
    "bos_token_id pad_token_id "
    # what else is returned, and how it is computed, with the same result
    "use_cache cache_implementation cache_config max_cache_len return_legacy_cache low_memory "
    "compile_config disable_compile prefill_chunk_size continuous_batching_config "
    "output_attentions output_hidden_states output_scores output_logits return_dict_in_generate "
    "remove_invalid_values max_matching_ngram_size prompt_lookup_num_tokens is_assistant "
    "num_assistant_tokens num_assistant_tokens_schedule assistant_confidence_threshold "
    "assistant_early_exit assistant_lookbehind target_lookbehind assistant_ensemble_weight "
    "speculation_type use_mtp".split()
)
"""Fields that change nothing of what is generated here."""
FORMER = "force_bos_token_to_be_generated"
"""True in the config.json of old BARTs: `forced_bos_token_id` is `bos_token_id`."""
OF_CONFIG = (HONOURED | {FORMER, *NEUTRAL, *WITHOUT_EFFECT}) - {"decoder_start_token_id"}
"""Fields about generating that a config.json may have, besides those of the model."""
