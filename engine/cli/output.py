"""Where a command's text goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

import click

from ..errors import InternalError

if TYPE_CHECKING:
    from ..errors import Problem
    from ..report import Report, ScenarioReport

STANDARD_OUTPUT = "-"


class Output:
    """What a command prints, and where else its report goes: ``paths`` by renderer (``json``, ``junit``, ``html``).

    Text moves to standard error where standard output is for one of those.
    """

    def __init__(self, paths: Mapping[str, str | None]) -> None:
        self._paths = {renderer: path for renderer, path in paths.items() if path is not None}
        targets = list(self._paths.values())
        for path in targets:
            if path != STANDARD_OUTPUT and not os.path.isdir(os.path.dirname(os.path.abspath(path))):
                raise click.UsageError(f'cannot write "{path}": there is no such folder')
            if targets.count(path) > 1:
                raise click.UsageError(f'"{path}" cannot hold {" and ".join(self._paths)} at once')
        self._to_stderr = STANDARD_OUTPUT in targets

    def say(self, text: str) -> None:
        _echo(text, self._to_stderr)

    def say_scenario(self, one: ScenarioReport) -> None:
        from ..renderers import terminal

        self.say(terminal.scenario(one, _width(self._to_stderr)))

    def say_summary(self, made: Report) -> None:
        from ..renderers import terminal

        self.say(terminal.summary(made))

    def save(
        self,
        command: str,
        scenarios: Sequence[ScenarioReport],
        duration_s: float,
        problems: Sequence[Problem] = (),
        interrupted: bool = False,
    ) -> Report:
        """Make the report, and write it wherever it was asked for. Raises as :func:`write` does."""
        from ..reporting import report

        made = report(command, scenarios, duration_s, problems, interrupted)
        for renderer, path in self._paths.items():
            write(path, import_module(f"...renderers.{renderer}", __name__).render(made))
        return made


def write(path: str, text: str) -> None:
    """Write a file, whole or not at all; ``-`` is standard output. Raises ClickException where that cannot be done."""
    if path == STANDARD_OUTPUT:
        _echo(text, False, line_break=False)
        return
    path = os.path.realpath(path)
    try:
        # A device or a pipe is written to, not replaced; and so is what has another name as well.
        if os.path.exists(path) and (not os.path.isfile(path) or os.stat(path).st_nlink > 1):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        else:
            _replace(path, text)
    except OSError as error:
        raise click.ClickException(f'cannot write "{path}": {error.strerror}') from error


def _replace(path: str, text: str) -> None:
    unfinished = f"{path}.{os.getpid()}.part"
    try:
        with open(unfinished, "x", encoding="utf-8") as file:
            file.write(text)
        if os.path.exists(path):
            os.chmod(unfinished, os.stat(path).st_mode & 0o7777)
        os.replace(unfinished, path)
    except OSError:
        with suppress(FileNotFoundError):
            os.unlink(unfinished)
        raise


def show_problems(problems: Sequence[Problem]) -> None:
    from ..renderers import terminal

    for one in problems:
        _echo(terminal.problem(one), True)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    _echo(f"{count}, nothing was run", True)


def _echo(text: str, to_stderr: bool, line_break: bool = True) -> None:
    try:
        click.echo(text, err=to_stderr, nl=line_break, color=_colour_wanted())
    except BrokenPipeError:
        # Whoever read us has seen enough (`| head -1`). The verdict still counts, so the rest goes nowhere.
        _silence(to_stderr)
    except OSError as error:
        _silence(to_stderr)
        raise InternalError(f"cannot print: {error.strerror}") from error


def _silence(to_stderr: bool) -> None:
    stream = sys.stderr if to_stderr else sys.stdout
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


_NARROWEST, _WIDEST = 60, 240
"""Columns that a table is given, whatever a terminal has: in fewer it says nothing, and in more the eye gets lost."""


def _width(to_stderr: bool) -> int:
    """How wide the terminal is (or what COLUMNS says of it); what is no terminal is as wide as always."""
    import shutil

    from ..renderers.text import WIDTH

    stream = sys.stderr if to_stderr else sys.stdout
    if stream is None or not stream.isatty():  # It may have been started without one (`>&-`).
        return WIDTH
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((WIDTH, 0)).columns))


def _colour_wanted() -> bool | None:
    """What NO_COLOR and FORCE_COLOR say; None leaves it to whether the output is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None
