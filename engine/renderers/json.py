"""A report as JSON text."""

from __future__ import annotations

import json

from ..report import Report, jsonable


def render(report: Report) -> str:
    return json.dumps(jsonable(report), indent=2) + "\n"
