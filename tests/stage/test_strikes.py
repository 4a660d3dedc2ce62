"""Who is struck, when, and by what; here nobody but a process that sleeps."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from engine.plan import Fault, Score, Turn
from engine.stage.baton import Baton, new_baton
from engine.stage.strikes import Strikes, Target

TURNS = (Turn(1, "one", "", "jobs", "get"), Turn(2, "one", "", "", "kill"))


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"]) as process:
        yield process
        process.kill()


@pytest.fixture
def baton() -> Iterator[Baton]:
    baton = new_baton(Score(TURNS, ("one",)))
    yield baton
    os.close(baton.fd)


def target(process: subprocess.Popen[bytes], has_ended: bool = False) -> Target:
    return Target("one", process.pid, lambda: has_ended)


class Told(list[str]):
    """The faults that were told of."""

    def __call__(self, event: str, **details: Any) -> None:
        self.append(details["fault"])


def test_a_fault_strikes_at_its_time_and_once(sleeper: subprocess.Popen[bytes]) -> None:
    told = Told()
    strikes = Strikes([Fault("kill", "one", 5.0), Fault("kill", "other", 9.0)], told, None)
    now_s = time.monotonic()

    assert strikes.strike([target(sleeper)], None) is None
    assert strikes.strike([target(sleeper)], now_s) == now_s + 5
    assert told == []
    assert strikes.strike([target(sleeper)], now_s - 6) == now_s + 3
    assert strikes.strike([target(sleeper)], now_s - 9) is None

    assert (told, sleeper.wait()) == (["kill one at 5 s"], -9)


def test_who_has_ended_by_himself_is_not_struck(sleeper: subprocess.Popen[bytes]) -> None:
    told = Told()

    Strikes([Fault("kill", "one", 0.0)], told, None).strike([target(sleeper, has_ended=True)], 0.0)

    assert (told, sleeper.poll()) == ([], None)


def test_who_is_not_stopped_cannot_be_resumed(sleeper: subprocess.Popen[bytes]) -> None:
    told = Told()

    Strikes([Fault("resume", "one", 0.0)], told, None).strike([target(sleeper)], 0.0)
    Strikes([Fault("stop", "one", 0.0), Fault("resume", "one", 0.0)], told, None).strike([target(sleeper)], 0.0)

    assert told == ["stop one at 0 s", "resume one at 0 s"]


def test_in_a_forced_run_somebody_is_ended_when_it_is_his_turn_and_he_is_there(
    sleeper: subprocess.Popen[bytes], baton: Baton
) -> None:
    strikes = Strikes([], Told(), baton)

    assert strikes.strike([target(sleeper)], None) is not None
    baton.pass_on(0)
    assert strikes.strike([target(sleeper)], None) is not None
    assert sleeper.poll() is None
    baton.be_there(1)
    strikes.strike([target(sleeper)], None)

    assert sleeper.wait() == -9


def test_who_never_comes_to_where_he_is_to_be_ended_is_so_after_a_while(
    sleeper: subprocess.Popen[bytes], baton: Baton, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.stage.strikes._ARRIVES_S", -1.0)
    baton.pass_on(0)

    Strikes([], Told(), baton).strike([target(sleeper)], None)

    assert sleeper.wait() == -9


def test_when_nobody_is_to_be_ended_any_more_nobody_looks(baton: Baton) -> None:
    for place in range(len(TURNS)):
        baton.pass_on(place)

    assert Strikes([], Told(), baton).strike([], None) is None
