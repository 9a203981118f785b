"""Where text comes from: corpora, labelled and parallel text, documents, shards, splits."""
