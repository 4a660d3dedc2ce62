"""Schedules as files: what they are called, how they are written and read."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import click

from ..renderers.text import on_one_line
from ..schedule import Schedule
from .output import write

if TYPE_CHECKING:
    from ..preparation import Prepared

SUFFIX = ".schedule.json"
_MAX_BYTES = 100_000_000
_MAX_WORD = 40


class Saving:
    """Writes schedules into ``folder``, which is made when there is one; of equal names the later get a number."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def __call__(self, prepared: Prepared, schedule: Schedule) -> str:
        """Write ``schedule``, whole or not at all, and say where. Raises ClickException where that cannot be done."""
        name = base = name_of(prepared)
        number = 1
        while name in self._taken:
            number += 1
            name = f"{base}-{number}"
        self._taken.add(name)
        path = os.path.join(self._folder, name + SUFFIX)
        schedule = replace(schedule, beside=os.path.relpath(_real(prepared.file), os.path.realpath(self._folder)))
        try:
            os.makedirs(self._folder, exist_ok=True)
        except OSError as error:
            raise click.ClickException(f'cannot make the folder "{self._folder}": {error.strerror}') from error
        write(path, json.dumps(schedule.to_json(), indent=2) + "\n")
        return path


def name_of(prepared: Prepared) -> str:
    """``lock_order-broken-fork``: the file and its folder, and what tells the variant from others at a glance."""
    folder, file = os.path.split(os.path.abspath(prepared.file))
    values = [str(value) for value in prepared.assignments.values() if isinstance(value, (str, int, float, bool))]
    words = [os.path.basename(folder), os.path.splitext(file)[0], *(one for one in values if len(one) <= _MAX_WORD)]
    return "-".join(word for word in (re.sub(r"[^\w.]+", "_", word).strip("_.") for word in words) if word)


class Refused(click.ClickException):
    """A schedule that cannot be replayed; ``hint`` is what to do about that. Nothing is wrong with the command line."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def show(self, file: IO[Any] | None = None) -> None:
        lines = [on_one_line(self.message), *([f"  hint: {on_one_line(self.hint)}"] if self.hint else [])]
        click.echo("\n".join(lines), file=file, err=True)


def scenario_of(path: str, schedule: Schedule) -> str:
    """The file of the scenario that ``schedule``, in the file ``path``, was recorded from: where it was when that was
    saved, as seen from there, or as seen from here. Raises Refused where it is nowhere."""
    places = [] if schedule.beside is None else [_seen_from(os.path.dirname(path), schedule.beside)]
    places.append(schedule.file)
    found = next(filter(os.path.isfile, places), None)
    if found is None:
        looked_for = " nor ".join(dict.fromkeys(map(os.path.abspath, places)))
        raise Refused(
            f"{path}: the scenario that it was recorded from is gone: there is no {looked_for}",
            None if schedule.beside else "call engine replay from the folder that engine explore was called in",
        )
    return schedule.file if _is_same(found, schedule.file) else os.path.relpath(found)


def _seen_from(folder: str, file: str) -> str:
    return os.path.normpath(os.path.join(os.path.realpath(folder), file))


def _is_same(one: str, other: str) -> bool:
    return os.path.exists(other) and os.path.samefile(one, other)


def _real(file: str) -> str:
    """``file`` by the real name of its folder, from which ``..`` leads where it seems to."""
    folder, name = os.path.split(file)
    return os.path.join(os.path.realpath(folder), name)


def read(path: str) -> Schedule:
    """The schedule in a file. Raises Refused for what is none."""
    try:
        with open(path, "rb") as file:
            text = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise Refused(f'cannot read "{path}": {error.strerror}') from error
    try:
        if len(text) > _MAX_BYTES:
            raise ValueError(f"it has more than {_MAX_BYTES:,} bytes")
        return Schedule.from_json(json.loads(text))
    except json.JSONDecodeError as error:
        raise Refused(f"{path}:{error.lineno}:{error.colno}: it is no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path}: {error}") from error
