"""Text for people, made from a report and nothing else."""
