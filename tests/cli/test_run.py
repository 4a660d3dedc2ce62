"""``engine run``: what it selects, runs, prints and returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.processes_support import PATIENCE_S, engine, engine_command, engine_environment, write_scenario

pytestmark = pytest.mark.slow

PASSES = """
code: |
  def target(): print("hello")
processes:
  one: {target: target}
expect: {stdout: hello}
"""
FAILS = PASSES.replace("{stdout: hello}", "{stdout: goodbye}")
WRONG = PASSES.replace("{target: target}", "{target: target, deamon: true}")


def report(*arguments: object, cwd: Path) -> dict[str, Any]:
    """The JSON report of ``engine run``."""
    done = engine("run", *arguments, "--json", "-", cwd=cwd)
    assert done.stdout, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


# Exit status


def test_status_0_says_that_all_passed(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", PASSES)

    done = engine("run", "story.yaml", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    first, last = done.stdout.splitlines()
    assert first.startswith("passed   story  story.yaml  ")
    assert last.startswith("1 passed, 0 failed in ")


def test_status_0_says_that_what_cannot_be_run_was_skipped(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", 'requires: {python: ">=4"}\n' + PASSES.lstrip())

    done = engine("run", "story.yaml", cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout.startswith("skipped  story  story.yaml  needs Python >=4, and this is 3.")


def test_status_1_says_that_something_failed_and_the_output_says_what(tmp_path: Path) -> None:
    write_scenario(tmp_path / "good.yaml", PASSES)
    write_scenario(tmp_path / "story.yaml", FAILS)

    done = engine("run", "good.yaml", "story.yaml", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["passed", "failed"]
    assert lines[2].startswith("  story.yaml:5: expect.stdout: ")
    assert "goodbye" in done.stdout
    assert "hello" in done.stdout
    assert lines[-1].startswith("1 passed, 1 failed in ")


def test_status_1_says_that_something_is_unknown(tmp_path: Path) -> None:
    """More was written than is kept, so nobody can tell what it was."""
    flood = PASSES.replace('print("hello")', 'print("x" * (5 << 20))').replace("hello}", "{contains: y}}")
    write_scenario(tmp_path / "story.yaml", flood)

    done = engine("run", "story.yaml", "--json", "report.json", cwd=tmp_path)

    assert done.returncode == 1
    summary = json.loads((tmp_path / "report.json").read_text())["summary"]
    assert (summary["passed"], summary["failed"], summary["unknown"]) == (0, 0, 1)


def test_status_2_says_that_a_file_is_wrong_and_where(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", WRONG)

    done = engine("run", "story.yaml", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('story.yaml:4:25: unknown key "deamon" - did you mean "daemon"?\n')
    assert "    4 |   one: {target: target, deamon: true}\n      |" + " " * 25 + "^\n" in done.stderr


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.yaml", "nowhere.yaml:1:1: there is no such file or folder"),
        ("empty", "empty:1:1: there is no .yaml or .yml file in this folder"),
    ],
)
def test_status_2_says_that_there_is_no_scenario(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "empty").mkdir()

    done = engine("run", path, cwd=tmp_path)

    assert (done.returncode, done.stderr.splitlines()[0]) == (2, message)


def test_status_3_says_that_it_was_our_own_fault(tmp_path: Path) -> None:
    """A stage that somebody killed; here it is the scenario itself that does so."""
    killer = PASSES.replace('print("hello")', "import os; os.kill(os.getppid(), 9)").replace("processes:", "parent:")
    killer = killer.replace("one:", "before:") + "processes:\n  one: {target: target}\n"
    write_scenario(tmp_path / "story.yaml", killer)

    done = engine("run", "story.yaml", cwd=tmp_path)

    assert done.returncode == 3
    assert done.stderr.startswith("engine: a fault of the engine's own: the stage is gone: ")


# What is wrong


def test_nothing_is_started_when_any_file_is_wrong(tmp_path: Path) -> None:
    """Not even a module beside the scenario is imported."""
    (tmp_path / "workers.py").write_text("open('imported', 'w')\ndef target(): open('called', 'w')\n")
    write_scenario(tmp_path / "a.yaml", 'processes:\n  one: {target: "workers.py:target"}\n')
    write_scenario(tmp_path / "b.yaml", PASSES.replace("def target():", "open('executed', 'w')\n  def target():"))
    write_scenario(tmp_path / "z.yaml", WRONG)

    wrong = engine("run", "a.yaml", "b.yaml", "z.yaml", "-j", 1, cwd=tmp_path)
    after_wrong = {path.name for path in tmp_path.glob("*ed")}
    engine("run", "a.yaml", "b.yaml", cwd=tmp_path)

    assert (wrong.returncode, after_wrong) == (2, set())
    assert {path.name for path in tmp_path.glob("*ed")} == {"imported", "called", "executed"}


def test_all_that_is_wrong_in_all_files_is_said_at_once(tmp_path: Path) -> None:
    write_scenario(tmp_path / "a.yaml", WRONG)
    write_scenario(tmp_path / "b.yaml", PASSES.replace("expect: {stdout", "expekt: {stdout"))
    write_scenario(tmp_path / "c.yaml", "processes: [\n")

    done = engine("run", ".", cwd=tmp_path)

    places = [line.split(":")[0] for line in done.stderr.splitlines() if ".yaml:" in line]
    assert (done.returncode, places) == (2, ["./a.yaml", "./b.yaml", "./c.yaml"])
    assert done.stderr.splitlines()[-1] == "3 problems, nothing was run"


def test_problems_are_in_the_report_too(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", WRONG)

    made = report("story.yaml", cwd=tmp_path)

    (problem,) = made["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("story.yaml", 4, 25)
    assert made["scenarios"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tag", "sede"], 'no scenario has the tag "sede" - did you mean "seed"?'),
        (["--match", "nothing"], "no scenario is selected"),
        (["--jbos", "2"], "--jobs"),
        (["-j", "0"], "0"),
        (["--repeat", "0"], "0"),
        (["--timeout", "soon"], "soon"),
        (["--start-method", "frok"], "fork"),
        (["--python", "/no/such/python"], 'cannot start "/no/such/python": No such file or directory'),
        (["--python", "/bin/ls"], '"/bin/ls" cannot run scenarios: '),
    ],
)
def test_a_mistake_on_the_command_line_is_said_in_words(tmp_path: Path, arguments: list[str], words: str) -> None:
    write_scenario(tmp_path / "story.yaml", "tags: [seed]\n" + PASSES.lstrip())

    done = engine("run", "story.yaml", *arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


# Which and how


def names(made: dict[str, Any]) -> list[str]:
    return [scenario["name"] for scenario in made["scenarios"]]


def test_a_folder_means_every_file_below_it_in_path_order(tmp_path: Path) -> None:
    for path in ("b.yaml", "a/z.yml", "a/b/c.yaml", "a-b.yaml", "c.txt", ".hidden/x.yaml", "B.yaml"):
        write_scenario(tmp_path / "all" / path, PASSES)

    made = report("all", cwd=tmp_path)

    assert [scenario["file"] for scenario in made["scenarios"]] == [
        "all/B.yaml",
        "all/a/b/c.yaml",
        "all/a/z.yml",
        "all/a-b.yaml",
        "all/b.yaml",
    ]


def test_a_file_that_is_named_twice_runs_once(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", PASSES)

    assert names(report("story.yaml", "story.yaml", cwd=tmp_path)) == ["story"]


def test_documents_of_one_file_are_numbered_unless_they_have_a_name(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", "---".join([PASSES, PASSES, "\nname: the third" + PASSES, PASSES]))

    made = report("story.yaml", cwd=tmp_path)

    assert names(made) == ["story", "story#2", "the third", "story#4"]
    assert [scenario["checks"][0]["line"] for scenario in made["scenarios"]] == [5, 11, 18, 24]


def test_tags_and_text_select(tmp_path: Path) -> None:
    for name, tags in (("alpha", "[x]"), ("beta", "[x, y]"), ("gamma", "[]")):
        write_scenario(tmp_path / f"{name}.yaml", f"tags: {tags}\n" + PASSES.lstrip())

    assert names(report(".", "--tag", "y", cwd=tmp_path)) == ["beta"]
    assert names(report(".", "--tag", "x", cwd=tmp_path)) == ["alpha", "beta"]
    assert names(report(".", "--match", "AMM", cwd=tmp_path)) == ["gamma"]
    assert names(report(".", "--tag", "x", "--match", "lph", cwd=tmp_path)) == ["alpha"]


MATRIX = """
matrix: {start_method: [fork, spawn], run_as: [process, thread]}
code: |
  import multiprocessing
  def target(method): assert method == multiprocessing.get_start_method()
