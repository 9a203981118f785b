"""A run, stage by stage: vocabulary, tokens, pretraining, fine-tuning, answers; and its folder."""
