"""Teaching a GPT what was preferred of its texts."""
