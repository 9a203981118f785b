"""How fast it is, beside HuggingFace and PyTorch on the same work in one run: `make bench`."""
