"""Ctrl-C does not disturb who tidies up, and is heeded again afterwards."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from engine.cli import interrupts
from engine.cli.interrupts import undisturbed

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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


def test_interrupts_are_heeded_again_where_tidying_up_fails() -> None:
    with pytest.raises(OSError, match="full"), undisturbed():
        raise OSError("full")

    assert [signal.getsignal(ending) for ending in ENDINGS] == [signal.default_int_handler] * 3
