"""Pretraining BERT on masked words and next sentences."""
