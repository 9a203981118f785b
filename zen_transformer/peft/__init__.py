"""Fine-tuning with few parameters: attached to any model here from outside, and trained by the same
step with `trainable`, a predicate on the names of parameters."""
