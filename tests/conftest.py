"""What holds for every test: hypothesis draws the same examples each time, and keeps nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same every time", deadline=None, database=None, derandomize=True, max_examples=100)
settings.load_profile("same every time")
