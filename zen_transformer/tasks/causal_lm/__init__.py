"""Training a GPT on the next token."""
