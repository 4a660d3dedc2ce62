"""The handle on a stage: who can be one, and how it goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine.backends.processes import stage as stage_module
from engine.backends.processes.stage import Stage
from engine.errors import InternalError, InterpreterError, Interrupted
from engine.stage import blocks, descendants
from tests.processes_support import (
    IDLE_STAGE,
    START_METHODS,
    Ground,
    a_plan,
    a_stage,
    engine_command,
    engine_environment,
    eventually,
    in_shared_memory,
    perform,
    write_scenario,
)

pytestmark = pytest.mark.slow

SLEEP = """
def sleeper():
    import os, time
    os.close(os.open(os.environ["TMPDIR"] + "/asleep", os.O_CREAT))
    time.sleep(120)
"""


def until_asleep(ground: Ground) -> None:
    """Wait until the scenario's process is there, and take away the sign that it gave."""
    assert eventually(lambda: "asleep" in ground.files())
    os.unlink(f"{ground.folder}/asleep")


def a_program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_a_stage_tells_what_its_interpreter_is(ground: Ground) -> None:
    with a_stage(ground) as stage:
        interpreter = stage.interpreter()

    assert interpreter.version == "{}.{}.{}".format(*sys.version_info[:3])
    assert interpreter.platform == sys.platform
    assert os.path.samefile(interpreter.executable, sys.executable)
    assert sorted(interpreter.start_methods) == sorted(START_METHODS)


