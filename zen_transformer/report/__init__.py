"""Pictures of what was learnt. Takes arrays and rows of numbers; knows no model."""
