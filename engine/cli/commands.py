"""The command line: flags in, exit status out.

Each command is a file of this package, imported when it is called: ``engine run`` must not wait for what it does not
use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "run": "run scenarios on real processes and check what comes of them",
    "explore": "run scenarios in simulation under every schedule that can make a difference",
    "replay": "run one recorded schedule again",
    "validate": "check scenario files without executing any of their code",
    "primitives": "list the types of shared, their parameters, and which are simulated",
    "schema": "print the JSON Schema of scenarios, of reports, or of schedules",
}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f".{name}", __package__).command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from ..words import near

            ctx.fail(f'no such command "{args[0]}"{near(args[0], COMMANDS)}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"engine {version('process-scenario-engine')}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def engine() -> None:
    """Litmus tests for Python processes: a YAML file says who runs, what they share and what must come out."""
