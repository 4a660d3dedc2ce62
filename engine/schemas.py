"""The JSON Schemas of what the engine writes, from its records."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from .report import Report
from .schedule import Schedule


def report_schema() -> dict[str, Any]:
    """The JSON Schema of what ``--json`` writes."""
    return _schema(Report)


def schedule_schema() -> dict[str, Any]:
    """The JSON Schema of the schedules that are saved."""
    return _schema(Schedule)


def _schema(of: type) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **TypeAdapter(of).json_schema()}
