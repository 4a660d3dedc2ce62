"""Ways to carry out a plan; each has one method, ``runs(plan)``."""
