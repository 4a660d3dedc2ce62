"""The command line: flags in, exit status out."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from .interrupts import heed, insist

if TYPE_CHECKING:
    from ..backends.processes.stages import Stages

FAILED, WRONG, FAULT, INTERRUPTED = 1, 2, 3, 130
"""Exit statuses beside 0: something failed or is unknown, the command line or a file is wrong, our fault, Ctrl-C."""


def main() -> NoReturn:
    """Run the command line, and exit with its status."""
    _open_standard_descriptors()
    gc.disable()  # Until everything is loaded: what is being imported now is there to stay.
    heed()
    insist()
    try:
        status = _run(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            status = status or FAULT
    # All is said and everything is closed: taking a whole interpreter apart would be time for nothing.
    os._exit(status)


def _open_standard_descriptors() -> None:
    """Where one is closed, something else of ours would be opened in its place."""
    for fd in range(3):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["run"]:
        from ..backends.processes import platforms

        if lack := platforms.lack():  # Before anything is imported that such a system has not.
            print(f"engine: {lack}", file=sys.stderr)
            return WRONG
    stages = _early_stages(arguments)
    try:
        return _status(stages)
    finally:
        if stages:
            stages.close()


def _early_stages(arguments: list[str]) -> Stages | None:
    """The stage that `engine run` will need, started before the command line is even understood.

    An interpreter takes as long to start as the rest of the engine takes to load, and there is a second core.
    """
    asked = arguments[:1] == ["run"]
    if not asked or any(word.startswith("--python") or word in ("-h", "--help") for word in arguments):
        return None
    from ..backends.processes.stages import Stages

    return Stages(sys.executable)


def _status(stages: Stages | None) -> int:
    import click

    from ..errors import InternalError, InterpreterError, Interrupted, ScenarioError
    from .commands import engine

    try:
        result = engine.main(prog_name="engine", standalone_mode=False, obj=stages)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return WRONG
    except ScenarioError as error:
        from .output import show_problems

        show_problems(error.problems)
        return WRONG
    except InterpreterError as error:
        click.echo(f"engine: {error}", err=True)
        return WRONG
    except (Interrupted, KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except InternalError as error:
        click.echo(f"engine: a fault of the engine's own: {error}", err=True)
        return FAULT
    except Exception:
        import traceback

        click.echo(f"engine: a fault of the engine's own\n{traceback.format_exc()}", err=True)
        return FAULT
