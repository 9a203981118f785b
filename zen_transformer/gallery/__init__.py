"""The gallery of mistakes: in each, one function of an otherwise right BERT is replaced.

A mistake is a wrong function of a few lines, its symptom in a small BERT on real text, and the test
that catches it. Model, objective and training step are those of the rest of the package.
"""
