"""A schedule: its text, its file, and what it fits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.plan import Plan
from engine.planning import plan
from engine.schedule import Schedule, differences, digests, fingerprint, from_text, steps_of, text, turns, untold
from tests.support import variant_of

SCHEDULE = Schedule(
    fingerprint="code:1f2e3d4c",
    file="lock_order.yaml",
    name="two locks",
    variant={"start_method": "fork"},
    timing="any",
    seed=7,
    exact=("queues",),
    steps=("left", "left", "left", "right", "left:jobs", "kill left"),
)
WRITTEN: dict[str, Any] = {
    "version": 1,
    "fingerprint": "code:1f2e3d4c",
    "file": "lock_order.yaml",
    "name": "two locks",
    "variant": {"start_method": "fork"},
    "timing": "any",
    "seed": 7,
    "exact": ["queues"],
    "steps": ["left*3", "right", "left:jobs", "kill left"],
}
LABELS = st.lists(
    st.sampled_from(["left", "left:jobs", "kill left", "a*2", "it's", "*3", "a *4", "'"]) | st.text(min_size=1)
)


def test_turns_are_short_where_somebody_takes_several() -> None:
    assert text(SCHEDULE.steps) == "left*3 right left:jobs 'kill left'"
    assert from_text("left*3 right left:jobs 'kill left'*2") == (*SCHEDULE.steps, "kill left")
    assert (text(()), from_text("")) == ("", ())


@settings(derandomize=True)
@given(LABELS)
def test_whatever_processes_are_called_their_turns_can_be_read_back(labels: list[str]) -> None:
    assert steps_of(turns(labels)) == tuple(labels)
    assert from_text(text(labels)) == tuple(labels)


@pytest.mark.parametrize("wrong", ["'left", "left ' right", "''"])
def test_text_that_is_no_turns_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not somebody's turn"):
        from_text(wrong)


def test_a_schedule_is_kept_as_it_is() -> None:
    assert SCHEDULE.to_json() == WRITTEN
    assert Schedule.from_json(json.loads(json.dumps(SCHEDULE.to_json()))) == SCHEDULE


def test_files_are_kept_where_they_were_looked_at() -> None:
    schedule = replace(SCHEDULE, files={"workers.py": "1f2e3d4c"})

    assert schedule.to_json() == {**WRITTEN, "files": {"workers.py": "1f2e3d4c"}}
    assert Schedule.from_json(schedule.to_json()) == schedule


def test_a_start_method_is_kept_where_the_command_line_asked_for_one() -> None:
    schedule = replace(SCHEDULE, start_method="spawn")

    assert schedule.to_json() == {**WRITTEN, "start_method": "spawn"}
    assert Schedule.from_json(schedule.to_json()) == schedule


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "it is no schedule"),
        ({"version": 1}, "it is no schedule"),
        ({**WRITTEN, "version": 2}, "its version is 2, and this engine knows version 1"),
        ({**WRITTEN, "seed": "7"}, 'its "seed" is missing or not what it should be'),
        ({**WRITTEN, "seed": True}, 'its "seed" is missing or not what it should be'),
        (
            {key: value for key, value in WRITTEN.items() if key != "file"},
            'its "file" is missing or not what it should be',
        ),
        ({**WRITTEN, "start_method": 1}, 'its "start_method" is missing or not what it should be'),
        ({**WRITTEN, "files": [1]}, 'its "files" is missing or not what it should be'),
        ({**WRITTEN, "files": {"a.py": 1}}, 'its "files" is missing or not what it should be'),
        ({**WRITTEN, "timing": "real"}, 'its "timing" is neither any nor virtual'),
        ({**WRITTEN, "surprise": 1}, 'it has the unknown key "surprise"'),
        ({**WRITTEN, "steps": ["left", 3]}, "3 is not somebody's turn"),
        ({**WRITTEN, "steps": [""]}, "'' is not somebody's turn"),
        ({**WRITTEN, "steps": ["left*999999999"]}, "it has more than 10,000,000 steps"),
    ],
)
def test_what_is_no_schedule_is_told_so(wrong: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message.replace('*', '.')}$"):
        Schedule.from_json(wrong)


# What it fits

SCENARIO = """\
name: two increments
timeout: 5s
start_method: fork
shared: {counter: {type: Value, typecode: i, value: 0}}
code: |
  def increment(counter, by):
      counter.value += by
  def look(counter): ...
processes:
  first: {target: increment, args: ["${counter}", 1]}
