"""The gallery of mistakes: each as one function exchanged for another in an otherwise right BERT.

A mistake is a wrong function of a few lines, the symptom that it has in a small BERT on real text,
and the test that catches it. Nothing is copied: the model, the objective and the step are those of
the other rooms.
"""
