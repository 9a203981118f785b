"""Settings in files that a person can read: one for each size of run."""
