"""``engine explore`` and ``engine replay``, with a simulation that tells what it is told to."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from engine.cli import FAILED, INTERRUPTED, interrupts, simulation
from engine.cli.commands import engine
from engine.cli.schedules import Refused, name_of
from engine.errors import ScenarioError
from engine.exploration import Found, Settings
from engine.preparation import Prepared, prepare
from engine.schemas import report_schema, schedule_schema
from tests.exploring_support import DEADLOCK, FakeSimulation, ended, exploration, found, step

SCENARIO = """\
name: two locks
code: |
  def work(): ...
processes: {left: {target: work}, right: {target: work}}
"""
FINE = found(ended("a\n"), step("left", "a.acquire", "True"), count=3)


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "locks").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "locks" / "broken.yaml").write_text(SCENARIO)
    before = {ending: signal.getsignal(ending) for ending in (signal.SIGINT, signal.SIGTERM)}
    yield
    for ending, handler in before.items():
        signal.signal(ending, handler)


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> FakeSimulation:
    fake = FakeSimulation(exploration(FINE))
    monkeypatch.setattr(simulation, "backend", lambda: fake)
    return fake


def called(*arguments: str) -> int:
    """The exit status of the command line, where it is no exception."""
    status: int = engine.main(list(arguments), prog_name="engine", standalone_mode=False)
    return status


def refused(path: str) -> str:
    """Why the schedule in the file ``path`` is not replayed."""
    with pytest.raises(Refused) as raised:
        called("replay", path)
    return raised.value.message


def shown(path: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that say why it is not, and what to do."""
    capsys.readouterr()
    with pytest.raises(Refused) as raised:
        called("replay", path)
    raised.value.show()
    return capsys.readouterr().err.splitlines()


SAVED = Path(".engine", "locks-broken.schedule.json")


# explore


def test_what_passes_is_status_0_and_leaves_nothing(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("explore", "locks") == 0

    printed = capsys.readouterr().out.splitlines()
    assert printed[1:3] == [
        "  3 schedules, all there are (dpor), 3 steps, 0.02 s",
        '  always: completed, printed "a\\n"',
    ]
    assert printed[-1].startswith("1 passed, 0 failed in ")
    assert not Path(".engine").exists()


def test_what_fails_is_status_1_and_says_how_to_replay_it(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.explored = exploration(FINE, DEADLOCK, first_failure=2)

    assert called("explore", "locks/broken.yaml") == FAILED

    assert "  replay #1: engine replay .engine/locks-broken.schedule.json" in capsys.readouterr().out.splitlines()
    written = json.loads(SAVED.read_text())
    jsonschema.validate(written, schedule_schema())
    assert (written["file"], written["steps"]) == ("locks/broken.yaml", ["left", "right"])


@pytest.mark.parametrize(
    ("columns", "is_terminal", "widest"),
    [("70", True, 70), ("150", True, 150), ("20", True, 60), ("9999", True, 240), ("70", False, 100)],
)
def test_a_table_is_as_wide_as_the_terminal(
    backend: FakeSimulation,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: str,
    is_terminal: bool,
    widest: int,
) -> None:
    backend.explored = exploration(found(ended("a" * 999)), found(ended("b" * 999)))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.setenv("COLUMNS", columns)

    called("explore", "locks")

    assert max(map(len, capsys.readouterr().out.splitlines())) == widest


def test_what_is_unknown_is_status_1(backend: FakeSimulation) -> None:
    backend.explored = exploration(FINE, exhausted=False)

    assert called("explore", "locks") == FAILED


def test_schedules_go_where_they_are_told_to(backend: FakeSimulation, tmp_path: Path) -> None:
    backend.explored = exploration(DEADLOCK)

    assert called("explore", "locks", "--save", "deep/down") == FAILED

    assert [one.name for one in Path("deep/down").iterdir()] == ["locks-broken.schedule.json"]


def test_a_folder_that_cannot_be_made_is_told(backend: FakeSimulation) -> None:
    backend.explored = exploration(DEADLOCK)

    with pytest.raises(click.ClickException, match=r'cannot make the folder "locks/broken\.yaml/x": Not a directory'):
        called("explore", "locks", "--save", "locks/broken.yaml/x")


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        (("--strategy", "rf-pos", "--seed", "3"), {"strategy": "rf-pos", "seed": 3}),
        (("--schedules", "5", "--steps", "7", "--for", "60s"), {"schedules": 5, "steps": 7, "for_s": 60.0}),
        (("--timing", "virtual", "--keep-going", "-j", "4"), {"timing": "virtual", "keep_going": True, "jobs": 4}),
    ],
)
def test_options_say_how_to_explore(
    backend: FakeSimulation, arguments: tuple[str, ...], changes: dict[str, Any]
) -> None:
    assert called("explore", "locks", "-j", "1", *arguments) == 0

    assert backend.asked == [("two locks", Settings(**{"jobs": 1, "orders_output": False, **changes}))]


