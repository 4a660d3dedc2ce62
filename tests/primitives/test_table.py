"""Every type of ``shared`` is described in its own file, for its users and for the engine."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from engine.primitives import TYPES, Primitive, primitive

EVERY_TYPE = pytest.mark.parametrize("name", TYPES)


@EVERY_TYPE
def test_a_type_is_the_primitive_of_its_file(name: str) -> None:
    described = primitive(name)

    assert described is import_module(f"engine.primitives.{TYPES[name]}").PRIMITIVE
    assert issubclass(described, Primitive)
    assert described.__module__ == f"engine.primitives.{TYPES[name]}"


@EVERY_TYPE
def test_a_type_says_what_it_is_what_it_holds_at_the_end_and_where_that_is_documented(name: str) -> None:
    lines = (inspect.getdoc(primitive(name)) or "").split("\n")

    assert lines[0].endswith(".")
    assert any(line.startswith("Final value: ") for line in lines)
    assert any(line.startswith("Source: https://docs.python.org/3/library/") for line in lines)


@EVERY_TYPE
def test_a_type_documents_its_parameters(name: str) -> None:
    for parameter in primitive(name).parameters:
        assert parameter.name.isidentifier()
        assert parameter.doc.endswith(".")
        assert parameter.hint is None or parameter.at_least is not None


@EVERY_TYPE
def test_a_type_is_built_from_its_parameters_and_knows_its_final_value(name: str) -> None:
    described = primitive(name)
    taken = list(inspect.signature(described.build).parameters)

    assert taken == ["self", "site", *(parameter.name for parameter in described.parameters)]
    assert described.final is not Primitive.final
    assert described.ends >= 0


@EVERY_TYPE
def test_a_type_says_what_can_be_done_with_it_and_whether_processes_can_be_given_it(name: str) -> None:
    described = primitive(name)

    assert len(set(described.operations)) == len(described.operations)
    assert all(operation.isidentifier() for operation in described.operations)
    assert described.crosses_processes is not name.startswith(("queue.", "threading."))


@EVERY_TYPE
def test_defaults_are_those_of_the_parameters_that_need_not_be_given(name: str) -> None:
    described = primitive(name)

    defaults = described().defaults()

    assert list(defaults) == [one.name for one in described.parameters if one.default is not ...]


def test_types_stand_in_order_and_each_in_its_own_file() -> None:
    assert list(TYPES) == sorted(TYPES)
    assert len(set(TYPES.values())) == len(TYPES)


def test_what_is_no_type_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        primitive("Qeue")


@EVERY_TYPE
def test_what_stands_for_a_type_in_simulation_is_built_from_its_parameters(name: str) -> None:
    described = primitive(name)
    if not described.simulation:
        return
    module, _, made = described.simulation.partition(":")

    built = getattr(import_module(f"engine.stage.simulation.objects.{module}"), made)
    taken = inspect.signature(built)

    taken.bind("world", "key", "label", **dict.fromkeys(one.name for one in described.parameters))
