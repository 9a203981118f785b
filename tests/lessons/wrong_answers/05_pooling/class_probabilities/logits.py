"""The result is the logits.

Named: head-without-softmax
"""


def class_probabilities(pooled, kernel, bias, temperature):
    return (pooled @ kernel + bias) / temperature
