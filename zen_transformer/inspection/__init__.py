"""Looking inside: what a model computes on its way, and where two of them part."""
