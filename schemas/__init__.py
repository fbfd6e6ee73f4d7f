"""What travels: models, topics and the needs taxonomy. Everything services agree on, and nothing else."""
