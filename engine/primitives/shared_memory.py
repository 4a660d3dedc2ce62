"""``multiprocessing.shared_memory.SharedMemory``: bytes that several processes see at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .. import plain
from .ctype import one_of
from .primitive import Parameter, Primitive, Site

if TYPE_CHECKING:
    from multiprocessing.shared_memory import SharedMemory as Block


class SharedMemory(Primitive):
    """A block of memory with a name; it outlives its processes until it is unlinked, which the engine does at the end.

    Final value: a list of bytes.
    Source: https://docs.python.org/3/library/multiprocessing.shared_memory.html#multiprocessing.shared_memory.SharedMemory
    """

    parameters = (
        Parameter("size", int, None, "How many bytes, all zero; instead of `value`.", at_least=1),
        Parameter("value", list, None, "The bytes, as numbers; instead of `size`."),
    )

    def refusal(self, given: Mapping[str, Any]) -> str | None:
        return one_of(given, "size", "value")

    operations = ("close", "unlink")
    simulation = "shared_memory:SharedMemory"

    def build(self, site: Site, size: int | None, value: list[int] | None) -> Block:
        from multiprocessing.shared_memory import SharedMemory as Block

        content = bytes(size or 0) if value is None else bytes(value)
        block = Block(site.new_name(), create=True, size=len(content))
        block.buf[: len(content)] = content  # type: ignore[index]
        self._size = len(content)  # The system may have rounded it up to whole pages.
        return block

    def final(self, built: Block) -> list[int] | bytes:
        content = bytes(built.buf[: self._size])  # type: ignore[index]
        # A list of so many numbers would take nine times the memory, and most of it is cut all the same.
        return list(content) if len(content) <= plain.MAX_NODES else content

    def dispose(self, built: Block) -> None:
        built.close()
        with suppress(FileNotFoundError):
            built.unlink()


PRIMITIVE = SharedMemory
