"""Fixed forms: syllables, rhymes and acrostics as constraints on decoding."""
