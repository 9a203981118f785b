"""The pip packages that carry text: a file for each of them."""
