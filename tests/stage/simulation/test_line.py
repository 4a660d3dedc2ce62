from __future__ import annotations

from contextvars import ContextVar

import greenlet
import pytest

from engine.stage.simulation.here import here
from engine.stage.simulation.line import give_back, line

_said: ContextVar[str] = ContextVar("said", default="nothing")


@pytest.fixture(autouse=True)
def _hub() -> None:
    here.hub = greenlet.getcurrent()


def test_a_line_that_is_over_runs_another_body_once_it_is_given_back() -> None:
    seen: list[str] = []
    first = line(lambda: seen.append("first"))
    first.switch(None)
    assert first.dead

    give_back([first])
    second = line(lambda: seen.append("second"))
    assert second is first
    assert not second.dead
    second.switch(None)

    assert seen == ["first", "second"]


def test_a_line_that_was_taken_apart_is_as_good_as_new() -> None:
    ends: list[str] = []

    def waits() -> None:
        try:
            here.hub.switch(None)
        finally:
            ends.append("unwound")

    one = line(waits)
    one.switch(None)
    one.throw(greenlet.GreenletExit)
    give_back([one])

    assert ends == ["unwound"]
    assert line(lambda: None) is one


def test_one_that_goes_on_regardless_is_not_used_again() -> None:
    def stays() -> None:
        while True:
            try:
                here.hub.switch(None)
            except greenlet.GreenletExit:
                here.hub.switch(None)

    one = line(stays)
    one.switch(None)
    one.throw(greenlet.GreenletExit)
    give_back([one])

    assert line(lambda: None) is not one


def test_what_a_body_raises_comes_out_and_ends_its_line() -> None:
    def fails() -> None:
        raise KeyError("x")

    one = line(fails)
    with pytest.raises(KeyError):
        one.switch(None)
    give_back([one])

    assert one.dead
    assert line(lambda: None) is not one


def test_context_variables_of_the_last_body_are_not_there() -> None:
    first = line(lambda: _said.set("something") and None)
    first.switch(None)
    give_back([first])
    seen: list[str] = []

    second = line(lambda: seen.append(_said.get()))
    assert second is first
    second.switch(None)

    assert seen == ["nothing"]


def test_what_is_raised_in_a_line_is_like_what_it_is_given_and_not_that_itself() -> None:
    given = FileNotFoundError(2, "No such file", "here")
    raised: list[BaseException] = []

    def waits() -> None:
        try:
            here.hub.switch(None)
        except OSError as error:
            raised.append(error)

    one = line(waits)
    one.switch(None)
    one.throw(given)

    assert [str(error) for error in raised] == [str(given)]
    assert raised[0] is not given
    assert given.__traceback__ is None
