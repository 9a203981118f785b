"""What can be trained: one file or small folder each, and the registry."""
