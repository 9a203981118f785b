"""Layers assembled into models, with HuggingFace's names for classes, fields and outputs."""
