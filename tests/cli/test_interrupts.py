"""Ctrl-C does not disturb who tidies up, and is heeded again afterwards."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator

import pytest

from engine.cli import interrupts
from engine.cli.interrupts import gently, undisturbed

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(interrupts, "_heeded", ENDINGS)  # Also where the tests themselves were started to ignore one.
    before = {ending: signal.getsignal(ending) for ending in ENDINGS}
    yield
    for ending, handler in before.items():
        signal.signal(ending, handler)


def test_an_interrupt_is_not_heeded_meanwhile() -> None:
    with undisturbed():
        for ending in ENDINGS:
            signal.raise_signal(ending)

    for ending in ENDINGS:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(ending)


def test_the_first_ctrl_c_only_stops_what_is_done_gently_and_the_second_is_one() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stops: list[str] = []

    with gently(lambda: stops.append("stop")):
        signal.raise_signal(signal.SIGINT)
        assert stops == ["stop"]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    assert (stops, signal.getsignal(signal.SIGINT)) == (["stop"], signal.default_int_handler)


def test_what_is_done_gently_is_not_stopped_where_ctrl_c_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupts, "_heeded", [signal.SIGTERM])
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    with gently(lambda: pytest.fail("stopped")):
        signal.raise_signal(signal.SIGINT)


def test_interrupts_are_heeded_again_where_tidying_up_fails() -> None:
    with pytest.raises(OSError, match="full"), undisturbed():
        raise OSError("full")

    assert [signal.getsignal(ending) for ending in ENDINGS] == [signal.default_int_handler] * 4


class Collected:
    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_that_comes_where_python_only_prints_it_comes_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    interrupts.heed()
    interrupts.insist()

    Collected()
    with pytest.raises(KeyboardInterrupt):
        _work_for_ever()

    assert capsys.readouterr().err == ""


def _work_for_ever() -> None:
    while True:
        time.sleep(0.001)


def test_what_else_is_raised_there_is_printed_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: printed.append(lost.exc_type))
    interrupts.insist()

    class Broken:
        def __del__(self) -> None:
            raise KeyError

    Broken()

    assert printed == [KeyError]
