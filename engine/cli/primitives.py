"""``engine primitives``: the types of ``shared``."""

from __future__ import annotations

import inspect
import textwrap

import click

from ..primitives import TYPES, Primitive, primitive
from .output import STANDARD_OUTPUT, write


@click.command("primitives")
@click.option("--json", "json_path", metavar="PATH", help="Write them as JSON, there (- is standard output).")
def command(json_path: str | None) -> int:
    """List the types of `shared`, their parameters, what each holds at the end, and which are simulated."""
    described = {name: _described(primitive(name)) for name in TYPES}
    if json_path:
        import json

        write(json_path, json.dumps(described, indent=2) + "\n")
    else:
        write(STANDARD_OUTPUT, "\n".join(_text(name, one) for name, one in described.items()))
    return 0


def _described(kind: type[Primitive]) -> dict[str, object]:
    about, _, _ = (inspect.getdoc(kind) or "").partition("\nSource: ")
    return {
        "about": about.strip(),
        "parameters": {
            one.name: {
                "about": one.doc,
                "default": None if one.default is ... else one.default,
                "required": one.default is ...,
            }
            for one in kind.parameters
        },
        "operations": list(kind.operations),
        "crosses_processes": kind.crosses_processes,
        "ends": kind.ends,
        "simulated": bool(kind.simulation),
    }


def _text(name: str, described: dict[str, object]) -> str:
    lines = [click.style(name, bold=True)]
    lines += [f"  {line}" for line in str(described["about"]).splitlines() if line]
    parameters = described["parameters"]
    assert isinstance(parameters, dict)
    for parameter, one in parameters.items():
        default = "required" if one["required"] else f"default {one['default']}"
        lines.append(f"    {parameter} ({default}): {one['about']}")
    if described["operations"]:
        operations = f"Operations: {', '.join(map(str, described['operations']))}."  # type: ignore[call-overload]
        lines += textwrap.wrap(operations, 100, initial_indent="  ", subsequent_indent="    ")
    if not described["crosses_processes"]:
        lines.append("  For threads: a forked process gets a copy, and other start methods refuse it (TypeError).")
    if not described["simulated"]:
        lines.append("  Not simulated: what has one can be run, and not explored.")
    return "\n".join([*lines, ""])
