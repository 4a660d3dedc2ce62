"""Messages from a stream of bytes: what a reader has got of one, and how much of it is missing.

As long as writers take turns, each message comes as it was sent. Where two have written at the same time, one's bytes
are in the middle of the other's, and the reader makes of them what it finds (multiprocessing.connection, ``_recv``).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from .channel import HEADER, Segment

Dump = Callable[[Any], bytes]
"""The bytes of a message, without its header."""

Pieces = tuple[Segment, ...]


class Torn(bytes):
    """A message that nobody sent."""


def join(pieces: Pieces, piece: Segment) -> Pieces:
    """``pieces`` and one more, made one with the last if it goes on where that ends."""
    if pieces:
        last = pieces[-1]
        if last.load is piece.load and last.size == piece.size and last.stop == piece.start:
            return (*pieces[:-1], last._replace(stop=piece.stop))
    return (*pieces, piece)


def length(pieces: Pieces) -> int:
    return sum([piece.stop - piece.start for piece in pieces])


def body_length(pieces: Pieces, dump: Dump) -> int | None:
    """How long the message is without its header; None as long as the header is not all there."""
    if length(pieces) < HEADER:
        return None
    first = pieces[0]
    if not first.start and first.stop >= HEADER:
        return first.size - HEADER
    count: int
    (count,) = struct.unpack("!i", _bytes(pieces, dump)[:HEADER])
    return max(0, count)


def missing(pieces: Pieces, dump: Dump) -> int:
    """How many bytes the reader wants next: of the header, or of all that follows."""
    body = body_length(pieces, dump)
    return (HEADER if body is None else HEADER + body) - length(pieces)


def content(pieces: Pieces, dump: Dump) -> Any:
    """What a message carries of which nothing is missing."""
    if len(pieces) == 1 and pieces[0].is_whole:
        return pieces[0].load
    return Torn(_bytes(pieces, dump)[HEADER:])


def _bytes(pieces: Pieces, dump: Dump) -> bytes:
    return b"".join(frame(piece, dump)[piece.start : piece.stop] for piece in pieces)


def frame(piece: Segment, dump: Dump) -> bytes:
    """The bytes of the whole message that ``piece`` is a piece of."""
    return struct.pack("!i", piece.size - HEADER) + dump(piece.load)
