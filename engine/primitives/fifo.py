"""A named pipe, passed as its path."""

from __future__ import annotations

import os

from .primitive import Primitive, Site


class Fifo(Primitive):
    """A pipe with a name: to open it one way blocks until somebody opens it the other way.

    Final value: null, for what is in it is gone when nobody has it open.
    Source: https://docs.python.org/3/library/os.html#os.mkfifo
    """

    simulation = "fifo:Fifo"

    def build(self, site: Site) -> str:
        path = site.new_path()
        os.mkfifo(path, 0o600)
        return path

    def final(self, built: str) -> None:
        return None


PRIMITIVE = Fifo
