"""What processes wrote, and in which order.

Each stream of each process is a pipe of its own. Order within one is the pipe's. Between them it is the order in
which the writes were made, as the writers stamped them; a stream on which something else wrote too (a C library, a
subprocess) is taken in the order in which it arrived here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LIMIT_BYTES = 1 << 20
"""How much of one stream is kept; what comes after is counted."""

RUN_LIMIT_BYTES = 2 << 20
"""How much is kept of all streams of a run: their text is in the report twice, and in several forms."""

FREE_BYTES = 4096
"""How much of each stream is kept whatever the others write."""

LIMIT_PIECES = 100_000
"""How many writes to one stream are told apart in time; what comes after is as late as the last of them."""

Segment = tuple[int, bytes]


@dataclass
class Allowance:
    """How much the streams of one run may still keep beyond what is free."""

    left: int = RUN_LIMIT_BYTES

    def take(self, wanted: int) -> int:
        taken = min(wanted, self.left)
        self.left -= taken
        return taken


@dataclass
class Stream:
    """One stream of one process, as it arrives."""

    allowance: Allowance = field(default_factory=Allowance)
    arrivals: list[Segment] = field(default_factory=list)
    stamps: list[tuple[int, int]] = field(default_factory=list)
    rest: bytearray = field(default_factory=bytearray)
    kept: int = 0
    cut: int = 0

    def add(self, data: bytes) -> None:
        part = data[: self._room(len(data))]
        self.kept += len(part)
        self.cut += len(data) - len(part)
        if part and len(self.arrivals) < LIMIT_PIECES:
            self.arrivals.append((time.monotonic_ns(), part))
        elif part:
            self.rest += part

    def _room(self, wanted: int) -> int:
        wanted = 0 if self.cut else min(wanted, LIMIT_BYTES - self.kept)
        free = min(wanted, max(0, FREE_BYTES - self.kept))
        return free + self.allowance.take(wanted - free)

    def stamp(self, length: int, at_ns: int) -> None:
        if self.cut:
            return
        if len(self.stamps) < LIMIT_PIECES:
            self.stamps.append((at_ns, length))
        else:
            self.stamps[-1] = self.stamps[-1][0], self.stamps[-1][1] + length

    def text(self) -> str:
        return decoded(data for _, data in self._arrived())

    def _arrived(self) -> list[Segment]:
        return [*self.arrivals, (self.arrivals[-1][0], bytes(self.rest))] if self.rest else self.arrivals

    def segments(self) -> Iterator[Segment]:
        """The stream in pieces, each with the time it was written or, failing that, arrived."""
        if sum(length for _, length in self.stamps) != self.kept:
            yield from self._arrived()
            return
        whole = b"".join(data for _, data in self._arrived())
        start = latest_ns = 0
        for at_ns, length in self.stamps:
            # Two threads of one process may stamp in the other order than they wrote.
            latest_ns = max(latest_ns, at_ns)
            yield latest_ns, whole[start : start + length]
            start += length


def merged(streams: Iterable[Stream]) -> str:
    """Everybody's text in one order."""
    segments = [segment for stream in streams for segment in stream.segments()]
    segments.sort(key=lambda segment: segment[0])
    return decoded(data for _, data in segments)


def decoded(pieces: Iterable[bytes]) -> str:
    return b"".join(pieces).decode(errors="backslashreplace")
