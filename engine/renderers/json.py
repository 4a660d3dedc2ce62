"""A report as JSON text."""

from __future__ import annotations

import io
import json
from dataclasses import asdict

from ..report import Report


def render(report: Report) -> str:
    text = io.StringIO()
    json.dump(asdict(report), text, indent=2)  # And not `dumps`, which holds a string for each bracket at once.
    return f"{text.getvalue()}\n"
