"""Training: one pure step, the optimizer, devices, the loop, checkpoints. Knows no objective and no
model."""
