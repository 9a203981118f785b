"""Text becomes ids: WordPiece, byte-level BPE and characters, behind one interface."""
