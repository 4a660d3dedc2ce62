"""Carry out plans on real processes."""