def test_a_stage_tells_which_modules_it_cannot_import(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("raise SystemExit('executed')")

    with a_stage(ground) as stage:
        missing = stage.missing_modules(["json", "no_such", "beside", "json.no_such", "no.such"], [str(tmp_path)])

    assert missing == ["no_such", "json.no_such", "no.such"]


def test_an_interpreter_that_does_not_exist_is_named(ground: Ground) -> None:
    with pytest.raises(InterpreterError) as caught:
        Stage("/no/such/python", ground.environment)

    assert str(caught.value) == 'cannot start "/no/such/python": No such file or directory'


def test_a_file_that_is_no_program_is_named(ground: Ground, tmp_path: Path) -> None:
    file = tmp_path / "python"
    file.write_text("")

    with pytest.raises(InterpreterError) as caught:
        Stage(str(file), ground.environment)

    assert str(caught.value) == f'cannot start "{file}": Permission denied'


def test_a_program_that_is_no_interpreter_is_named_with_its_last_words(ground: Ground) -> None:
    with a_stage(ground, "/bin/ls") as stage, pytest.raises(InterpreterError) as caught:
        stage.interpreter()

    assert str(caught.value).startswith('"/bin/ls" cannot run scenarios: ')
    assert "cannot access" in str(caught.value)


def test_a_program_that_ends_without_a_word_is_named_with_its_exit_code(ground: Ground, tmp_path: Path) -> None:
    silent = a_program(tmp_path / "silent", "exit 5")

    with a_stage(ground, silent) as stage, pytest.raises(InterpreterError) as caught:
        stage.interpreter()

    assert str(caught.value) == f'"{silent}" cannot run scenarios: it ended with exit code 5'


def test_of_a_program_with_much_to_say_the_last_line_is_shown(ground: Ground, tmp_path: Path) -> None:
    chatty = a_program(tmp_path / "chatty", "echo first >&2; echo last >&2; exit 1")

    with a_stage(ground, chatty) as stage, pytest.raises(InterpreterError) as caught:
        stage.interpreter()

    assert str(caught.value) == f'"{chatty}" cannot run scenarios: last'


def test_an_interpreter_that_is_too_old_is_told_so(ground: Ground, tmp_path: Path) -> None:
    """Ours, which believes that it is an old one."""
    program = "import sys, runpy; sys.version_info = (3, 9, 18); sys.version = '3.9.18 (main)'; sys.argv = sys.argv[1:]"
    run = "runpy.run_path(sys.argv[0], run_name='__main__')"
    old = a_program(tmp_path / "python3.9", f"""exec "{sys.executable}" -c "{program}; {run}" "$@" """)

    with a_stage(ground, old) as stage, pytest.raises(InterpreterError) as caught:
        stage.interpreter()

    assert str(caught.value) == f'"{old}" cannot run scenarios: Python 3.10 or later is needed, this is 3.9.18'


def test_the_file_that_tells_an_old_interpreter_is_one_that_it_can_read() -> None:
    """Nothing in it is younger than Python 3.0, as far as the parser can tell."""
    import ast

    file = Path(stage_module.__file__).parents[2] / "stage" / "__main__.py"

    ast.parse(file.read_text(), feature_version=(3, 4))
    assert "f'" not in file.read_text()
    assert 'f"' not in file.read_text()


def test_an_interpreter_that_never_answers_is_waited_for_only_so_long(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_module, "START_PATIENCE_S", 0.2)
    monkeypatch.setattr(stage_module, "END_PATIENCE_S", 0.2)
    mute = a_program(tmp_path / "mute", "exec sleep 120")

    with a_stage(ground, mute) as stage, pytest.raises((InternalError, InterpreterError), match="has not answered"):
        stage.interpreter()

    assert ground.processes() == []


def test_closing_a_stage_leaves_no_process_and_no_folder(ground: Ground) -> None:
    with a_stage(ground) as stage:
        perform(stage, a_plan("def target(): pass", ["target"]))
        while_open = (len(ground.processes()), len(ground.files()))

    assert while_open == (IDLE_STAGE, 1)
    assert (ground.processes(), ground.files()) == ([], [])


def test_closing_a_stage_that_was_never_used_leaves_nothing(ground: Ground) -> None:
    with a_stage(ground):
        pass

    assert (ground.processes(), ground.files()) == ([], [])


@pytest.mark.parametrize("start_method", START_METHODS)
def test_interrupting_a_stage_ends_its_run_and_leaves_nothing(ground: Ground, start_method: str) -> None:
    caught: list[BaseException] = []

    def watch(stage: Stage) -> None:
        try:
            perform(stage, a_plan(SLEEP, ["sleeper"], start_method=start_method, shared={"lock": {"type": "Lock"}}))
        except Interrupted as error:
            caught.append(error)

    with a_stage(ground) as stage:
        watcher = threading.Thread(target=watch, args=(stage,))
        watcher.start()
        until_asleep(ground)
        mark = blocks.mark(stage.run_folder)
        stage.interrupt()
        watcher.join()

    assert [str(error) for error in caught] == ["interrupted"]
    assert (ground.processes(), ground.files(), in_shared_memory(mark)) == ([], [], [])


FAR = """
def sleeper(name):
    import multiprocessing, os, signal, subprocess, time
    from multiprocessing import shared_memory
    kept = multiprocessing.get_context("spawn").Lock(), shared_memory.SharedMemory(name, create=True, size=1)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            subprocess.Popen(["sleep", "119"], start_new_session=True)
            os.close(os.open(os.environ["TMPDIR"] + "/asleep", os.O_CREAT))
            os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
    time.sleep(119)
"""
"""Double fork and sessions of their own; one is deaf and has stopped itself."""


def killed_while_it_runs(
    ground: Ground, kill: Callable[[Stage], None], code: str = SLEEP, arguments: Sequence[object] = ()
) -> InternalError:
    """The error that a run ends with when ``kill`` ends the stage in its midst."""
    caught: list[InternalError] = []

    def watch(stage: Stage) -> None:
        try:
            perform(stage, a_plan(code, {"sleeper": arguments}, shared={"lock": {"type": "Lock"}}))
        except InternalError as error:
            caught.append(error)

    with a_stage(ground) as stage:
        watcher = threading.Thread(target=watch, args=(stage,))
        watcher.start()
        until_asleep(ground)
        kill(stage)
        watcher.join()
    return caught[0]


def test_a_stage_that_was_killed_is_our_fault(ground: Ground) -> None:
    error = killed_while_it_runs(ground, lambda stage: os.kill(stage.pid, signal.SIGKILL))

    assert str(error) == "the stage is gone: it ended with exit code -9"


def test_a_stage_that_was_killed_leaves_nothing_of_its_run_wherever_its_processes_went(ground: Ground) -> None:
    name, marks = ground.mark.lower(), []

    def kill(stage: Stage) -> None:
        marks.append(blocks.mark(stage.run_folder))
        assert in_shared_memory(name) != []
        os.kill(stage.pid, signal.SIGKILL)

    killed_while_it_runs(ground, kill, FAR, [name])

    assert (ground.processes(), ground.files()) == ([], [])
    assert in_shared_memory(name) == in_shared_memory(marks[0]) == []


def test_a_guardian_that_was_killed_is_not_missed(ground: Ground) -> None:
    with a_stage(ground) as stage:
        stage.interpreter()
        os.kill(stage._process.pid, signal.SIGKILL)
        stage._process.wait()
        run = perform(stage, a_plan("def target(): pass", ["target"]))

    assert run.ending == "completed"
    assert (ground.processes(), ground.files()) == ([], [])


def test_what_is_left_when_nobody_was_left_to_tidy_up_goes_with_the_next_start(ground: Ground, tmp_path: Path) -> None:
    """Engine, guardian and nursery are killed at one moment."""
    name = ground.mark.lower()
    write_scenario(
        tmp_path / "story.yaml",
        "timeout: 1h\nshared: {lock: Lock}\ncode: |\n"
        + textwrap.indent(FAR, "  ")
        + f"processes: {{one: {{target: sleeper, args: [{name}]}}}}\n",
    )
    running = subprocess.Popen(
        engine_command("run", tmp_path), cwd=tmp_path, env={**engine_environment(), **ground.environment}
    )
    until_asleep(ground)
    [guardian] = descendants.children(running.pid)
    [nursery] = descendants.children(guardian)
    killed = (running.pid, guardian, nursery)
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in killed:
            os.kill(pid, number)
    running.wait()
    left = len(ground.processes()), len(ground.files()), len(in_shared_memory(name))

    with a_stage(ground) as stage:
        perform(stage, a_plan("def target(): pass", ["target"]))
        living = [command for command in ground.processes() if "sleep" not in command]

    assert left[0] > 2
    assert left[1:] == (1, 1)
    assert len(living) == IDLE_STAGE
    assert (ground.files(), in_shared_memory(name)) == ([], [])


def test_a_stage_that_was_killed_between_runs_is_our_fault(ground: Ground) -> None:
    with a_stage(ground) as stage:
        perform(stage, a_plan("def target(): pass", ["target"]))
        os.kill(stage.pid, signal.SIGKILL)
        stage._process.wait()

        with pytest.raises(InternalError, match="the stage is gone: it ended with exit code -9"):
            perform(stage, a_plan("def target(): pass", ["target"]))


def test_a_stage_may_be_closed_after_it_was_killed(ground: Ground) -> None:
    with a_stage(ground) as stage:
        stage.interpreter()
        os.kill(stage.pid, signal.SIGKILL)

    assert (ground.processes(), ground.files()) == ([], [])
