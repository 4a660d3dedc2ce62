"""Carry out plans in simulation."""
