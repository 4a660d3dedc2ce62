"""A temporary file, passed as its path."""

from __future__ import annotations

from .primitive import Parameter, Primitive, Site


class File(Primitive):
    """A file that every process can open; it is removed at the end.

    Final value: its text.
    Source: https://docs.python.org/3/library/functions.html#open
    """

    parameters = (Parameter("text", str, "", "What it contains at first."),)

    def build(self, site: Site, text: str) -> str:
        path = site.new_path()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def final(self, built: str) -> str:
        with open(built, encoding="utf-8", errors="backslashreplace") as file:
            return file.read()


PRIMITIVE = File
