"""From reports to what the scenario files would have to say.

Pure. An expectation is only brought up to date where nothing speaks against it: every variant that shares it, and
every run of each, must have shown the same, and nothing else may have gone wrong.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .matching import is_value_matcher
from .report import CheckReport, ScenarioReport
from .scenario.rewrite import Change


@dataclass(frozen=True)
class Update:
    """What to change in a file, and why the rest that failed there is left as it is."""

    changes: tuple[Change, ...]
    refusals: tuple[str, ...]


def updates(reports: Sequence[ScenarioReport]) -> dict[str, Update]:
    """What every file with something that does not pass would have to say."""
    by_file: defaultdict[str, list[ScenarioReport]] = defaultdict(list)
    for report in reports:
        by_file[report.file].append(report)
    made = {file: _update(reports) for file, reports in by_file.items()}
    return {file: update for file, update in made.items() if update.changes or update.refusals}


def _update(reports: Sequence[ScenarioReport]) -> Update:
    places: defaultdict[tuple[str, int], list[CheckReport]] = defaultdict(list)
    for report in reports:
        for check in report.checks:
            # What is said of a process is said of each of its replicas.
            places[re.sub(r"\[\d+\]", "", check.path), check.line].append(check)
    changes, refusals = [], []
    for (path, line), checks in places.items():
        if all(check.verdict == "passed" for check in checks):
            continue
        reason = _refusal(checks)
        if reason:
            refusals.append(f"{line}: {path}: {reason}")
        else:
            changes.append(_change(checks[0]))
    if changes and any(report.verdict == "skipped" for report in reports):
        refusals.append(f"{changes[0].line}: {changes[0].path}: not every variant was run")
    return Update(() if refusals else tuple(changes), tuple(refusals))


def _refusal(checks: Sequence[CheckReport]) -> str | None:
    first = checks[0]
    if not _is_data(first):
        return "only what is written as plain text or data can be updated"
    if any(check.actual != first.actual or check.verdict != first.verdict for check in checks):
        return "it is not the same in every run"
    if first.actual is None:
        return "there is nothing to write"
    written = _change(first).value
    # Not everything that can come out can be written: a mapping's keys that are numbers, what is no number.
    if not _holds_no_matcher(written) or not _is_plain(written):
        return "what came out cannot be written as plain data"
    return None


def _is_plain(value: Any) -> bool:
    """Whether ``value`` is the same once it has been written."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not isinstance(value, dict) or all(_is_plain(item) for item in value.values())


def _is_data(check: CheckReport) -> bool:
    subject = check.path.rsplit(".", 1)[-1]
    is_shared = check.path.startswith("expect.shared.")
    if not is_shared and subject not in ("stdout", "stderr", "returns", "exitcode"):
        return False
    return _holds_no_matcher(check.expected["equals"] if _is_equals(check.expected) else check.expected)


def _is_equals(expected: Any) -> bool:
    return isinstance(expected, Mapping) and set(expected) == {"equals"}


def _holds_no_matcher(expected: Any) -> bool:
    if isinstance(expected, Mapping):
        return not is_value_matcher(expected) and all(map(_holds_no_matcher, expected.values()))
    return not isinstance(expected, list) or all(map(_holds_no_matcher, expected))


def _written(value: Any) -> Any:
    """``value`` as an author has to write it: a plain ``${`` is no reference."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, list):
        return [_written(item) for item in value]
    return {key: _written(item) for key, item in value.items()} if isinstance(value, dict) else value


def _change(check: CheckReport) -> Change:
    value: Any = _written(check.actual)
    if isinstance(value, str) and check.path.endswith(("stdout", "stderr")) and value.count("\n") == 1:
        value = value.removesuffix("\n")
    if _is_equals(check.expected):
        return Change(f"{check.path}.equals", check.line, value)
    return Change(check.path, check.line, value)
