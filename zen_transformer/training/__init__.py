"""How it is learnt: one pure step, the optimizer, the loop. Knows no objective and no model."""
