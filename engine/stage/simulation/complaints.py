"""What is told of an error that has ended a process: as Python tells it, and without a line of the engine's."""

from __future__ import annotations

import io
import os
import traceback

_FOLDER = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))


def complaint(process: str | None, error: BaseException) -> str:
    """What is written to stderr: under the name of ``process``, or as a program's own if None."""
    text = io.StringIO()
    if process is not None:
        text.write(f"Process {process}:\n")
    told = traceback.TracebackException.from_exception(error)
    _leave_out_ours(told)
    lines = list(told.format())
    if not told.stack and told.__cause__ is None and told.__context__ is None:
        lines.insert(0, "Traceback (most recent call last):\n")  # Which is followed by lines of ours alone.
    text.write("".join(lines))
    return text.getvalue()


def exit_code(error: BaseException) -> int:
    if not isinstance(error, SystemExit):
        return 1
    if error.code is None:
        return 0
    return error.code & 0xFF if isinstance(error.code, int) else 1


def _leave_out_ours(told: traceback.TracebackException | None) -> None:
    """Have a traceback show no line of the engine's."""
    while told is not None:
        told.stack[:] = [frame for frame in told.stack if not frame.filename.startswith(_FOLDER)]
        _leave_out_ours(told.__cause__)
        told = told.__context__
