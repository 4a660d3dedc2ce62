"""Which line of a scenario something comes from."""

from __future__ import annotations

import json
import sys

from engine.stage.simulation.places import called_there, raised_at, stands_at

SCENARIO = """
import json
def fail(): raise ValueError
def parse(): json.loads("{", object_hook=print)
def look(): return place(frame())
"""


def scenario() -> dict[str, object]:
    names: dict[str, object] = {"__name__": "scenario_code", "place": stands_at, "frame": lambda: sys._getframe(1)}
    exec(compile(SCENARIO, "/its/scenario.yaml", "exec"), names)
    return names


def raised(name: str) -> BaseException:
    try:
        scenario()[name]()  # type: ignore[operator]
    except ValueError as error:
        return error
    raise AssertionError


def test_an_error_comes_from_the_innermost_line_of_the_scenario() -> None:
    assert raised_at(raised("fail").__traceback__) == "/its/scenario.yaml:3"


def test_what_the_standard_library_raises_comes_from_the_line_that_called_it() -> None:
    error = raised("parse")

    assert isinstance(error, json.JSONDecodeError)
    assert raised_at(error.__traceback__) == "/its/scenario.yaml:4"


def test_what_was_called_is_named_where_the_error_came_up_within_it() -> None:
    assert called_there(raised("parse").__traceback__) == "json.loads"
    assert called_there(raised("fail").__traceback__) == called_there(None) == ""


def test_who_stands_somewhere_stands_at_a_line_of_the_scenario() -> None:
    assert scenario()["look"]() == "/its/scenario.yaml:5"  # type: ignore[operator]


def test_where_the_scenario_has_no_part_there_is_no_line() -> None:
    assert raised_at(None) == stands_at(None) == ""