parent: {after: {target: look, args: ["${counter}"]}}
faults: [{kill: first, after: counter.acquire}]
"""


def planned(folder: Path, old: str = "", new: str = "") -> Plan:
    assert old in SCENARIO
    return plan(variant_of(folder, SCENARIO.replace(old, new)))


def recorded(plan: Plan) -> Schedule:
    return replace(SCHEDULE, fingerprint=fingerprint(plan), files=digests(plan))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("two increments", "another name"),
        ("5s", "50s"),
        ("code: |", "\n\ncode: |"),
        ("+= by\n", "+=  by  # one more\n\n"),
        ("name:", "tags: [quick]\nname:"),
    ],
)
def test_what_changes_nothing_that_can_happen_changes_no_fingerprint(tmp_path: Path, old: str, new: str) -> None:
    assert fingerprint(planned(tmp_path, old, new)) == fingerprint(planned(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("+= by", "+= by + 1", "code"),
        ("+= by", "-= by", "code"),
        ("value: 0", "value: 1", "shared"),
        ("{counter: {type: Value", "{lock: Lock, counter: {type: Value", "shared"),
        (", 1]", ", 2]", "processes"),
        ("target: increment", "target: look", "processes"),
        ("first: {", "first: {daemon: true, ", "processes"),
        ("first: {", "second: {target: look}\n  first: {", "processes"),
        ("after: {target: look", "before: {target: look", "parent"),
        ("after: counter", "before: counter", "faults"),
        ("fork", "spawn", "start_method"),
        ("timeout: 5s", "start_together: true", "start_together"),
        ("timeout: 5s", "run_as: thread", "run_as"),
        ("timeout: 5s", "environment: {A: b}", "environment"),
    ],
)
def test_what_changes_what_can_happen_is_named(tmp_path: Path, old: str, new: str, part: str) -> None:
    assert differences(recorded(planned(tmp_path)), planned(tmp_path, old, new)) == [part]


def test_what_is_as_it_was_has_no_differences(tmp_path: Path) -> None:
    assert differences(recorded(planned(tmp_path)), planned(tmp_path)) == []


@pytest.mark.parametrize(("new", "parts"), [("fork", []), ("spawn", ["start"])])
def test_fingerprints_that_have_one_part_for_all_of_the_start_still_fit(
    tmp_path: Path, new: str, parts: list[str]
) -> None:
    kept = [one for one in fingerprint(planned(tmp_path)).split() if not one.startswith(("run_as:", "start_"))]
    older = " ".join([*kept, "start:3a0dd72e6a7c"])

    assert differences(replace(SCHEDULE, fingerprint=older), planned(tmp_path, "fork", new)) == parts


def test_where_the_scenario_is_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()

    assert fingerprint(planned(tmp_path / "elsewhere")) == fingerprint(planned(tmp_path))


def test_code_that_this_python_cannot_read_is_taken_as_it_stands(tmp_path: Path) -> None:
    made = planned(tmp_path)
    assert made.code is not None
    odd = made._replace(code=made.code._replace(source="def f(:"))
    odder = made._replace(code=made.code._replace(source="def f(: "))

    assert differences(recorded(odd), odder) == ["code"]


# The files it is made of

IN_FILES = """\
code: |
  import of_code
  def here(): ...
processes:
  one: {target: here}
  two: {target: "workers.py:work"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, source in {
        "of_code.py": "",
        "workers.py": "import helper\ndef work(): helper.help(1)\n",
        "helper.py": "def help(by): ...\n",
    }.items():
        (tmp_path / name).write_text(source)
    return tmp_path


def in_files(folder: Path) -> Plan:
    return plan(variant_of(folder, IN_FILES))


@pytest.mark.parametrize("changed", ["workers.py", "helper.py", "of_code.py"])
def test_a_file_that_targets_are_made_of_is_named_when_it_has_changed(folder: Path, changed: str) -> None:
    before = recorded(in_files(folder))

    (folder / changed).write_text((folder / changed).read_text() + "def more(): ...\n")

    assert differences(before, in_files(folder)) == [changed]


def test_comments_and_layout_of_files_change_nothing(folder: Path) -> None:
    before = recorded(in_files(folder))

    (folder / "helper.py").write_text("# What helps.\n\ndef help( by ): ...\n")

    assert differences(before, in_files(folder)) == []


def test_a_file_that_is_imported_no_more_and_one_that_is_new_are_named(folder: Path) -> None:
    before = recorded(in_files(folder))

    (folder / "newer.py").touch()
    (folder / "workers.py").write_text("import newer\ndef work(): ...\n")

    assert differences(before, in_files(folder)) == ["newer.py", "workers.py", "helper.py"]


def test_of_a_schedule_that_was_saved_without_files_nobody_can_tell_whether_they_have_changed(folder: Path) -> None:
    before = replace(recorded(in_files(folder)), files=None)

    assert differences(before, in_files(folder)) == []
    assert untold(before, in_files(folder)) == ["helper.py", "of_code.py", "workers.py"]
    assert untold(recorded(in_files(folder)), in_files(folder)) == []
