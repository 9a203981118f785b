"""The whole way from text to answers."""
