"""What processes print: kept back as Python does for a pipe, and written once it is flushed, too much, or at the end.

Where the order between processes is looked at, writing is an operation on the output that they all share; where it is
not, it concerns nobody else.
"""

from __future__ import annotations

import io
from typing import Any

from ...models.model import WRITE, Done, Operation, Step
from . import here as place
from .here import here, perform
from .process import STDERR, STDOUT, Process


class Output:
    """The model of the output that all processes share. State: what was written, each with process and stream."""

    def initial(self) -> tuple[Any, ...]:
        return ()

    def step(self, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        return Done((*state, (process, *operation.arguments)), None, _ALL)

    def final(self, state: tuple[Any, ...]) -> object:
        return None


_ALL = (("output", WRITE),)


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of whichever process runs; that of the engine's own code is ``real``."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, number: int, real: Any) -> None:
        self._number = number
        self._real = real

    @property
    def buffer(self) -> Any:
        return _Bytes(self)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, text: str) -> int:
        process = place.process()
        if process is None:
            return self._real.write(text)  # type: ignore[no-any-return]
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if process.is_muted:
            return len(text)
        if self._number == STDERR:
            emit(process, STDERR, text)
        elif process.print(text):
            flush(process)
        return len(text)

    def flush(self) -> None:
        process = place.process()
        if process is None:
            self._real.flush()
        elif self._number == STDOUT:
            flush(process)


class _Bytes:
    """The binary stream below."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        self._stream.write(bytes(data).decode(errors="backslashreplace"))
        return len(data)

    def flush(self) -> None:
        self._stream.flush()


def flush(process: Process) -> None:
    """Write what ``process`` has printed; it is the one that runs."""
    if process.unflushed:
        emit(process, STDOUT, process.take_unflushed())


def emit(process: Process, stream: int, text: str) -> None:
    """Have ``process``, the one that runs, write ``text``."""
    speaker = process.speaker or process
    cell = speaker.output if here.world.output is None else here.world.output
    if cell is not None:
        perform(cell, Operation("write", (stream, text)))
    speaker.written.append((stream, text))
