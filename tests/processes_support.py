"""What the tests with real processes share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Any, TypeVar
from uuid import uuid4

from engine.backends.processes.stage import Stage
from engine.backends.processes.supervisor import supervise
from engine.plan import CODE_MODULE, Call, Code, Plan, ProcessPlan, Reference, SharedPlan, encode_argument
from engine.stage import guardian
from engine.trace import Run

START_METHODS = ("fork", "spawn", "forkserver")
PATIENCE_S = 60.0
"""How long anything that should happen may take on a machine that is busy with something else."""

IDLE_STAGE = 2
"""How many processes a stage is between its runs: the nursery and its guardian."""

Found = TypeVar("Found")


def plain_environment() -> dict[str, str]:
    """This process's own, less what changes Python's behaviour and colours."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") and name not in ("NO_COLOR", "FORCE_COLOR")
    }


def engine_environment() -> dict[str, str]:
    """The same for a program that imports the engine."""
    path = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
    return {**plain_environment(), **path}


def heed_interrupts() -> None:
    """What a shell starts in the background ignores Ctrl-C, and what is to outlive its terminal the end of that; so
    would every engine that is started from there."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def eventually(look: Callable[[], Found], patience_s: float = PATIENCE_S) -> Found:
    """What ``look`` gives as soon as that is true of it; the last it gave if it never is."""
    deadline_s = time.monotonic() + patience_s
    while not (found := look()) and time.monotonic() < deadline_s:
        time.sleep(0.005)
    return found


# Plans


def ref(name: str, *path: int) -> Reference:
    """``${name}`` or ``${name[0]}``: a shared primitive, as an argument."""
    return Reference("shared", name, path)


def a_plan(
    source: str,
    processes: Sequence[str] | Mapping[str, Sequence[object]],
    *,
    shared: Mapping[str, Mapping[str, object]] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    before: Sequence[object] | None = None,
    after: Sequence[object] | None = None,
    **changes: Any,
) -> Plan:
    """A plan in which each process calls the function of its own name, less a replica's index, in ``source``.

    ``processes`` may give each one's arguments; ``before`` and ``after`` are those of functions of that name.
    """
    arguments = processes if isinstance(processes, Mapping) else dict.fromkeys(processes, ())
    fields: dict[str, Any] = {
        "name": "a plan",
        "file": "/nowhere/scenario.yaml",
        "run_as": "process",
        "start_method": "fork",
        "timeout_s": PATIENCE_S,
        "code": Code(textwrap.dedent(source), "/nowhere/scenario.yaml", 1),
        "shared": tuple(
            SharedPlan(
                name,
                str(given["type"]),
                encode_argument({key: value for key, value in given.items() if key != "type"}),
            )
            for name, given in (shared or {}).items()
        ),
        "processes": tuple(
            ProcessPlan(name, _call(name.partition("[")[0], given), **(options or {}).get(name, {}))
            for name, given in arguments.items()
        ),
        "before": None if before is None else _call("before", before),
        "after": None if after is None else _call("after", after),
        "start_together": False,
        "environment": {},
        "search_path": (),
    }
    return Plan(**{**fields, **changes})


def _call(function: str, arguments: Sequence[object]) -> Call:
    return Call(CODE_MODULE, function, encode_argument(list(arguments)), encode_argument({}))


def perform(stage: Stage, plan: Plan) -> Run:
    """Carry out ``plan`` once."""
    return supervise(stage, plan)


# Where stages run


Left = tuple[list[str], list[str], list[str]]
"""Processes, files, shared memory."""

NOTHING: Left = ([], [], [])


class Ground:
    """A place for a stage, or for the whole engine: what was started there and what it left can be told."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.mark = f"ENGINE_TEST_{uuid4().hex}"

    @property
    def environment(self) -> dict[str, str]:
        return {**plain_environment(), "TMPDIR": self.folder, self.mark: "1"}

    def processes(self) -> list[str]:
        """The command line of everything that lives here."""
        return [command for pid in _pids() if (command := self._command_line(pid))]

    def pids(self) -> list[int]:
        return [pid for pid in _pids() if self._command_line(pid)]

    def files(self) -> list[str]:
        return sorted(os.listdir(self.folder))

    def left(self) -> Left:
        """What is there now that a run may leave."""
        return self.processes(), self.files(), in_shared_memory(self.mark.lower())

    def _command_line(self, pid: int) -> str:
        try:
            if self.mark.encode() not in Path(f"/proc/{pid}/environ").read_bytes():
                return ""
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


@contextmanager
def a_ground() -> Iterator[Ground]:
    # Not pytest's own folder: the path of a socket in it would be too long.
    ground = Ground(tempfile.mkdtemp(prefix="e"))
    try:
        yield ground
    finally:
        # What a test that failed found, and so did not end as it should.
        for pid in ground.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for name in in_shared_memory(ground.mark.lower()):
            os.unlink(f"/dev/shm/{name}")
        for name in os.listdir(ground.folder):
            if name.startswith("engine-"):
                guardian.remove(os.path.join(ground.folder, name))
        rmtree(ground.folder, ignore_errors=True)


@contextmanager
def a_stage(ground: Ground, interpreter: str = sys.executable, **environment: str) -> Iterator[Stage]:
    stage = Stage(interpreter, {**ground.environment, **environment})
    try:
        yield stage
    finally:
        stage.close()


def in_shared_memory(text: str) -> list[str]:
    """The names in /dev/shm that have ``text`` in them."""
    return [name for name in os.listdir("/dev/shm") if text in name]


# Python and the engine as programs


def python(code: str, *arguments: str) -> str:
    """What ``code`` prints, run by an interpreter of its own, which must succeed."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        env=engine_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def engine_command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "engine", *map(str, arguments)]


def engine(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end, with nobody at the terminal."""
    return subprocess.run(
        engine_command(*arguments),
        cwd=cwd,
        env={**engine_environment(), "XDG_CACHE_HOME": str(cwd / ".cache"), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=False,
    )


def write_scenario(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return path
