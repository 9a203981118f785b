"""Making text: the next token from its logits, beams, fixed forms, and whether it is any good."""
