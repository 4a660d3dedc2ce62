"""The parameters of each type are validated as the primitive itself describes them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from engine.plan import Reference
from engine.primitives import TYPES
from engine.scenario.shared import specification


@pytest.mark.parametrize(
    ("kind", "given", "parameters"),
    [
        ("Queue", {}, {"maxsize": 0}),
        ("Queue", {"maxsize": 3}, {"maxsize": 3}),
        ("SimpleQueue", {}, {}),
        ("Pipe", {}, {"duplex": True}),
        ("Pipe", {"duplex": False}, {"duplex": False}),
        ("Lock", {}, {}),
        ("Event", {}, {}),
        ("Value", {"typecode": "i"}, {"typecode": "i", "value": 0, "lock": True}),
        (
            "Value",
            {"typecode": "c_int", "value": 1, "lock": Reference("shared", "lock")},
            {"typecode": "c_int", "value": 1, "lock": Reference("shared", "lock")},
        ),
        ("Manager.dict", {"value": {"a": 1}}, {"value": {"a": 1}}),
        ("Manager.list", {"value": [1]}, {"value": [1]}),
        ("queue.Queue", {"maxsize": 1}, {"maxsize": 1}),
    ],
)
def test_what_a_type_takes(kind: str, given: dict[str, Any], parameters: dict[str, Any]) -> None:
    model, _ = specification(kind)

    assert dict(model.model_validate(given)) == parameters


@pytest.mark.parametrize(
    ("kind", "given", "error"),
    [
        ("Queue", {"maxsize": -1}, "greater_than_equal"),
        ("Queue", {"maxsize": 1.0}, "int_type"),
        ("Queue", {"maxsize": True}, "int_type"),
        ("Queue", {"size": 1}, "extra_forbidden"),
        ("SimpleQueue", {"maxsize": 1}, "extra_forbidden"),
        ("Pipe", {"duplex": 0}, "bool_type"),
        ("Value", {}, "missing"),
        ("queue.Queue", {"maxsize": -1}, "greater_than_equal"),
    ],
)
def test_what_a_type_does_not_take(kind: str, given: dict[str, Any], error: str) -> None:
    model, _ = specification(kind)

    with pytest.raises(ValidationError) as caught:
        model.model_validate(given)

    assert [detail["type"] for detail in caught.value.errors()] == [error]


def test_a_hint_explains_a_bound() -> None:
    assert specification("Queue")[1] == {"maxsize": "0 means no bound"}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_has_a_specification_with_its_documentation(kind: str) -> None:
    model, _ = specification(kind)

    assert model.__doc__
    assert all(field.description for field in model.model_fields.values())
