"""Training: the loop, its checkpoints, and the objectives."""
