"""Weights on disk: HuggingFace's names of parameters, and its files."""
