"""A run: its folder, its trainer, where it is executed, and its export."""
