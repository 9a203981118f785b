"""Training an encoder–decoder on pairs of texts."""