processes:
  one: {target: target, args: ["${start_method}"]}
"""


def variants(made: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["variant"]["start_method"], one["variant"]["run_as"]) for one in made["scenarios"]]


def test_a_start_method_and_a_way_to_run_select_variants(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", MATRIX)

    made = report("story.yaml", cwd=tmp_path)

    assert made["summary"]["passed"] == 4
    assert variants(made) == [("fork", "process"), ("fork", "thread"), ("spawn", "process"), ("spawn", "thread")]
    assert variants(report("story.yaml", "--start-method", "spawn", cwd=tmp_path)) == [
        ("spawn", "process"),
        ("spawn", "thread"),
    ]
    assert variants(report("story.yaml", "--start-method", "fork", "--run-as", "thread", cwd=tmp_path)) == [
        ("fork", "thread")
    ]


def test_a_scenario_that_does_not_say_runs_with_the_start_method_asked_for(tmp_path: Path) -> None:
    text = MATRIX.replace("matrix: {start_method: [fork, spawn], run_as: [process, thread]}\n", "")
    write_scenario(tmp_path / "story.yaml", text.replace("method ==", "method == 'spawn' =="))

    assert report("story.yaml", "--start-method", "spawn", cwd=tmp_path)["summary"]["passed"] == 1
    assert report("story.yaml", "--start-method", "fork", cwd=tmp_path)["summary"]["failed"] == 1


def test_repeat_runs_each_variant_again(tmp_path: Path) -> None:
    write_scenario(tmp_path / "a.yaml", PASSES.replace("print", "open('ran', 'a').write('a'); print"))
    write_scenario(tmp_path / "b.yaml", PASSES)

    made = report("a.yaml", "b.yaml", "--repeat", 3, cwd=tmp_path)

    assert names(made) == ["a", "a", "a", "b", "b", "b"]
    assert (tmp_path / "ran").read_text() == "aaa"


@pytest.mark.parametrize("jobs", [1, 4])
def test_fail_fast_reports_nothing_behind_the_first_that_does_not_pass(tmp_path: Path, jobs: int) -> None:
    for number, text in enumerate([PASSES, FAILS, PASSES, FAILS]):
        write_scenario(tmp_path / f"{number}.yaml", text)

    made = report(".", "--fail-fast", "-j", jobs, cwd=tmp_path)

    assert [scenario["verdict"] for scenario in made["scenarios"]] == ["passed", "failed"]
    assert made["interrupted"] is False


def test_without_fail_fast_all_is_run(tmp_path: Path) -> None:
    for number, text in enumerate([PASSES, FAILS, PASSES]):
        write_scenario(tmp_path / f"{number}.yaml", text)

    made = report(".", cwd=tmp_path)

    assert [scenario["verdict"] for scenario in made["scenarios"]] == ["passed", "failed", "passed"]


def test_a_timeout_on_the_command_line_is_instead_of_the_scenarios_own(tmp_path: Path) -> None:
    forever = PASSES.replace('print("hello")', "import time; time.sleep(3600)")
    write_scenario(tmp_path / "story.yaml", "timeout: 1h\n" + forever.replace("stdout: hello", "ending: timeout"))

    made = report("story.yaml", "--timeout", "700ms", cwd=tmp_path)

    assert made["scenarios"][0]["why"].startswith("still running after 0.7 s: ")
    assert made["scenarios"][0]["verdict"] == "passed"


MEETS = """
timeout: 60s
code: |
  import os, time
  def target(mine, others):
      open(mine, "w").close()
      end = time.monotonic() + {patience}
      while not os.path.exists(others) and time.monotonic() < end:
          time.sleep(0.005)
      assert os.path.exists(others), "nobody came"
