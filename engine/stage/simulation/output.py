"""What processes print: kept back as Python does for a pipe, and written once it is flushed, too much, or at the end.

Of each stream there is text that has not been handed down yet, and a buffer below it; ``sys.stderr`` is flushed by
line. Source: CPython, Modules/_io/textio.c (``_io_TextIOWrapper_write_impl``) and Modules/_io/bufferedio.c
(``_io_BufferedWriter_write_impl``).

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
from .refusal import NotSimulated
from .system import PAUSE, SIGNALS


class Output:
    """The model of the output that all processes share. State: what was written, each with process and stream."""

    def initial(self) -> tuple[Any, ...]:
        return ()

    def step(self, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        return Done((*state, (process, *operation.arguments)), None, _ALL)

    def final(self, state: tuple[Any, ...]) -> object:
        return None


_ALL = (("output", WRITE),)


class Kept:
    """What Python keeps back of one stream of a process. What is to be written now is what its methods return, each a
    write of its own; sizes are in bytes."""

    def __init__(self, is_by_line: bool) -> None:
        self._is_by_line = is_by_line
        self._text: list[str] = []
        self._text_size = 0
        self._below: list[str] = []
        self._below_size = 0

    @property
    def size(self) -> int:
        return self._text_size + self._below_size

    def write(self, text: str, size: int) -> list[str]:
        is_much = size >= _CHUNK if _JOINS else self._text_size + size > _CHUNK
        due = self._hand_down() if is_much else []
        self._text.append(text)
        self._text_size += size
        if self._text_size >= _CHUNK:
            due += self._hand_down()
        return due + self.flush() if self._is_by_line and ("\n" in text or "\r" in text) else due

    def write_below(self, text: str, size: int) -> list[str]:
        if self._below_size + size <= _CAPACITY and size < _DIRECT:
            self._below.append(text)
            self._below_size += size
            return []
        due = self.flush_below()
        if size >= _DIRECT:
            return [*due, text]
        self._below, self._below_size = [text], size
        return due

    def flush(self) -> list[str]:
        return self._hand_down() + self.flush_below() if self._text_size or self._below_size else []

    def flush_below(self) -> list[str]:
        due = "".join(self._below)
        self._below, self._below_size = [], 0
        return [due] if due else []

    def _hand_down(self) -> list[str]:
        text, size = "".join(self._text), self._text_size
        self._text, self._text_size = [], 0
        return self.write_below(text, size)


_CHUNK = 8192
"""How much text is handed down (``_CHUNK_SIZE``)."""

_MOST_WRITTEN = 4_000_000
"""More than any run shows of it, and it is kept for each outcome."""

_CAPACITY = io.DEFAULT_BUFFER_SIZE
"""That of the buffer below."""


def _passes_at_once(text: str, size: int) -> bool:
    """Whether this Python lets ``size`` bytes through to the system at once, if ``text`` was written before: which it
    does differs between its patch releases (https://github.com/python/cpython/issues/119506)."""
    raw = io.BytesIO()
    kept = io.TextIOWrapper(io.BufferedWriter(raw), encoding="ascii")
    kept.write(text)
    kept.write("-" * size)
    return bool(raw.getvalue())


_DIRECT = _CAPACITY if _passes_at_once("", _CAPACITY) else _CAPACITY + 1
"""As much as this goes past the buffer below."""

_JOINS = _passes_at_once("-" * (_CHUNK // 2), _CHUNK - 1)
"""Whether text is joined to what is kept before that is handed down, also if it is more than a chunk then."""


def _kept_of(process: Process, stream: int) -> Kept:
    if process.kept is None:
        process.kept = {STDOUT: Kept(False), STDERR: Kept(True)}
    kept: Kept = process.kept[stream]
    return kept


def printed(process: Process) -> tuple[int, int]:
    """How much ``process`` keeps back of what it has printed, and how many writes there have been."""
    return sum(kept.size for kept in (process.kept or {}).values()), len(process.written)


_NAMES = {STDOUT: "<stdout>", STDERR: "<stderr>"}


def _of(number: int) -> str:
    return f"sys.{_NAMES[number].strip('<>')}"


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of whichever process runs; that of the engine's own code is ``real``."""

    encoding = "utf-8"
    is_stateless = True
    """What is printed is kept by the process."""

    def __init__(self, number: int, real: Any) -> None:
        self._number = number
        self._real = real
        self.name = _NAMES[number]

    def __getattr__(self, name: str) -> Any:
        """What the genuine one has, and this one has not."""
        if hasattr(io.TextIOWrapper, name):
            raise NotSimulated(f"{_of(self._number)}.{name}")
        raise AttributeError(f"'_io.TextIOWrapper' object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if self._is_somebodys():
            raise NotSimulated(f"changing {_of(self._number)}.{name}")
        super().__setattr__(name, value)

    def close(self) -> None:
        if self._is_somebodys():
            raise NotSimulated(f"closing {_of(self._number)}")

    def _is_somebodys(self) -> bool:
        """Whether a process does something to it: one that nobody has any more is changed, and closed, as it goes."""
        return place.process() is not None and (self is here.stdout or self is here.stderr)

    def detach(self) -> Any:
        raise NotSimulated(f"{_of(self._number)}.detach")

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "backslashreplace" if self._number == STDERR else "strict"

    @property
    def buffer(self) -> Any:
        return _Bytes(self)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, text: str) -> int:
        process = place.caller("print")
        if process is None:
            return self._real.write(text)  # type: ignore[no-any-return]
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        written, size = text, len(text)
        if not text.isascii():
            data = text.encode(self.encoding, self.errors)
            written, size = data.decode(), len(data)
        if not process.is_muted:
            _write(process, self._number, written, size)
        return len(text)

    def write_below(self, data: bytes) -> None:
        process = place.caller("print")
        if process is None:
            self._real.buffer.write(data)
        elif not process.is_muted:
            text = data.decode(errors="backslashreplace")
            _emit_all(process, self._number, _kept_of(process, self._number).write_below(text, len(data)))

    def flush(self) -> None:
        process = place.caller("print")
        if process is None:
            self._real.flush()
        else:
            _emit_all(process, self._number, _kept_of(process, self._number).flush())

    def flush_below(self) -> None:
        process = place.caller("print")
        if process is None:
            self._real.buffer.flush()
        else:
            _emit_all(process, self._number, _kept_of(process, self._number).flush_below())


class _Bytes:
    """The binary stream below."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        """What the genuine one has, and this one has not."""
        if hasattr(io.BufferedWriter, name):
            raise NotSimulated(f"{_of(self._stream.fileno())}.buffer.{name}")
        raise AttributeError(f"'_io.BufferedWriter' object has no attribute {name!r}")

    def write(self, data: bytes) -> int:
        self._stream.write_below(bytes(data))
        return len(data)

    def flush(self) -> None:
        self._stream.flush_below()


def _write(process: Process, stream: int, text: str, size: int) -> None:
    _emit_all(process, stream, _kept_of(process, stream).write(text, size))


def _emit_all(process: Process, stream: int, due: list[str]) -> None:
    for text in due:
        emit_at_once(process, stream, text)


def flush(process: Process, *streams: int) -> None:
    """Write what ``process`` has printed, to ``streams`` if some are given; it is the one that runs."""
    for stream, kept in (process.kept or {}).items():
        if not streams or stream in streams:
            _emit_all(process, stream, kept.flush())


def emit(process: Process, stream: int, text: str) -> None:
    """Have ``process``, the one that runs, print ``text``."""
    _write(process, stream, text, len(text.encode(errors="backslashreplace")))


def emit_at_once(process: Process, stream: int, text: str) -> None:
    """Have ``process``, the one that runs, write ``text``, whatever it keeps back."""
    speaker = process.speaker or process
    speaker.written_length += len(text)
    if speaker.written_length > _MOST_WRITTEN:
        raise NotSimulated(f"a process that prints more than {_MOST_WRITTEN:,} characters")
    cell = speaker.output if here.world.output is None else here.world.output
    if cell is not None:
        perform(cell, Operation("write", (stream, text)))
    elif process.pauses and here.strand is not None:
        place.go_on(SIGNALS, PAUSE)
    speaker.written.append((stream, text))
