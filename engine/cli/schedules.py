"""Schedules as files: what they are called, how they are written and read."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import click

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


def read(path: str) -> Schedule:
    """The schedule in a file. Raises ClickException (exit status 2) for what is none."""
    try:
        with open(path, "rb") as file:
            text = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise click.UsageError(f'cannot read "{path}": {error.strerror}') from error
    try:
        if len(text) > _MAX_BYTES:
            raise ValueError(f"it has more than {_MAX_BYTES:,} bytes")
        return Schedule.from_json(json.loads(text))
    except json.JSONDecodeError as error:
        raise click.UsageError(f"{path}:{error.lineno}:{error.colno}: it is no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{path}: {error}") from error
