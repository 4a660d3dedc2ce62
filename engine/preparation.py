"""From scenario files to what can be run and judged, as plain records.

Reading YAML and validating it takes longer than many a scenario runs. So what was found valid is remembered, and only
what is new is loaded; YAML and pydantic are not even imported otherwise.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from . import memory, plain
from .expectation import Expectation
from .plan import Plan
from .scenario.files import Settings, read_bytes

if TYPE_CHECKING:
    from .scenario.load import Variant


@dataclass(frozen=True)
class Requirements:
    """What the interpreter must offer; ``python`` is a version specifier (PEP 440)."""

    python: str | None
    platforms: tuple[str, ...]
    modules: tuple[str, ...]


@dataclass(frozen=True)
class Prepared:
    """One variant, ready to be run and judged. ``assignments`` are the values of its row of the matrix, JSON-able;
    ``explore`` is what the scenario itself says of how to explore it."""

    name: str
    file: str
    assignments: Mapping[str, Any]
    tags: tuple[str, ...]
    exclusive: bool
    requirements: Requirements
    plan: Plan
    expectation: Expectation
    explore: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            **vars(self),
            "requirements": asdict(self.requirements),
            "plan": self.plan.to_json(),
            "expectation": self.expectation.to_json(),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Prepared:
        requirements = data["requirements"]
        return Prepared(
            **{
                **data,
                "tags": tuple(data["tags"]),
                "requirements": Requirements(
                    requirements["python"], tuple(requirements["platforms"]), tuple(requirements["modules"])
                ),
                "plan": Plan.from_json(data["plan"]),
                "expectation": Expectation.from_json(data["expectation"]),
            }
        )


def prepare(files: Sequence[str], settings: Settings) -> list[Prepared]:
    """Every variant of every file, in order. Raises ScenarioError with all that is wrong in all of the files."""
    circumstances = {file: _circumstances(file, settings) for file in files}
    prepared = {file: _recall(file, circumstances[file]) for file in files}
    unknown = [file for file in files if not prepared[file]]
    if unknown:
        prepared.update(_load(unknown, circumstances, settings))
    return [one for file in files for one in prepared[file]]


def _load(
    files: Sequence[str], circumstances: Mapping[str, str | None], settings: Settings
) -> dict[str, list[Prepared]]:
    from .planning import plan
    from .scenario.load import load

    prepared: dict[str, list[Prepared]] = {file: [] for file in files}
    closed = dict.fromkeys(files, True)
    for variant in load(files, settings):
        prepared[variant.file].append(_prepared(variant, plan(variant)))
        closed[variant.file] &= all(target.is_in_code for target in variant.targets.values())
    for file in files:
        # Whether a target is there depends on other files, too, if it is not in the scenario's own code.
        # It may have changed since its circumstances were looked at.
        if closed[file] and _circumstances(file, settings) == circumstances[file]:
            _remember(file, circumstances[file], prepared[file])
    return prepared


def _prepared(variant: Variant, planned: Plan) -> Prepared:
    requires, explore = variant.scenario.requires, variant.scenario.explore
    return Prepared(
        name=variant.name,
        file=variant.file,
        assignments={name: plain.jsonable(value) for name, value in variant.assignments.items()},
        tags=tuple(variant.scenario.tags),
        exclusive=variant.scenario.exclusive,
        requirements=Requirements(requires.python, tuple(requires.platform), tuple(requires.modules)),
        plan=planned,
        expectation=variant.expectation,
        explore=explore.model_dump(exclude_unset=True) if explore else {},
    )


def _circumstances(file: str, settings: Settings) -> str | None:
    """All that what is found out of ``file`` depends on; None where it cannot be read."""
    try:
        text = read_bytes(file).decode("utf-8")
    except (OSError, ValueError):
        return None
    return json.dumps([text, file, os.getcwd(), asdict(settings)])


def _recall(file: str, circumstances: str | None) -> list[Prepared]:
    if circumstances is None:
        return []
    try:
        return [Prepared.from_json(data) for data in memory.recall(os.path.abspath(file), circumstances) or []]
    except (KeyError, TypeError):
        return []


def _remember(file: str, circumstances: str | None, prepared: Sequence[Prepared]) -> None:
    data = [one.to_json() for one in prepared]
    # JSON cannot hold everything that YAML can (a mapping's keys that are numbers, for one).
    if circumstances is not None and [Prepared.from_json(one) for one in json.loads(json.dumps(data))] == prepared:
        memory.remember(os.path.abspath(file), circumstances, data)
