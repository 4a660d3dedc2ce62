"""Which line of the scenario's own code it is that something comes from."""

from __future__ import annotations

from types import FrameType, TracebackType

from ... import stage
from .standard import is_standard


def raised_at(trace: TracebackType | None) -> str:
    """Where an error came from."""
    place = ""
    while trace is not None:
        if _is_scenarios(trace.tb_frame):
            place = _place(trace.tb_frame, trace.tb_lineno)
        trace = trace.tb_next
    return place


def called_there(trace: TracebackType | None) -> str:
    """What of the standard library the scenario called, in which the error came up; empty where it came up at once. A
    class that it called is called by its own name."""
    called = ""
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if _is_scenarios(trace.tb_frame):
            called = ""
        elif not called and is_standard(name):
            called = f"{name}.{getattr(trace.tb_frame.f_code, 'co_qualname', trace.tb_frame.f_code.co_name)}"
        trace = trace.tb_next
    return called.removesuffix(".__init__")


def stands_at(frame: FrameType | None) -> str:
    """Where who stands in ``frame`` was called from."""
    while frame is not None:
        if _is_scenarios(frame):
            return _place(frame, frame.f_lineno)
        frame = frame.f_back
    return ""


def _place(frame: FrameType, line: int) -> str:
    return f"{frame.f_code.co_filename}:{line}"


def _is_scenarios(frame: FrameType) -> bool:
    module = frame.f_globals.get("__name__", "")
    # What multiprocessing has made of a text (``managers.MakeProxyType``) is in no file, and in no module.
    return not (module.startswith(stage.__name__) or is_standard(module)) and frame.f_code.co_filename != "<string>"
