"""What is known of one process of a run so far: what it wrote, what it told, and what others told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ... import plain
from ...trace import ProcessRun, Raised, Returned, WaitingFor
from .streams import Stream
from .waiting import NOTHING_KNOWN, Doing

CALLS = ("before", "after")
"""What the parent process calls, beside what processes do."""


@dataclass
class Witness:
    """The parent process is one, too. ``foreseen`` are the faults that may strike it: it can tell of no others."""

    stdout: Stream = field(default_factory=Stream)
    stderr: Stream = field(default_factory=Stream)
    foreseen: Sequence[str] = ()
    pid: int | None = None
    thread: int | None = None
    native: int | None = None
    semaphores: list[tuple[int, int]] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    doing: Doing = NOTHING_KNOWN
    exitcode: int | None = None
    returned: Returned | None = None
    raised: Raised | None = None
    started_ns: int | None = None
    ended_ns: int | None = None
    calls: dict[str, ProcessRun] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, or will never be started."""
        return self.ended_ns is not None or (self.pid is None and self.raised is not None)

    def hear(self, message: Mapping[str, Any]) -> None:
        """Take in what it told. Raises KeyError, TypeError, ValueError or AttributeError for what makes no sense."""
        match message["event"]:
            case "running":
                self.thread, self.native = message["thread"], message["native"]
                self.started_ns = self.started_ns or message["at_ns"]
            case "fault" if message["fault"] in self.foreseen and len(self.faults) < len(self.foreseen):
                self.struck.append(message["fault"])
                self.faults.append(f"{message['fault']}{message['where']}")
            case "semaphores":
                self.semaphores = [(int(handle), int(at)) for handle, at in message["semaphores"]]
            case "returned":
                self.returned = Returned(plain.decode(message["value"]))
                if message["call"] in CALLS:
                    self.calls[message["call"]] = ProcessRun(message["call"], returned=self.returned)
            case "raised":
                self.raised = raised(message)
                if message["call"] in CALLS:
                    self.calls[message["call"]] = ProcessRun(message["call"], raised=self.raised)

    def process_run(self, name: str, began_ns: int) -> ProcessRun:
        """All of it; ``began_ns`` is when the run did."""

        def since_start_s(at_ns: int | None) -> float | None:
            return None if at_ns is None else (at_ns - began_ns) / 1e9

        return ProcessRun(
            name=name,
            exitcode=self.exitcode,
            stdout=self.stdout.text(),
            stderr=self.stderr.text(),
            returned=self.returned,
            raised=self.raised,
            started_s=since_start_s(self.started_ns),
            ended_s=since_start_s(self.ended_ns),
            cut={"stdout": self.stdout.cut, "stderr": self.stderr.cut},
            waiting_for=_waiting_for(self.doing),
            stack=tuple(self.doing.stack),
            lines=tuple(self.doing.lines),
            faults=tuple(self.faults),
        )


def raised(message: Mapping[str, Any]) -> Raised:
    return Raised(message["type"], tuple(message["types"]), message["message"], message["where"])


def _waiting_for(doing: Doing) -> WaitingFor | None:
    return WaitingFor(doing.operation, doing.since_s or 0.0, doing.where or "", doing.who) if doing.operation else None