def test_the_reports_tell_of_explorations(backend: FakeSimulation) -> None:
    backend.explored = exploration(FINE, DEADLOCK)

    called("explore", "locks", "--json", "a.json", "--html", "a.html", "--junit", "a.xml")

    made = json.loads(Path("a.json").read_text())
    jsonschema.validate(made, report_schema())
    (scenario,) = made["scenarios"]
    assert (made["command"], scenario["verdict"]) == ("explore", "failed")
    assert [(one["count"], one["schedule"], one["saved"]) for one in scenario["outcomes"]] == [
        (2, "left right", str(SAVED)),
        (3, "left", None),
    ]
    assert scenario["explored"]["schedules"] == 5
    assert "waits b.acquire" in Path("a.html").read_text()
    assert "waits b.acquire" in Path("a.xml").read_text()


def test_an_interrupt_is_status_130_and_reports_what_was_explored(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.error = KeyboardInterrupt()

    assert called("explore", "locks", "--json", "a.json") == INTERRUPTED

    assert json.loads(Path("a.json").read_text())["interrupted"]
    assert capsys.readouterr().out.strip().endswith("(interrupted)")


@pytest.fixture
def heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C counts, also where the tests themselves were started to ignore it."""
    monkeypatch.setattr(interrupts, "_heeded", [signal.SIGINT])
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize(
    ("outcomes", "verdict", "summary"),
    [
        ((FINE,), "unknown ", "0 passed, 0 failed, 1 unknown in "),
        ((FINE, DEADLOCK), "failed  ", "0 passed, 1 failed in "),
    ],
)
def test_at_ctrl_c_it_is_told_what_was_found_until_then(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str], outcomes: tuple[Found, ...], verdict: str, summary: str
) -> None:
    Path("locks/later.yaml").write_text(SCENARIO)
    backend.explored = exploration(*outcomes)
    backend.is_pressed = True

    assert called("explore", "locks", "--json", "a.json", "--confirm") == INTERRUPTED

    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith(f"{verdict} two locks  locks/broken.yaml  ")
    assert "schedules, not all: it was interrupted (dpor), " in printed[1]
    assert printed[-1].startswith(summary)
    assert printed[-1].endswith(" (interrupted)")
    assert len(backend.asked) == 1
    made = json.loads(Path("a.json").read_text())
    assert (len(made["scenarios"]), made["interrupted"]) == (1, True)
    assert [one["reality"] for one in made["scenarios"][0]["outcomes"]] == [None] * len(outcomes)


@pytest.mark.usefixtures("heeded")
def test_who_presses_ctrl_c_twice_does_not_wait_for_that(backend: FakeSimulation) -> None:
    backend.is_pressed = True
    backend.stops = lambda: signal.raise_signal(signal.SIGINT)

    assert called("explore", "locks", "--json", "a.json") == INTERRUPTED

    assert json.loads(Path("a.json").read_text())["scenarios"] == []


def test_files_that_are_wrong_are_told_and_nothing_is_explored(backend: FakeSimulation) -> None:
    Path("locks/broken.yaml").write_text("nonsense: 1\n")

    with pytest.raises(ScenarioError):
        called("explore", "locks", "--json", "a.json")

    assert len(json.loads(Path("a.json").read_text())["problems"]) == 2
    assert backend.asked == []


def test_a_start_method_of_the_command_line_is_that_of_the_replay(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.explored = exploration(DEADLOCK)

    assert called("explore", "locks", "--start-method", "spawn") == FAILED
    capsys.readouterr()
    assert called("replay", str(SAVED)) == FAILED

    assert capsys.readouterr().out.startswith("failed   two locks  [start_method=spawn]  locks/broken.yaml  ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("start_method: fork", "start_method: spawn"),
        ("start_method: fork", "matrix: {start_method: [spawn]}"),
        ("matrix: {start_method: [fork]}", "matrix: {start_method: [spawn, forkserver]}"),
        ("matrix: {start_method: [fork]}", "start_method: spawn"),
    ],
)
def test_a_scenario_that_has_another_start_method_since_is_refused(
    backend: FakeSimulation, before: str, after: str
) -> None:
    path = recorded(backend, f"{SCENARIO}{before}\n")

    Path("locks/broken.yaml").write_text(f"{SCENARIO}{after}\n")

    assert refused(path) == (f"{path} does not fit locks/broken.yaml any more: changed since then in start_method")


@pytest.mark.parametrize("before", ["start_method: fork", "matrix: {start_method: [fork]}"])
def test_a_variant_that_is_one_of_several_since_is_replayed(
    backend: FakeSimulation, before: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(backend, f"{SCENARIO}{before}\n")
    capsys.readouterr()

    Path("locks/broken.yaml").write_text(f"{SCENARIO}matrix: {{start_method: [spawn, fork]}}\n")

    assert called("replay", path) == FAILED
    assert capsys.readouterr().out.startswith("failed   two locks  [start_method=fork]  locks/broken.yaml  ")


# Names of schedules


def prepared(path: str) -> list[Prepared]:
    return prepare([path], simulation.settings(None))


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ("", ["locks-broken"]),
        ("matrix: {start_method: [fork, spawn], n: [1]}\n", ["locks-broken-fork-1", "locks-broken-spawn-1"]),
        ("matrix: {of: [a/b, [1], {a: 1}]}\n", ["locks-broken-a_b", "locks-broken", "locks-broken"]),
    ],
)
def test_a_schedule_is_called_like_its_file_and_its_variant(more: str, names: list[str]) -> None:
    Path("locks/broken.yaml").write_text(SCENARIO + more)

    assert [name_of(one) for one in prepared("locks/broken.yaml")] == names


def test_no_two_schedules_of_a_session_have_the_same_name(backend: FakeSimulation) -> None:
    backend.explored = exploration(DEADLOCK, found(ended(), step("right", "a.acquire")), DEADLOCK)
    Path("locks/broken.yaml").write_text(f"{SCENARIO}expect: {{stdout: b}}\n")

    called("explore", "locks")

    assert sorted(one.name for one in Path(".engine").iterdir()) == [
        "locks-broken-2.schedule.json",
        "locks-broken-3.schedule.json",
        "locks-broken.schedule.json",
    ]


# replay


def recorded(backend: FakeSimulation, scenario: str = SCENARIO) -> str:
    Path("locks/broken.yaml").write_text(scenario)
    backend.explored = exploration(FINE, DEADLOCK)
    called("explore", "locks")
    (saved,) = Path(".engine").iterdir()
    return str(saved)


def test_a_replay_shows_the_run_and_what_it_is_worth(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(backend)
    capsys.readouterr()

    assert called("replay", path, "--json", "a.json", "--html", "a.html") == FAILED

    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("failed   two locks  locks/broken.yaml  ")
    assert printed[1:] == [
        "  locks/broken.yaml:1: expect.ending: deadlock: left waits in b.acquire, right waits in a.acquire",
        "    expected completed",
        "    actual   deadlock",
        "  it came to: deadlock",
        "",
        "  forbidden, in 2 steps, 1 preemption:",
        "    step  line  left               right",
        "       1     8  a.acquire -> True",
        "       2     8  waits b.acquire    b.acquire -> True",
        "     end        waits b.acquire    waits a.acquire",
        "",
    ]
    made = json.loads(Path("a.json").read_text())
    jsonschema.validate(made, report_schema())
    assert (made["command"], made["scenarios"][0]["explored"]) == ("replay", None)
    assert "waits b.acquire" in Path("a.html").read_text()


def test_a_replay_that_is_as_expected_is_status_0(backend: FakeSimulation, capsys: pytest.CaptureFixture[str]) -> None:
    path = recorded(backend)
    Path("locks/broken.yaml").write_text(f"{SCENARIO}expect: {{ending: deadlock}}\n")
    capsys.readouterr()

    assert called("replay", path) == 0
    assert "  acceptable, in 2 steps, 1 preemption:" in capsys.readouterr().out.splitlines()


def test_a_schedule_of_a_scenario_that_has_changed_is_refused_and_says_in_what(backend: FakeSimulation) -> None:
    path = recorded(backend)

    Path("locks/broken.yaml").write_text(SCENARIO.replace("...", "return 1") + "start_together: true\n")

    assert refused(path) == (
        f"{path} does not fit locks/broken.yaml any more: changed since then in code, start_together"
    )


def test_a_schedule_of_targets_in_a_file_that_has_changed_is_refused_and_names_it(backend: FakeSimulation) -> None:
    workers = Path("locks/workers.py")
    workers.write_text("def work(): return 1\n")
    path = recorded(backend, SCENARIO.replace("target: work", 'target: "workers.py:work"'))

    workers.write_text("def work():\n    return 1  # As it was.\n")
    assert called("replay", path) == FAILED

    workers.write_text("def work(): return 3\n")
    assert refused(path) == (f"{path} does not fit locks/broken.yaml any more: changed since then in workers.py")


def test_a_schedule_that_does_not_say_what_files_were_is_refused_where_there_are_any(backend: FakeSimulation) -> None:
    Path("locks/workers.py").write_text("def work(): return 1\n")
    path = recorded(backend, SCENARIO.replace("target: work", 'target: "workers.py:work"'))
    _without(path, "files")
    assert refused(path) == f"{path} does not say what workers.py was when it was saved"

    path = recorded(backend)
    _without(path, "files")
    assert called("replay", path) == FAILED


def _without(path: str, key: str) -> None:
    written = json.loads(Path(path).read_text())
    del written[key]
    Path(path).write_text(json.dumps(written))


def test_a_schedule_of_a_scenario_that_is_gone_is_refused(backend: FakeSimulation) -> None:
    path = recorded(backend)

    Path("locks/broken.yaml").write_text(SCENARIO.replace("...", "return 1").replace("two locks", "three locks"))
    assert refused(path) == (
        f'{path} does not fit locks/broken.yaml any more: it has no scenario "two locks" with that variant'
    )


def test_a_refusal_says_why_and_what_to_do_and_nothing_of_the_command_line(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.explored = exploration(DEADLOCK)
    called("explore", "locks", "--start-method", "spawn")
    Path("locks/broken.yaml").write_text(SCENARIO.replace("...", "return 1"))

    assert shown(str(SAVED), capsys) == [
        f"{SAVED} does not fit locks/broken.yaml any more: changed since then in code",
        "  hint: explore it again: engine explore --start-method spawn locks/broken.yaml",
    ]


def test_the_scenario_is_found_from_another_folder(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = recorded(backend)
    (tmp_path / "elsewhere" / "locks").mkdir(parents=True)
    (tmp_path / "elsewhere" / "locks" / "broken.yaml").write_text("another: one\n")
    monkeypatch.chdir(tmp_path / "elsewhere")
    capsys.readouterr()

    assert called("replay", f"../{path}") == FAILED
    assert capsys.readouterr().out.startswith("failed   two locks  ../locks/broken.yaml  ")


def test_a_schedule_that_was_moved_finds_the_scenario_from_here(backend: FakeSimulation, tmp_path: Path) -> None:
    path = Path(recorded(backend))
    (tmp_path / "moved" / "away").mkdir(parents=True)
    moved = path.rename(tmp_path / "moved" / "away" / path.name)

    assert called("replay", str(moved)) == FAILED


def test_a_scenario_that_is_gone_is_told_with_where_it_was_looked_for(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = recorded(backend)
    Path("locks/broken.yaml").unlink()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    here, there = tmp_path / "elsewhere" / "locks" / "broken.yaml", tmp_path / "locks" / "broken.yaml"
    assert shown(f"../{path}", capsys) == [
        f"../{path}: the scenario that it was recorded from is gone: there is no {there} nor {here}"
    ]


def test_of_a_schedule_that_does_not_say_where_it_was_saved_the_folder_counts(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = recorded(backend)
    _without(path, "beside")
    assert called("replay", path) == FAILED

    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    here = Path("locks/broken.yaml").absolute()
    assert shown(f"../{path}", capsys) == [
        f"../{path}: the scenario that it was recorded from is gone: there is no {here}",
        "  hint: call engine replay from the folder that engine explore was called in",
    ]


def test_a_scenario_may_have_another_name_since(backend: FakeSimulation) -> None:
    path = recorded(backend)

    Path("locks/broken.yaml").write_text(f"# A comment.\n{SCENARIO}".replace("two locks", "three locks"))

    assert called("replay", path) == FAILED


def test_of_two_that_fit_the_one_of_that_name_is_replayed(
    backend: FakeSimulation, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(backend)
    Path("locks/broken.yaml").write_text(f"{SCENARIO.replace('two', 'three')}---\n{SCENARIO}")
    capsys.readouterr()

    called("replay", path)

    assert capsys.readouterr().out.startswith("failed   two locks  ")


def test_a_schedule_that_leads_elsewhere_is_refused(backend: FakeSimulation) -> None:
    path = recorded(backend)
    backend.explored = exploration(FINE)

    assert refused(path) == f"{path} leads elsewhere than it did: step 1: left cannot go on"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "a.schedule.json:1:2: it is no JSON: Expecting property name enclosed in double quotes"),
        ("[]", "a.schedule.json: it is no schedule"),
        ('{"version": 2, "steps": []}', "a.schedule.json: its version is 2, and this engine knows version 1"),
        ("\udcff", "a.schedule.json: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (None, 'cannot read "a.schedule.json": No such file or directory'),
    ],
)
def test_what_is_no_schedule_is_refused(backend: FakeSimulation, text: str | None, message: str) -> None:
    if text is not None:
        Path("a.schedule.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    assert refused("a.schedule.json") == message


# Modules


@pytest.mark.slow
def test_modules_are_looked_for_by_another_process() -> None:
    Path("locks/nearby.py").write_text("raise SystemExit('this is not to be run')\n")
    modules = simulation.Reality()
    try:
        assert modules.missing(["json", "nearby", "no_such_module"], [str(Path("locks").resolve())]) == [
            "no_such_module"
        ]
    finally:
        modules.close()
