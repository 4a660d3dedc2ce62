"""``multiprocessing.shared_memory.ShareableList``: a list of fixed length in a block of shared memory."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .primitive import Parameter, Primitive, Site

if TYPE_CHECKING:
    from multiprocessing.shared_memory import ShareableList as Block


class ShareableList(Primitive):
    """Numbers, booleans, texts, bytes and None; neither the list nor a text in it can grow.

    Final value: a list.
    Source: https://docs.python.org/3/library/multiprocessing.shared_memory.html#multiprocessing.shared_memory.ShareableList
    """

    parameters = (Parameter("value", list, ..., "Its items."),)
    operations = ("read", "write", "count", "index")
    simulation = "shareable_list:ShareableList"

    def build(self, site: Site, value: list[Any]) -> Block[Any]:
        from multiprocessing.shared_memory import ShareableList as Block

        return Block(value, name=site.new_name())

    def final(self, built: Block[Any]) -> list[object]:
        return [built[index] for index in range(len(built))]

    def dispose(self, built: Block[Any]) -> None:
        built.shm.close()
        with suppress(FileNotFoundError):
            built.shm.unlink()


PRIMITIVE = ShareableList
