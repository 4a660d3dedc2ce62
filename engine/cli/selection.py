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


def options(command: Command) -> Command:
    """The options that select."""
    for option in reversed(
        (
            click.option(
                "--tag", "tags", multiple=True, metavar="WORD", help="Only scenarios with this tag; may be repeated."
            ),
            click.option("--match", metavar="TEXT", help="Only scenarios with this text in their name or path."),
            click.option(
                "--start-method",
                type=click.Choice(["fork", "spawn", "forkserver"]),
                help="Only with this start method.",
            ),
            click.option("--run-as", type=click.Choice(["process", "thread"]), help="Only as these."),
        )
    ):
        command = option(command)
    return command


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
