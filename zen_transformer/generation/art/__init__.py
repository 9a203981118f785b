"""Pictures of what a model computes while it reads a text."""
