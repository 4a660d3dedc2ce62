"""What the simulation cannot follow."""

from __future__ import annotations


class Refused(BaseException):
    """A target asks for something that only the real system can do. Not an ``Exception``: no target is to catch it."""
