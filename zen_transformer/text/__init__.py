"""Text becomes ids: corpora, sentences, words, pieces. Knows nothing of what is learnt."""
