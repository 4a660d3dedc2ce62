"""Items that wait in a line, as a value: a tuple of tuples, none of them empty, of which all but the first and the last
have ``LENGTH`` items.

To add to a tuple, or to take from one, costs as much as all that is in it. Here it costs a chunk and the list of
chunks, so that thousands of messages that lie in a queue make no step slow.
"""

from __future__ import annotations

from typing import Any

LENGTH = 64

Chunks = tuple[tuple[Any, ...], ...]


def added(chunks: Chunks, number: int, item: Any) -> Chunks:
    """``number`` is how many items were ever added before: it says where a chunk begins, so that what was added and
    taken in another order is the same."""
    if chunks and number % LENGTH:
        return (*chunks[:-1], (*chunks[-1], item))
    return (*chunks, (item,))


def without_first(chunks: Chunks) -> Chunks:
    rest = chunks[0][1:]
    return (rest, *chunks[1:]) if rest else chunks[1:]


def with_first(chunks: Chunks, item: Any) -> Chunks:
    """The same, but for ``item`` in the place of the first."""
    return ((item, *chunks[0][1:]), *chunks[1:])
