"""Weights on disk: the names others give them, and the files. Knows no model."""