processes:
  one: {{target: target, args: [{mine}, {others}]}}
"""


def test_as_many_run_at_a_time_as_jobs_say(tmp_path: Path) -> None:
    """Each waits for the other, so it takes two to pass."""
    write_scenario(tmp_path / "a.yaml", MEETS.format(mine="a", others="b", patience=50))
    write_scenario(tmp_path / "b.yaml", MEETS.format(mine="b", others="a", patience=50))

    assert report(".", "-j", 2, cwd=tmp_path)["summary"]["passed"] == 2


@pytest.mark.parametrize(("first_line", "jobs"), [("", 1), ("exclusive: true", 2)], ids=["one job", "exclusive"])
def test_nothing_runs_beside_another_where_it_must_not(tmp_path: Path, first_line: str, jobs: int) -> None:
    write_scenario(tmp_path / "a.yaml", first_line + MEETS.format(mine="a", others="b", patience=0.5))
    write_scenario(tmp_path / "b.yaml", first_line + MEETS.format(mine="b", others="a", patience=0.5))

    made = report(".", "-j", jobs, cwd=tmp_path)

    assert [scenario["verdict"] for scenario in made["scenarios"]] == ["failed", "passed"]


def test_reports_come_in_the_order_of_the_files_whoever_is_done_first(tmp_path: Path) -> None:
    """The first waits for the second to have begun."""
    write_scenario(tmp_path / "a.yaml", MEETS.format(mine="a", others="b", patience=50))
    write_scenario(tmp_path / "b.yaml", MEETS.format(mine="b", others="b", patience=50))

    assert names(report(".", "-j", 2, cwd=tmp_path)) == ["a", "b"]


# Tracebacks and other interpreters


@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
def test_tracebacks_point_at_the_lines_of_the_file(tmp_path: Path, start_method: str) -> None:
    text = """
    name: one that raises
    code: |
      # a comment

      def deep():
          raise ValueError("so deep")

      def target():
          deep()
    processes:
      one: {target: target}
    """
    path = write_scenario(tmp_path / "story.yaml", text)

    made = report("story.yaml", "--start-method", start_method, cwd=tmp_path)

    process = made["scenarios"][0]["processes"]["one"]
    assert (process["exitcode"], process["raises"]) == (1, "ValueError: so deep")
    assert f'File "{path}", line 9, in target\n    deep()\n' in process["stderr"]
    assert f'File "{path}", line 6, in deep\n    raise ValueError("so deep")\n' in process["stderr"]


def test_a_failing_scenarios_traceback_is_shown(tmp_path: Path) -> None:
    path = write_scenario(tmp_path / "story.yaml", PASSES.replace('print("hello")', "1 / 0"))

    done = engine("run", "story.yaml", cwd=tmp_path)

    assert f'File "{path}", line 2, in target' in done.stdout
    assert "ZeroDivisionError: division by zero" in done.stdout


def test_scenarios_run_on_an_interpreter_without_any_package(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    text = """
    matrix: {start_method: [fork, spawn, forkserver]}
    shared: {queue: Queue}
    code: |
      import importlib.util
      def target(queue):
          queue.put([importlib.util.find_spec(name) is None for name in ("yaml", "pydantic", "click")])
    processes:
      one: {target: target, args: ["${queue}"]}
    expect:
      shared: {queue: [[true, true, true]]}
    """
    write_scenario(tmp_path / "story.yaml", text)

    with_packages = engine("run", "story.yaml", cwd=tmp_path)
    without = engine("run", "story.yaml", "--python", bare, cwd=tmp_path)

    assert (with_packages.returncode, without.returncode) == (1, 0)


# Where the output goes


def test_the_report_may_be_a_file_beside_the_text(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", PASSES)

    done = engine("run", "story.yaml", "--json", "report.json", cwd=tmp_path)

    made = json.loads((tmp_path / "report.json").read_text())
    assert done.stdout.startswith("passed   story")
    assert names(made) == ["story"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name[0] != ".") == ["report.json", "story.yaml"]


def test_the_report_may_be_all_of_standard_output(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", FAILS)

    done = engine("run", "story.yaml", "--json", "-", cwd=tmp_path)

    assert json.loads(done.stdout)["summary"]["failed"] == 1
    assert done.stderr.startswith("failed   story")
    assert done.returncode == 1


def test_a_report_that_cannot_be_written_is_the_users_mistake(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", PASSES)

    done = engine("run", "story.yaml", "--json", "no/such/folder.json", cwd=tmp_path)

    assert done.returncode == 2
    assert 'Error: cannot write "no/such/folder.json": ' in done.stderr


def test_a_report_says_what_format_says(tmp_path: Path) -> None:
    text = """
    name: a queue
    shared: {queue: Queue}
    code: |
      import sys
      def target(queue):
          print("out")
          print("err", file=sys.stderr)
          queue.put(5)
          return [1]
    processes:
      one: {target: target, args: ["${queue}"]}
    expect:
      stdout: out
    """
    write_scenario(tmp_path / "story.yaml", text)

    made = report("story.yaml", "--start-method", "fork", cwd=tmp_path)

    assert (made["version"], made["command"]) == (1, "run")
    assert made["summary"] == {
        "passed": 1,
        "failed": 0,
        "unknown": 0,
        "skipped": 0,
        "duration": made["summary"]["duration"],
    }
    (scenario,) = made["scenarios"]
    process = scenario["processes"]["one"]
    assert {
        key: scenario[key] for key in ("name", "file", "verdict", "ending", "stdout", "stderr", "shared", "leaks")
    } == {
        "name": "a queue",
        "file": "story.yaml",
        "verdict": "passed",
        "ending": "completed",
        "stdout": "out\n",
        "stderr": "err\n",
        "shared": {"queue": [5]},
        "leaks": [],
    }
    assert {key: process[key] for key in process if key not in ("started", "ended")} == {
        "exitcode": 0,
        "stdout": "out\n",
        "stderr": "err\n",
        "returns": [1],
        "raises": None,
        "waiting_for": None,
        "stack": [],
        "lines": [],
        "faults": [],
        "cut": {},
        "has_returned": True,
    }
    assert 0 < process["started"] < process["ended"] < scenario["duration"] <= made["summary"]["duration"]
    check = scenario["checks"][0]
    assert [check[key] for key in ("path", "verdict", "line", "expected", "actual")] == [
        *("expect.stdout", "passed", 13),
        *("out", "out\n"),
    ]


def test_who_stops_reading_does_not_change_the_verdict(tmp_path: Path) -> None:
    """As `| head -1` does; the second scenario ends only when nobody reads any more."""
    write_scenario(tmp_path / "a.yaml", PASSES)
    write_scenario(tmp_path / "b.yaml", MEETS.format(mine="b", others="closed", patience=50))
    write_scenario(tmp_path / "c.yaml", FAILS)

    with subprocess.Popen(
        engine_command("run", ".", "-j", 1),
        cwd=tmp_path,
        env=engine_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        first = running.stdout.readline()
        running.stdout.close()
        (tmp_path / "closed").touch()
        errors = running.stderr.read()

    assert first.startswith("passed   a  ")
    assert (running.returncode, errors) == (1, "")


def test_without_a_standard_output_the_status_still_tells(tmp_path: Path) -> None:
    """As `>&-` makes it."""
    write_scenario(tmp_path / "story.yaml", PASSES)

    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *engine_command("run", "story.yaml")],
        cwd=tmp_path,
        env=engine_environment(),
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_piped_has_no_colours_unless_they_are_forced(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", FAILS)

    piped = engine("run", "story.yaml", cwd=tmp_path).stdout
    forced = engine("run", "story.yaml", cwd=tmp_path, FORCE_COLOR="1").stdout
    refused = engine("run", "story.yaml", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").stdout

    assert ("\x1b[" in piped, "\x1b[31m" in forced, "\x1b[" in refused) == (False, True, False)


def test_control_characters_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    """Neither those that a scenario prints, nor those of its name."""
    text = """
    name: "bell \\a"
    code: |
      import sys
      def target():
          print("\\x1b[2J\\rgone", file=sys.stderr)
          print("\\x1b]0;title\\x07")
          raise ValueError("\\x9b1m")
    processes:
      one: {target: target}
    expect: {stdout: nothing}
    """
    write_scenario(tmp_path / "story.yaml", text)

    done = engine("run", "story.yaml", cwd=tmp_path, PYTHONUTF8="1")

    assert [character for character in done.stdout if character < " " and character != "\n"] == []
    assert "\x9b" not in done.stdout
    for shown in ("bell \\x07", "\\x1b[2J\\rgone", "\\x1b]0;title\\x07", "\\x9b1m"):
        assert shown in done.stdout


def test_pythons_own_variables_do_not_reach_a_scenario_unless_it_asks(tmp_path: Path) -> None:
    text = """
    code: |
      import os
      def target(): print(sorted(name for name in os.environ if name.startswith("PYTHON")), os.environ["MINE"])
    processes:
      one: {target: target}
    environment: {PYTHONHASHSEED: "5", MINE: "a"}
    expect: {stdout: "['PYTHONHASHSEED'] a"}
    """
    write_scenario(tmp_path / "story.yaml", text)

    done = engine("run", "story.yaml", cwd=tmp_path, PYTHONUNBUFFERED="1", PYTHONHASHSEED="0", MINE="b")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_report_is_written_into_a_pipe_and_not_in_its_place(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", PASSES)
    os.mkfifo(tmp_path / "pipe")
    command = engine_command("run", "story.yaml", "--json", "pipe")

    with subprocess.Popen(command, cwd=tmp_path, env=engine_environment(), stdout=subprocess.DEVNULL) as running:
        read = (tmp_path / "pipe").read_text()
        running.wait(PATIENCE_S)

    assert json.loads(read)["summary"]["passed"] == 1
    assert (tmp_path / "pipe").is_fifo()


def test_looking_for_a_required_module_executes_nothing(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'w')")
    (tmp_path / "package" / "module.py").write_text("")
    for name, module in {"there": "package.module", "missing": "package.other"}.items():
        write_scenario(tmp_path / f"{name}.yaml", f"requires: {{modules: [{module}]}}\n{PASSES}")

    done = engine("run", "missing.yaml", "there.yaml", cwd=tmp_path)

    assert (done.returncode, done.stdout.splitlines()[-1].partition(" in ")[0]) == (0, "1 passed, 0 failed, 1 skipped")
    assert not (tmp_path / "executed").exists()


def test_an_environment_is_there_before_the_interpreter_starts(tmp_path: Path) -> None:
    text = """
    environment: {TZ: "UTC+7", TMPDIR: "%s"}
    code: |
      import tempfile, time
      def target(): return time.timezone, tempfile.gettempdir()
    processes:
      one: {target: target}
    """
    (tmp_path / "temporary").mkdir()
    write_scenario(tmp_path / "story.yaml", text % (tmp_path / "temporary"))

    (scenario,) = report("story.yaml", cwd=tmp_path)["scenarios"]

    assert scenario["processes"]["one"]["returns"] == [7 * 3600, str(tmp_path / "temporary")]
    assert list((tmp_path / "temporary").iterdir()) == []


# What else is written


def test_junit_and_html_are_written_beside_the_json_report(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", FAILS)

    done = engine("run", "story.yaml", "--junit", "out.xml", "--html", "out.html", "--json", "out.json", cwd=tmp_path)

    assert done.returncode == 1
    assert '<failure message="expect.stdout: the text is another">' in (tmp_path / "out.xml").read_text()
    assert "<summary>" in (tmp_path / "out.html").read_text()
    assert json.loads((tmp_path / "out.json").read_text())["summary"]["failed"] == 1


def test_operations_are_shown_of_what_does_not_pass_alone(tmp_path: Path) -> None:
    text = """
    shared: {queue: SimpleQueue}
    code: |
      def target(queue): queue.put(1)
    processes:
      one: {target: target, args: ["${queue}"]}
    expect: {shared: {queue: [1]}}
    """
    write_scenario(tmp_path / "good.yaml", text)
    write_scenario(tmp_path / "wrong.yaml", text.replace("[1]}", "[2]}"))

    done = engine("run", ".", "--trace-failed", "--json", "r.json", "--junit", "r.xml", cwd=tmp_path)
    good, wrong = json.loads((tmp_path / "r.json").read_text())["scenarios"]

    assert (good["verdict"], good["trace"], wrong["verdict"]) == ("passed", [], "failed")
    assert [event["operation"] for event in wrong["trace"]] == ["put"]
    assert done.stdout.count("queue.put(1)") == (tmp_path / "r.xml").read_text().count("queue.put(1)") == 1


def test_two_reports_cannot_be_written_to_one_place(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", PASSES)

    done = engine("run", "story.yaml", "--junit", "-", "--json", "-", cwd=tmp_path)

    assert done.returncode == 2
    assert '"-" cannot hold json and junit at once' in done.stderr


def test_update_writes_what_came_out_and_shows_it(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", FAILS)

    done = engine("run", "--update", "story.yaml", cwd=tmp_path)

    assert done.returncode == 0
    assert "updated story.yaml\n" in done.stdout
    assert "  -expect: {stdout: goodbye}\n  +expect: {stdout: hello}\n" in done.stdout
    assert engine("run", "story.yaml", cwd=tmp_path).returncode == 0


def test_update_refuses_what_is_different_each_time(tmp_path: Path) -> None:
    text = FAILS.replace('print("hello")', "import os; print(os.getpid())")
    write_scenario(tmp_path / "story.yaml", text)
    before = (tmp_path / "story.yaml").read_text()

    done = engine("run", "--update", "story.yaml", cwd=tmp_path)

    assert done.returncode == 1
    assert (
        "nothing was written to story.yaml, because of\n  story.yaml:5: expect.stdout: it is not the same in every run"
        in done.stdout
    )
    assert (tmp_path / "story.yaml").read_text() == before


def test_a_file_that_is_brought_up_to_date_keeps_its_mode_and_its_other_names(tmp_path: Path) -> None:
    for name in ("private.yaml", "linked.yaml"):
        write_scenario(tmp_path / name, FAILS).chmod(0o600)
    (tmp_path / "other name").hardlink_to(tmp_path / "linked.yaml")

    assert engine("run", "--update", "private.yaml", "linked.yaml", cwd=tmp_path).returncode == 0

    assert (tmp_path / "private.yaml").stat().st_mode & 0o777 == 0o600
    assert "stdout: hello" in (tmp_path / "other name").read_text()
    assert not list(tmp_path.glob("*.part"))
