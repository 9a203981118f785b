"""Answers of a trained model, as Python functions."""
