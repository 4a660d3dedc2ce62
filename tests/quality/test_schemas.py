"""The published schemas are those of the models."""

from __future__ import annotations

import json
from pathlib import Path

from engine.scenario.schema import scenario_schema
from engine.schemas import report_schema, schedule_schema

SCHEMAS = Path(__file__).parents[2] / "schemas"
MEND = "the schemas are not those of the models: run `make schemas`"


def test_the_scenario_schema_is_that_of_the_models() -> None:
    assert json.loads((SCHEMAS / "scenario.schema.json").read_text()) == scenario_schema(), MEND


def test_the_report_schema_is_that_of_the_models() -> None:
    assert json.loads((SCHEMAS / "report.schema.json").read_text()) == report_schema(), MEND


def test_the_schedule_schema_is_that_of_the_models() -> None:
    assert json.loads((SCHEMAS / "schedule.schema.json").read_text()) == schedule_schema(), MEND
