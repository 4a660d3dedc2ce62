"""The JSON Schema of scenarios, from the models: what editors complete, explain and check with.

It describes a scenario as it is written, so wherever a value goes, a reference to one may stand.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from ..primitives import TYPES
from .model import Scenario
from .shared import specification

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_REFERENCE = {"$ref": "#/$defs/Reference"}
_REFERENCE_DEFINITION = {
    "type": "string",
    "pattern": r"\$\{[^}]+\}",
    "description": "The value of a variable, or a shared primitive: `${name}`, `${name[0]}`, `${name.field}`.",
}
_NAME = {"pattern": r"^[^\W\d][\w-]*$"}


def scenario_schema() -> dict[str, Any]:
    """The schema of one scenario document."""
    shapes = {name: specification(name)[0] for name in TYPES}
    for name, shape in shapes.items():
        shape.model_config["title"] = name
    _, made = models_json_schema([(Scenario, "validation"), *((shape, "validation") for shape in shapes.values())])
    definitions = made["$defs"]
    root = definitions.pop("Scenario")
    root["properties"]["matrix"] = _matrix()
    root["properties"]["shared"] = {
        "type": "object",
        "description": root["properties"]["shared"]["description"],
        "propertyNames": _NAME,
        "additionalProperties": {
            "anyOf": [
                _short_forms(shapes),
                *(_type(name, shape, definitions) for name, shape in shapes.items()),
                {"type": "object", "properties": {"type": _REFERENCE}, "required": ["type"]},
            ]
        },
        "default": {},
    }
    schema = _with_references({**root, "$defs": definitions})
    schema["$defs"]["Reference"] = _REFERENCE_DEFINITION
    return {"$schema": DIALECT, "title": "Scenario", **schema}


def _matrix() -> dict[str, Any]:
    return {
        "description": "The scenario runs once per variant: all combinations of the lists, or just the rows given.",
        "anyOf": [
            {"type": "object", "additionalProperties": {"type": "array", "minItems": 1}},
            {"type": "array", "items": {"type": "object"}, "minItems": 1},
        ],
    }


def _short_forms(shapes: dict[str, Any]) -> dict[str, Any]:
    """The types that need nothing, by their name alone."""
    bare = [
        name for name, shape in shapes.items() if not any(field.is_required() for field in shape.model_fields.values())
    ]
    return {"enum": bare, "description": "A type that needs no parameters."}


def _type(name: str, shape: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The full form of a type: its parameters, and its name under ``type``."""
    definition = definitions.pop(shape.__name__)
    definition["title"] = name
    definition["properties"] = {"type": {"const": name}, **definition.get("properties", {})}
    definition["required"] = ["type", *definition.get("required", [])]
    return dict(definition)


def _with_references(schema: Any) -> Any:
    """``schema`` with every value that is no text also allowed to be a reference."""
    if isinstance(schema, list):
        return [_with_references(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("enum", "const"):
            made[key] = value
        elif key == "oneOf":
            # Data that looks like a matcher is data as well, so more than one branch may be right.
            made["anyOf"] = _with_references(value)
        elif key == "properties":
            made[key] = {name: _or_reference(_with_references(item)) for name, item in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            made[key] = _or_reference(_with_references(value))
        elif key != "default" or value is not None:
            made[key] = value if key == "default" else _with_references(value)
    return made


def _or_reference(schema: dict[str, Any]) -> dict[str, Any]:
    if not schema or (schema.get("type") == "string" and not {"enum", "pattern"} & set(schema)) or "const" in schema:
        return schema
    outside: dict[str, Any] = {key: schema[key] for key in ("title", "description", "default") if key in schema}
    inside = {key: value for key, value in schema.items() if key not in outside}
    return {**outside, "anyOf": [inside, _REFERENCE]} if inside else schema
