"""Which scenarios a command is about: the options that say so, and what they select."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..preparation import Prepared

Command = TypeVar("Command", bound=Callable[..., Any])

paths = click.argument("paths", nargs=-1, required=True, metavar="PATH...")
json = click.option("--json", "json_path", metavar="PATH", help="Also write the report there (- is standard output).")


class Duration(click.ParamType):  # type: ignore[type-arg]
    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from ..scenario import durations
        from ..scenario.scalars import resolved

        try:
            return durations.timeout_s(resolved(value) if isinstance(value, str) else value)
        except ValueError as error:
            self.fail(f'"{value}" is not {error}', param, ctx)


def options(*names: str) -> Callable[[Command], Command]:
    """The options that select: those with these names."""

    def add(command: Command) -> Command:
        for name in reversed(names):
            command = click.option(name, **_OPTIONS[name])(command)
        return command

    return add


_OPTIONS: dict[str, dict[str, Any]] = {
    "--tag": {
        "multiple": True,
        "metavar": "WORD",
        "help": "Only scenarios with this tag; may be repeated.",
    },
    "--match": {
        "metavar": "TEXT",
        "help": "Only scenarios with this text in their name or path.",
    },
    "--start-method": {
        "type": click.Choice(["fork", "spawn", "forkserver"]),
        "help": "Start processes like this; of a matrix over it, run only those rows.",
    },
    "--run-as": {
        "type": click.Choice(["process", "thread"]),
        "help": "Run targets as this; of a matrix over it, run only those rows.",
    },
}


def forced(start_method: str | None, run_as: str | None) -> dict[str, str]:
    given = {"start_method": start_method, "run_as": run_as}
    return {name: value for name, value in given.items() if value is not None}


def select(prepared: Sequence[Prepared], tags: Sequence[str], match: str | None) -> list[Prepared]:
    """Those that the options ask for. Raises UsageError for a tag that none has, and where nothing is left."""
    known = {tag for one in prepared for tag in one.tags}
    for tag in tags:
        if tag not in known:
            from ..words import near

            raise click.UsageError(f'no scenario has the tag "{tag}"{near(tag, sorted(known))}')
    selected = [
        one
        for one in prepared
        if (not tags or set(tags) & set(one.tags))
        and (match is None or match.lower() in f"{one.name}\n{one.file}".lower())
    ]
    if not selected:
        raise click.UsageError("no scenario is selected")
    return selected
