"""Training objectives: for each of them making its batches, its loss and its metrics, together.

An objective is a `training.step.Objective`. Its losses and metrics are weighted sums, never means:
sums and weights of microbatches and devices add up, however unevenly the weights are spread over
them, and the step divides once. Baselines to compare a model with are in `evaluation/`.
"""
