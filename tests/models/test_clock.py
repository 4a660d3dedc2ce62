"""Who sleeps does so until its time is over."""

from __future__ import annotations

from engine.models.clock import Clock
from engine.models.model import BLOCKED, Done, Operation

SLEEP = Operation("sleep", (), 2.0)


def test_who_sleeps_is_blocked_while_there_is_time() -> None:
    assert Clock().step(None, 1, SLEEP) is BLOCKED


def test_who_is_late_goes_on_and_no_other_sleeper_is_touched() -> None:
    assert Clock().step(None, 1, SLEEP._replace(is_late=True)) == Done(None, None, ())
