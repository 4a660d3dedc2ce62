"""What processes wrote down of their operations, as events.

A target can write to every file of its process, and so lie; it can harm only its own report.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...stage import slots
from ...trace import Event

LIMIT_EVENTS = 50_000
"""How many events of a run are kept, the last ones."""


def events(journals: Mapping[str, int], began_ns: int) -> tuple[tuple[Event, ...], int]:
    """The events of the ``journals`` (file descriptors, by process) in the order of their calls, and how many are
    missing."""
    found: list[Event] = []
    written = 0
    for process, fd in journals.items():
        read = list(slots.read(fd))
        written += max((slot.number for slot in read), default=0)
        found += [_event(process, slot, began_ns) for slot in read]
    found.sort(key=lambda event: event.called_s)
    kept = tuple(found[-LIMIT_EVENTS:])
    return kept, written - len(kept)


def _event(process: str, slot: slots.Slot, began_ns: int) -> Event:
    primitive, _, operation = slot.label.rpartition(".")
    return Event(
        process=process,
        primitive=primitive,
        operation=operation,
        arguments=slot.arguments,
        called_s=(slot.called_ns - began_ns) / 1e9,
        returned_s=(slot.returned_ns - began_ns) / 1e9 if slot.end else None,
        result=slot.result if slot.end == slots.RETURNED else None,
        error=slot.result if slot.end == slots.RAISED else None,
    )
