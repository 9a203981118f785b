"""How good a model is: baselines, diversity, quality, and scores that rank texts."""
