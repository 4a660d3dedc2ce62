"""The index in the catalogue's README, made from the scenarios themselves.

``python -m tests.catalogue.index`` (or ``make index``) writes it anew; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from engine.primitives import TYPES
from engine.scenario.source import read

SCENARIOS = Path(__file__).parents[2] / "scenarios"
README = SCENARIOS / "README.md"
MARK = "<!-- From here on `make index` writes this page. -->\n"
KINDS = ("seeds", "primitives", "patterns", "pitfalls", "puzzles", "litmus")


def page(text: str) -> str:
    """The README ``text`` with its index as it should be."""
    return text.partition(MARK)[0] + MARK + "\n".join(_index())


def _index() -> Iterator[str]:
    for kind in KINDS:
        files = sorted((SCENARIOS / kind).rglob("*.yaml"))
        yield f"\n## {kind.capitalize()}\n"
        if kind == "pitfalls":
            yield from _pairs(files)
        elif all(file.parent.name == kind for file in files):
            yield from map(_item, files)
        else:
            yield from _groups(files)
    yield ""


def _groups(files: Sequence[Path]) -> Iterator[str]:
    titles = {module: f"`{kind}`" for kind, module in TYPES.items()}
    for folder, within in groupby(files, key=lambda file: file.parent):
        yield f"### {titles.get(folder.name, folder.name.replace('_', ' '))}\n"
        yield from map(_item, within)
        yield ""


def _pairs(files: Sequence[Path]) -> Iterator[str]:
    yield "| pitfall | | |"
    yield "| --- | --- | --- |"
    for folder, within in groupby(files, key=lambda file: file.parent):
        links = {file.stem: file.relative_to(SCENARIOS) for file in within}
        name = _name(folder / "broken.yaml").replace("|", "\\|")
        yield f"| {name} | [broken]({links['broken']}) | [fixed]({links['fixed']}) |"


def _item(file: Path) -> str:
    return f"- [{_name(file)}]({file.relative_to(SCENARIOS)})"


def _name(file: Path) -> str:
    name: str = read(str(file), file.read_bytes())[0][0].value["name"]
    return name


if __name__ == "__main__":
    README.write_text(page(README.read_text()))
