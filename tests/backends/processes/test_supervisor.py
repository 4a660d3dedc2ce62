"""One run, watched from outside: what is seen of it, and that nothing is left of it."""

from __future__ import annotations

import os
import signal
import textwrap
from pathlib import Path

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.processes.streams import LIMIT_BYTES
from engine.backends.processes.supervisor import supervise
from engine.plan import Code
from engine.stage import blocks, descendants
from engine.trace import Returned
from tests.processes_support import (
    IDLE_STAGE,
    START_METHODS,
    Ground,
    a_plan,
    a_stage,
    eventually,
    in_shared_memory,
    perform,
    ref,
)

pytestmark = pytest.mark.slow

ways = pytest.mark.parametrize("start_method", START_METHODS)
everywhere = pytest.mark.parametrize(
    ("start_method", "run_as"), [*((method, "process") for method in START_METHODS), ("fork", "thread")]
)
NOTHING = "def target(): pass"


# Endings


def test_a_run_is_completed_when_everybody_is_done(stage: Stage) -> None:
    run = perform(stage, a_plan(NOTHING, ["target"]))

    assert (run.ending, run.why, run.leaks) == ("completed", None, ())
    assert (run.parent.exitcode, run.processes["target"].exitcode) == (0, 0)


def test_times_are_in_the_order_of_events(stage: Stage) -> None:
    run = perform(stage, a_plan(NOTHING, ["target"]))

    target = run.processes["target"]
    assert target.started_s is not None
    assert target.ended_s is not None
    assert 0 < target.started_s < target.ended_s < run.duration_s


def test_a_run_that_takes_too_long_says_who_was_still_running(stage: Stage) -> None:
    code = """
    def quick(): pass
    def slow(event):
        event.wait(100)
    def busy():
        while True: pass
    """
    processes: dict[str, list[object]] = {"quick": [], "slow": [ref("event")], "busy": []}
    plan = a_plan(code, processes, shared={"event": {"type": "Event"}}, timeout_s=1.5)

    run = perform(stage, plan)

    assert run.ending == "timeout"
    assert run.why == (
        "still running after 1.5 s: slow runs at scenario.yaml:4, busy runs at scenario.yaml:6, "
        "the parent process waits in join"
    )
    assert (run.processes["quick"].exitcode, run.processes["quick"].ended_s is None) == (0, False)
    assert (run.processes["slow"].exitcode, run.processes["slow"].ended_s) == (None, None)
    assert run.duration_s >= 1.5


def test_a_parent_that_does_not_come_to_its_end_is_named_alone(stage: Stage) -> None:
    code = """
    import threading
    def target(): pass
    def after(): threading.Event().wait(100)
    """

    run = perform(stage, a_plan(code, ["target"], after=(), timeout_s=1.0))

    assert (run.ending, run.why) == ("timeout", "still running after 1 s: the parent process runs at scenario.yaml:4")
    assert run.processes["target"].exitcode == 0


def test_text_written_before_the_time_was_up_is_kept(stage: Stage) -> None:
    code = """
    import threading
    def target():
        print("flushed", flush=True)
        print("not flushed")
        threading.Event().wait(100)
    """

    run = perform(stage, a_plan(code, ["target"], timeout_s=1.0))

    assert (run.ending, run.stdout) == ("timeout", "flushed\n")


@pytest.mark.parametrize(
    ("death", "how"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
        ("os._exit(7)", "exit code 7"),
        ("os._exit(0)", "exit code 0"),
        ("os.abort()", "killed by SIGABRT"),
        ("os.kill(os.getpid(), signal.SIGRTMIN + 1)", f"killed by signal {signal.SIGRTMIN + 1}"),
        ("os.killpg(0, signal.SIGKILL)", "killed by SIGKILL"),
    ],
)
def test_a_parent_that_dies_ends_the_run_and_says_how(stage: Stage, death: str, how: str) -> None:
    code = f"""
    import os, signal
    def before(): {death}
    def target(): pass
    """

    run = perform(stage, a_plan(code, ["target"], before=()))

    assert (run.ending, run.why) == ("parent_died", f"the parent process died before its work was done: {how}")
    assert (run.processes["target"].started_s, run.shared) == (None, {})


def test_children_of_a_parent_that_died_are_ended_and_named(ground: Ground) -> None:
    code = """
    import os, signal, threading
    def killer(event):
        event.wait()
        os.kill(os.getppid(), signal.SIGKILL)
        threading.Event().wait()
    def other(event):
        event.set()
        threading.Event().wait()
    """
    plan = a_plan(code, {"killer": [ref("event")], "other": [ref("event")]}, shared={"event": {"type": "Event"}})

    with a_stage(ground) as stage:
        run = perform(stage, plan)
        left = ground.processes()

    assert run.why == "the parent process died before its work was done: killed by SIGKILL"
    assert [leak.partition(": ")[0] for leak in sorted(run.leaks)] == ["process killer", "process other"]
    assert len(left) == IDLE_STAGE


# Exit codes, values, exceptions


@pytest.mark.parametrize(
    ("leave", "exitcode"),
    [
        ("return", 0),
        ("sys.exit()", 0),
        ("sys.exit(3)", 3),
        ("sys.exit('text')", 1),
        ("sys.exit(300)", 44),
        ("sys.exit(True)", 1),
        ("sys.exit(-1)", 255),
        ("raise ValueError", 1),
    ],
)
@pytest.mark.parametrize("run_as", ["process", "thread"])
def test_exit_codes_are_those_of_multiprocessing(stage: Stage, leave: str, exitcode: int, run_as: str) -> None:
    run = perform(stage, a_plan(f"import sys\ndef target(): {leave}", ["target"], run_as=run_as))

    assert (run.ending, run.processes["target"].exitcode) == ("completed", exitcode)


@pytest.mark.parametrize(
    ("leave", "exitcode"), [("os._exit(7)", 7), ("os.abort()", -6), ("os.kill(os.getpid(), 15)", -15)]
)
@ways
def test_exit_codes_of_those_who_leave_by_force(stage: Stage, leave: str, exitcode: int, start_method: str) -> None:
    run = perform(stage, a_plan(f"import os\ndef target(): {leave}", ["target"], start_method=start_method))

    target = run.processes["target"]
    assert (run.ending, target.exitcode, target.returned, target.raised) == ("completed", exitcode, None, None)


@everywhere
def test_what_a_target_returned_is_seen(stage: Stage, start_method: str, run_as: str) -> None:
    code = """
    def target(): return {"a": (1, [2.5, None]), "b": {True}, "c": b"x"}
    def silent(): pass
    """

    run = perform(stage, a_plan(code, ["target", "silent"], start_method=start_method, run_as=run_as))

    assert run.processes["target"].returned == Returned({"a": (1, [2.5, None]), "b": {True}, "c": b"x"})
    assert run.processes["silent"].returned == Returned(None)


@everywhere
def test_what_a_target_raised_is_seen_with_its_line(stage: Stage, start_method: str, run_as: str) -> None:
    code = """\
    class Odd(ValueError): pass
    def deep():
        raise Odd("so odd")
    def target():
        deep()
    """

    run = perform(stage, a_plan(code, ["target"], start_method=start_method, run_as=run_as))

    target = run.processes["target"]
    assert target.raised is not None
    assert (target.raised.type, target.raised.message) == ("Odd", "so odd")
    assert {"Odd", "scenario_code.Odd", "ValueError", "builtins.ValueError"} <= set(target.raised.types)
    assert target.raised.where == "/nowhere/scenario.yaml:5"
    assert 'File "/nowhere/scenario.yaml", line 3, in deep' in target.stderr
    assert (target.returned, target.exitcode) == (None, 1)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_the_parent_raised_is_seen(stage: Stage, moment: str) -> None:
    code = f"""\
    def target(): pass
    def {moment}():
        raise LookupError("nothing there")
    """

    run = perform(stage, a_plan(code, ["target"], **{moment: ()}))  # type: ignore[arg-type]

    assert run.ending == "completed"
    assert (str(run.parent.raised), run.parent.exitcode) == ("LookupError: nothing there", 1)
    assert f'File "/nowhere/scenario.yaml", line 3, in {moment}' in run.parent.stderr
    assert "/engine/" not in run.parent.stderr
    assert (run.processes["target"].exitcode is None) == (moment == "before")


@ways
def test_an_argument_that_cannot_be_passed_is_a_refusal(stage: Stage, start_method: str) -> None:
    plan = a_plan(
        "def target(queue): pass",
        {"target": [ref("queue")]},
        shared={"queue": {"type": "queue.Queue"}},
        start_method=start_method,
    )

    run = perform(stage, plan)

    target = run.processes["target"]
    assert run.ending == "completed"
    if start_method == "fork":
        assert (target.exitcode, target.raised) == (0, None)
    else:
        assert target.raised is not None
        assert (target.raised.type, target.exitcode, target.started_s) == ("TypeError", None, None)


def test_code_that_cannot_be_imported_is_the_parents_exception(stage: Stage) -> None:
    run = perform(stage, a_plan("x = 1 / 0", ["target"]))

    assert run.ending == "completed"
    assert (str(run.parent.raised), run.parent.exitcode) == ("ZeroDivisionError: division by zero", 1)
    assert 'File "/nowhere/scenario.yaml", line 1, in <module>' in run.parent.stderr


# Output


@ways
def test_output_is_seen_whatever_way_it_was_written(stage: Stage, start_method: str) -> None:
    code = """
    import ctypes, os, subprocess, sys
    def target():
        print("by print", flush=True)
        os.write(1, b"by descriptor\\n")
        subprocess.run([sys.executable, "-c", "print('by a grandchild')"])
        libc = ctypes.CDLL(None)
        libc.puts(b"by C")
        libc.fflush(None)
        os.write(2, b"an error\\n")
    """

    run = perform(stage, a_plan(code, ["target"], start_method=start_method))

    target = run.processes["target"]
    assert target.stdout == run.stdout == "by print\nby descriptor\nby a grandchild\nby C\n"
    assert target.stderr == run.stderr == "an error\n"


def test_output_of_the_parent_is_its_own_and_the_runs(stage: Stage) -> None:
    code = """
    def before(): print("before")
    def target(): print("target")
    def after(): print("after")
    """

    run = perform(stage, a_plan(code, ["target"], before=(), after=()))

    assert (run.parent.stdout, run.processes["target"].stdout) == ("before\nafter\n", "target\n")
    assert sorted(run.stdout.splitlines()) == ["after", "before", "target"]


PING_PONG = """
def ping(end):
    for number in range(50):
        print("ping", number, flush=True)
        end.send(None)
        end.recv()

def pong(end):
    for number in range(50):
        end.recv()
        print("pong", number, flush=True)
        end.send(None)
"""


@everywhere
def test_lines_are_in_the_order_in_which_they_were_written(stage: Stage, start_method: str, run_as: str) -> None:
    plan = a_plan(
        PING_PONG,
        {"ping": [ref("pipe", 0)], "pong": [ref("pipe", 1)]},
        shared={"pipe": {"type": "Pipe"}},
        start_method=start_method,
        run_as=run_as,
    )

    run = perform(stage, plan)

    assert run.stdout == "".join(f"ping {number}\npong {number}\n" for number in range(50))
    assert run.processes["ping"].stdout == "".join(f"ping {number}\n" for number in range(50))


def test_output_and_errors_each_have_an_order_of_their_own(stage: Stage) -> None:
    plan = a_plan(
        "import sys\n" + PING_PONG.replace("flush=True", "file=sys.stderr"),
        {"ping": [ref("pipe", 0)], "pong": [ref("pipe", 1)]},
        shared={"pipe": {"type": "Pipe"}},
    )

    run = perform(stage, plan)

    assert (run.stdout, run.stderr) == ("", "".join(f"ping {number}\npong {number}\n" for number in range(50)))


@ways
def test_what_destructors_print_as_an_interpreter_ends_is_seen(stage: Stage, start_method: str) -> None:
    source = """
    class Loud:
        def __del__(self): print("gone")
    def until_the_end():
        try: yield
        finally: print("closed")
    kept, suspended = Loud(), until_the_end()
    def target():
        next(suspended)
        print("target")
    """

    run = perform(stage, a_plan(source, ["target"], start_method=start_method))

    # Who is forked leaves by a back door, and so does who a fork server has forked.
    left = {"gone", "closed"} if start_method == "spawn" else set()
    assert set(run.processes["target"].stdout.split()) == {"target", *left}
    assert run.parent.stdout == "gone\n"


def test_text_that_was_not_flushed_is_lost_with_os_exit(stage: Stage) -> None:
    code = """
    import os
    def target():
        print("flushed", flush=True)
        print("not flushed")
        os._exit(0)
    """

    run = perform(stage, a_plan(code, ["target"]))

    assert (run.stdout, run.processes["target"].exitcode) == ("flushed\n", 0)


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_a_scenario_that_asks_for_unbuffered_streams_has_them(ground: Ground, start_method: str) -> None:
    code = """
    import os, sys
    def target():
        sys.stdout.write("not flushed")
        sys.stderr.write("nor this")
        os._exit(0)
    """

    with a_stage(ground, PYTHONUNBUFFERED="1") as stage:
        run = perform(stage, a_plan(code, ["target"], start_method=start_method))

    assert (run.stdout, run.stderr) == ("not flushed", "nor this")


def test_an_orphan_writes_where_its_process_wrote(stage: Stage) -> None:
    code = """
    import os
    def target():
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(writing)
            os.read(reading, 1)  # Until the process that forked it is gone.
            os.write(1, b"from the orphan\\n")
            os._exit(0)
        print("from the process")
    """

    run = perform(stage, a_plan(code, ["target"]))

    assert run.processes["target"].stdout == "from the process\nfrom the orphan\n"
    assert run.leaks == ()


def test_a_flood_is_cut_and_counted_and_harms_nobody(stage: Stage) -> None:
    code = f"""
    def flood():
        line = "x" * 1023
        for _ in range({LIMIT_BYTES // 1024} + 100):
            print(line)
        return "done"
    def other(): print("other")
    """

    run = perform(stage, a_plan(code, ["flood", "other"]))

    flood = run.processes["flood"]
    assert (flood.returned, len(flood.stdout), flood.cut["stdout"]) == (Returned("done"), LIMIT_BYTES, 100 * 1024)
    assert (run.processes["other"].stdout, run.processes["other"].cut["stdout"]) == ("other\n", 0)


def test_bytes_that_are_no_text_are_spelled_out(stage: Stage) -> None:
    run = perform(stage, a_plan("import os\ndef target(): os.write(1, b'a\\xff\\x00b')", ["target"]))

    assert run.stdout == "a\\xff\x00b"


def test_nobody_answers_a_scenario_that_asks(stage: Stage) -> None:
    run = perform(stage, a_plan("def target(): input()", ["target"]))

    assert run.processes["target"].raised is not None
    assert run.processes["target"].raised.type == "EOFError"


def test_what_a_thread_wrote_is_its_own(stage: Stage) -> None:
    code = """
    import sys
    def one():
        print("one")
        print("an error", file=sys.stderr)
    def two(): print("two")
    """

    # One after the other, or either may be first.
    options = {"two": {"start_after": ("one",)}}

    run = perform(stage, a_plan(code, ["one", "two"], options=options, run_as="thread"))

    assert (run.processes["one"].stdout, run.processes["one"].stderr) == ("one\n", "an error\n")
    assert (run.processes["two"].stdout, run.processes["two"].stderr) == ("two\n", "")
    assert run.stdout == "one\ntwo\n"


# What a scenario may do without harm to the engine


@pytest.mark.parametrize(
    "line",
    ["garbage", "=5", "={}", '={"event": "raised"}', '={"event": "returned"}', '={"event": 1}', "=" + "[" * 50_000],
    ids=lambda line: line[:20],
)
def test_a_target_that_writes_to_our_descriptors_harms_only_itself(ground: Ground, line: str) -> None:
    code = f"""
    import os, stat
    def target():
        for fd in range(3, 64):
            try:
                if stat.S_ISFIFO(os.fstat(fd).st_mode):
                    os.write(fd, {(line + chr(10)).encode()!r})
            except OSError:
                pass
        return "done"
    """

    with a_stage(ground) as stage:
        run = perform(stage, a_plan(code, ["target"]))

    assert (run.ending, run.processes["target"].exitcode) == ("completed", 0)


def test_a_target_that_writes_to_every_socket_it_inherited_harms_only_itself(ground: Ground) -> None:
    code = """
    import os, stat
    def target():
        for fd in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(fd).st_mode):
                    os.write(fd, b"\\0\\0\\0\\2\\0{]" * 10)
            except OSError:
                pass
        print("done")
    """

    with a_stage(ground) as stage:
        run = perform(stage, a_plan(code, ["target"], timeout_s=20))

    assert (run.ending, run.processes["target"].stdout) == ("completed", "done\n")


def test_a_target_that_closes_every_descriptor_still_ends(ground: Ground) -> None:
    code = """
    import os
    def target():
        os.closerange(0, 64)
    """

    with a_stage(ground) as stage:
        run = perform(stage, a_plan(code, ["target"]))

    assert run.ending == "completed"


def test_nothing_of_ours_gets_into_files_that_a_target_opened(ground: Ground, tmp_path: Path) -> None:
    """As a daemon does, it closes all descriptors; its files then have the numbers that ours had."""
    code = f"""
    import os
    def target():
        os.closerange(3, 64)
        files = [open(f"{tmp_path}/{{number}}", "w") for number in range(40)]
        print("hello", flush=True)
        kept.extend(files)
    kept = []
    """

    with a_stage(ground) as stage:
        perform(stage, a_plan(code, ["target"]))

    assert [path.name for path in tmp_path.iterdir() if path.read_text()] == []
    assert len(list(tmp_path.iterdir())) == 40


def test_the_working_folder_of_one_run_is_not_that_of_the_next(stage: Stage) -> None:
    code = """
    import os
    def before(folder): os.chdir(folder)
    def target(folder): return os.getcwd()
    """

    moved = perform(stage, a_plan(code, {"target": ["/"]}, before=["/"]))
    after = perform(stage, a_plan(code, {"target": ["."]}, before=["."]))

    assert moved.processes["target"].returned == Returned("/")
    assert after.processes["target"].returned == Returned(os.getcwd())


def test_one_runs_code_is_not_the_nexts(stage: Stage) -> None:
    first = perform(stage, a_plan("def target(): return 1", ["target"]))
    second = perform(stage, a_plan("def target(): return 2", ["target"]))

    assert [run.processes["target"].returned for run in (first, second)] == [Returned(1), Returned(2)]


def test_a_scenario_may_have_an_engine_of_its_own(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "engine.py").write_text("horsepower = 90\n")
    code = """
    import engine
    def target(): return engine.horsepower
    """

    for method in START_METHODS:
        run = perform(stage, a_plan(code, ["target"], start_method=method, search_path=(str(tmp_path),)))

        assert run.processes["target"].returned == Returned(90)


# Starting


@pytest.mark.parametrize("run_as", ["process", "thread"])
def test_one_that_starts_after_another_starts_when_that_has_ended(stage: Stage, run_as: str) -> None:
    code = """
    def first(value): value.value = 1
    def second(value): return value.value
    """
    plan = a_plan(
        code,
        {"second": [ref("value")], "first": [ref("value")]},
        shared={"value": {"type": "Value", "typecode": "i"}},
        options={"second": {"start_after": ("first",)}},
        run_as=run_as,
    )

    run = perform(stage, plan)

    first, second = run.processes["first"], run.processes["second"]
    assert second.returned == Returned(1)
    assert first.ended_s is not None
    assert second.started_s is not None
    assert first.ended_s <= second.started_s


def test_one_with_a_delay_starts_no_sooner(stage: Stage) -> None:
    run = perform(stage, a_plan(NOTHING, ["target"], options={"target": {"delay_s": 0.2}}))

    started_s = run.processes["target"].started_s
    assert started_s is not None
    assert started_s >= 0.2


@everywhere
def test_those_who_start_together_wait_for_the_last(stage: Stage, start_method: str, run_as: str) -> None:
    """The first would be gone long before the last is started, which it waits for in vain but for the gate."""
    code = """
    def target(value, index):
        with value.get_lock():
            value.value += 1
            return value.value
    """
    names = ["target[0]", "target[1]", "target[2]"]
    plan = a_plan(
        code,
        {name: [ref("value"), index] for index, name in enumerate(names)},
        shared={"value": {"type": "Value", "typecode": "i"}},
        options={"target[2]": {"delay_s": 0.2}},
        start_method=start_method,
        run_as=run_as,
        start_together=True,
    )

    run = perform(stage, plan)

    ended = [run.processes[name].ended_s for name in names]
    last_started_s = run.processes["target[2]"].started_s
    assert run.shared == {"value": 3}
    assert last_started_s is not None
    assert last_started_s >= 0.2
    assert all(at_s is not None and at_s > last_started_s for at_s in ended)


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_one_that_never_gets_to_the_gate_does_not_keep_the_others(stage: Stage, start_method: str) -> None:
    code = """
    import os
    class Deadly:
        def __reduce__(self): return os._exit, (5,)
    class Unpicklable:
        def __reduce__(self): raise TypeError("cannot go")
    def target(x): return "passed"
    """
    from engine.plan import Reference

    first = Reference("code", "deadly" if start_method == "spawn" else "harmless")
    code += "\n    deadly, harmless, unpicklable = Deadly(), None, Unpicklable()\n"
    plan = a_plan(
        code,
        {"target[0]": [first], "target[1]": [Reference("code", "unpicklable")], "target[2]": [1]},
        start_method=start_method,
        start_together=True,
    )

    run = perform(stage, plan)

    assert run.ending == "completed"
    assert run.processes["target[2]"].returned == Returned("passed")
    if start_method == "spawn":
        assert run.processes["target[0]"].exitcode == 5
        assert str(run.processes["target[1]"].raised) == "TypeError: cannot go"


def test_a_daemon_that_does_not_end_is_ended_with_its_parent(stage: Stage) -> None:
    code = """
    import threading
    def worker(): threading.Event().wait()
    def main(): return "done"
    """

    run = perform(stage, a_plan(code, ["worker", "main"], options={"worker": {"daemon": True}}, timeout_s=2.0))

    assert (run.ending, run.leaks) == ("completed", ())
    assert (run.processes["main"].returned, run.processes["worker"].returned) == (Returned("done"), None)


# Final values


def test_final_values_are_those_after_the_parents_last_act(stage: Stage) -> None:
    code = """
    def target(value): value.value += 1
    def after(value): value.value += 10
    """
    plan = a_plan(
        code,
        {"target": [ref("value")]},
        after=[ref("value")],
        shared={"value": {"type": "Value", "typecode": "i", "value": 100}},
    )

    assert perform(stage, plan).shared == {"value": 111}


@ways
def test_a_lock_that_a_killed_process_held_does_not_hold_up_the_final_values(stage: Stage, start_method: str) -> None:
    code = """
    import os
    def target(value, event):
        value.get_lock().acquire()
        value.value = 5
        event._cond.acquire()
        os.kill(os.getpid(), 9)
    """
    plan = a_plan(
        code,
        {"target": [ref("value"), ref("event")]},
        shared={"value": {"type": "Value", "typecode": "i"}, "event": {"type": "Event"}},
        start_method=start_method,
    )

    run = perform(stage, plan)

    assert (run.ending, run.shared) == ("completed", {"value": 5, "event": {"set": False}})


# What is left behind


@ways
@pytest.mark.parametrize("far", [False, True], ids=["a child", "a daemon in a session of its own"])
def test_a_grandchild_left_alive_is_named_and_ended(ground: Ground, start_method: str, far: bool) -> None:
    code = f"""
    import os, subprocess
    def target():
        if {far}:
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.execvp("sleep", ["sleep", "119"])
                os._exit(0)
            os.wait()
        else:
            subprocess.Popen(["sleep", "119"])
    """

    with a_stage(ground) as stage:
        run = perform(stage, a_plan(code, ["target"], start_method=start_method, timeout_s=10.0))
        left = [command for command in ground.processes() if "sleep" in command]

    assert [leak.partition(": ")[2] for leak in run.leaks] == ["sleep 119"]
    assert (run.ending, left) == ("completed", [])


@ways
def test_a_process_has_ended_though_a_child_of_its_own_keeps_its_descriptors(ground: Ground, start_method: str) -> None:
    """As `join` sees it: what a grandchild inherited is no life."""
    code = """
    import os, time
    def target():
        if os.fork() == 0:
            time.sleep(119)
            os._exit(0)
    """

    with a_stage(ground) as stage:
        run = perform(stage, a_plan(code, ["target"], start_method=start_method, timeout_s=5.0))
        left = len(ground.processes())

    assert (run.ending, run.processes["target"].exitcode, len(run.leaks), left) == ("completed", 0, 1, IDLE_STAGE)


def test_a_grandchild_that_ends_at_once_is_no_leak(stage: Stage) -> None:
    run = perform(stage, a_plan("import subprocess\ndef target(): subprocess.Popen(['true'])", ["target"]))

    assert run.leaks == ()


HOLD = """
import os, subprocess, sys, threading
from multiprocessing import Lock, shared_memory

def target(name, queue, manager_list, lock):
    subprocess.Popen(["sleep", "119"])
    block = shared_memory.SharedMemory(name, create=True, size=16)
    own = Lock()
    lock.acquire()
    queue.put("item")
    manager_list.append(1)
    os.close(os.open(os.environ["TMPDIR"] + "/ready", os.O_CREAT))
    threading.Event().wait()
"""


@ways
def test_nothing_is_left_of_a_run_that_took_too_long(ground: Ground, start_method: str) -> None:
    name = ground.mark.lower()
    plan = a_plan(
        HOLD,
        {"target": [name, ref("queue"), ref("list"), ref("lock")]},
        shared={"queue": {"type": "Queue"}, "list": {"type": "Manager.list"}, "lock": {"type": "Lock"}},
        start_method=start_method,
        timeout_s=2.5,
    )

    with a_stage(ground) as stage:
        run = perform(stage, plan)
        ready = ground.files()[-1:]
        os.unlink(f"{ground.folder}/ready")
        mark = blocks.mark(stage.run_folder)
        living = len(ground.pids())
        folders = os.listdir(os.path.join(ground.folder, *ground.files()))

    assert (run.ending, ready) == ("timeout", ["ready"])
    assert (living, folders) == (IDLE_STAGE, ["alive"])
    assert in_shared_memory(name) == in_shared_memory(mark) == []
    assert (ground.processes(), ground.files()) == ([], [])


@ways
def test_nothing_is_left_of_a_run_that_completed(ground: Ground, start_method: str) -> None:
    plan = a_plan(
        "def target(*shared): pass",
        {"target": [ref("queue"), ref("list"), ref("lock")]},
        shared={"queue": {"type": "Queue"}, "list": {"type": "Manager.list"}, "lock": {"type": "Lock"}},
        start_method=start_method,
    )

    with a_stage(ground) as stage:
        run = perform(stage, plan)
        mark = blocks.mark(stage.run_folder)
        living = len(ground.pids())
        folders = os.listdir(os.path.join(ground.folder, *ground.files()))

    assert (run.ending, run.leaks) == ("completed", ())
    assert (living, folders, in_shared_memory(mark)) == (IDLE_STAGE, ["alive"], [])


def test_semaphores_that_nobody_removed_are_named_and_removed(ground: Ground) -> None:
    """The resource tracker, which would have, was killed."""
    code = """
    import multiprocessing, os, signal
    from multiprocessing import resource_tracker
    def target():
        kept.append(multiprocessing.get_context("spawn").Lock())
        os.kill(resource_tracker._resource_tracker._pid, signal.SIGKILL)
        os._exit(0)
    kept = []
    """

    with a_stage(ground) as stage:
        run = perform(stage, a_plan(code, ["target"]))
        left = in_shared_memory(blocks.mark(stage.run_folder))

    assert [leak.partition(" sem.engine-")[0] for leak in run.leaks] == ["semaphore"]
    assert left == []


def test_a_scenario_that_ends_everything_above_it_leaves_nothing(ground: Ground) -> None:
    """It ends the stage, and the engine says that the stage is gone; what it started must go all the same."""
    from engine.errors import InternalError

    code = """
    import os, signal, subprocess, threading
    def before():
        subprocess.Popen(["sleep", "119"])
        os.kill(os.getppid(), signal.SIGKILL)
    def target(): threading.Event().wait()
    """

    with a_stage(ground) as stage, pytest.raises(InternalError, match="the stage is gone"):
        perform(stage, a_plan(code, ["target"], before=()))

    assert (eventually(lambda: not ground.processes(), 5), ground.files()) == (True, [])


def test_lines_of_code_are_counted_from_where_it_stands_in_its_file(stage: Stage) -> None:
    source = textwrap.dedent("""\
        def target():
            raise KeyError
        """)

    run = perform(stage, a_plan("", ["target"], code=Code(source, "/somewhere/story.yaml", 40)))

    assert run.processes["target"].raised is not None
    assert run.processes["target"].raised.where == "/somewhere/story.yaml:41"


def test_a_run_whose_time_is_over_while_it_is_tidied_up_has_completed(stage: Stage) -> None:
    """And the stage goes on: what was asked of it for the run before does not concern the next."""
    code = """
    import subprocess, time
    def target(): subprocess.Popen(["sleep", "119"], start_new_session=True)
    """

    runs = [perform(stage, a_plan(code, ["target"], timeout_s=0.2)) for _ in range(3)]

    assert {run.ending for run in runs} <= {"completed", "timeout"}
    assert perform(stage, a_plan("def target(): return 1", ["target"])).processes["target"].returned == Returned(1)


def test_every_resource_tracker_is_given_the_time_to_do_its_work(ground: Ground) -> None:
    """Forked children that use shared memory start one each, and it is theirs to remove what they leave."""
    code = """
    import threading
    from multiprocessing import shared_memory
    def target(name):
        block = shared_memory.SharedMemory(name, create=True, size=16)
        threading.Event().wait()
    """
    names = [f"{ground.mark.lower()}{number}" for number in range(3)]

    with a_stage(ground) as stage:
        processes = {f"p{number}": [name] for number, name in enumerate(names)}
        perform(stage, a_plan(code, processes, timeout_s=1.0))

    assert [name for name in names if in_shared_memory(name)] == []


# Blocks of shared memory that a target made for itself


BLOCKS = """
from multiprocessing import shared_memory
def maker(name):
    shared_memory.SharedMemory(name, create=True, size=1).close()
def remover(name):
    block = shared_memory.SharedMemory(name)
    block.close()
    block.unlink()
"""


@pytest.mark.parametrize("start_method", START_METHODS)
def test_a_block_that_nobody_unlinks_is_named_and_removed(stage: Stage, ground: Ground, start_method: str) -> None:
    name = f"{ground.mark.lower()}-block"

    run = perform(stage, a_plan(BLOCKS, {"maker": [name]}, start_method=start_method))

    assert run.leaks == (f"shared memory {name}",)
    assert in_shared_memory(name) == []


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_a_block_that_another_process_unlinks_is_no_leak(stage: Stage, ground: Ground, start_method: str) -> None:
    name = f"{ground.mark.lower()}-block"
    options = {"remover": {"start_after": ("maker",)}}
    processes = {"maker": [name], "remover": [name]}

    run = perform(stage, a_plan(BLOCKS, processes, options=options, start_method=start_method))

    assert (run.leaks, run.ending) == ((), "completed")
    assert in_shared_memory(name) == []


def test_the_blocks_of_a_run_that_had_to_be_ended_are_removed_too(stage: Stage, ground: Ground) -> None:
    code = BLOCKS + "\ndef waiter(name):\n    maker(name)\n    import time\n    time.sleep(1000)\n"
    name = f"{ground.mark.lower()}-block"

    run = perform(stage, a_plan(code, {"waiter": [name]}, timeout_s=1.0))

    assert run.ending == "timeout"
    assert in_shared_memory(name) == []


SEMAPHORES = """
import _multiprocessing
def maker(name):
    _multiprocessing.SemLock(1, 1, 1, f"/{name}", False)
def remover(name):
    _multiprocessing.sem_unlink(f"/{name}")
"""


@pytest.mark.parametrize("start_method", START_METHODS)
def test_a_semaphore_of_its_own_name_that_nobody_unlinks_is_named_and_removed(
    stage: Stage, ground: Ground, start_method: str
) -> None:
    name = f"{ground.mark.lower()}-semaphore"

    run = perform(stage, a_plan(SEMAPHORES, {"maker": [name]}, start_method=start_method))

    assert run.leaks == (f"semaphore sem.{name}",)
    assert in_shared_memory(name) == []


def test_a_semaphore_that_another_process_unlinks_is_no_leak(stage: Stage, ground: Ground) -> None:
    name = f"{ground.mark.lower()}-semaphore"
    options = {"remover": {"start_after": ("maker",)}}

    run = perform(stage, a_plan(SEMAPHORES, {"maker": [name], "remover": [name]}, options=options))

    assert (run.leaks, run.ending) == ((), "completed")
    assert in_shared_memory(name) == []


@pytest.mark.parametrize("start_method", START_METHODS)
def test_the_semaphores_of_a_target_that_was_killed_are_removed(stage: Stage, start_method: str) -> None:
    code = """
    import multiprocessing, os, signal
    def target():
        kept.append(multiprocessing.Lock())
        kept.append(multiprocessing.Queue())
        os.kill(os.getpid(), signal.SIGKILL)
    kept = []
    """

    perform(stage, a_plan(code, ["target"], start_method=start_method))

    assert in_shared_memory(blocks.mark(stage.run_folder)) == []


BOMB = """
import os, time
def bomb(sign, scatter):
    until_s = time.monotonic() + 30
    generation = 0
    while os.path.exists(sign) and time.monotonic() < until_s:
        if generation < 10:
            generation += 1
            if os.fork() == 0 and scatter:
                os.setsid()
        else:
            time.sleep(0.01)
"""
"""It forks 1,023 others, at most."""


@pytest.mark.parametrize("scatter", [False, True], ids=["together", "each a session of its own"])
def test_a_run_that_becomes_too_many_processes_is_ended_and_says_so(
    stage: Stage, tmp_path: Path, scatter: bool
) -> None:
    sign = tmp_path / "go on"
    sign.touch()

    try:
        run = supervise(stage, a_plan(BOMB, {"bomb": [str(sign), scatter]}), allowed=100)
    finally:
        sign.unlink()

    assert run.ending == "process_limit"
    assert run.why == "more than 100 processes beyond the 1 process of the scenario"
    assert [*descendants.below(stage.pid)] == []


def test_as_many_processes_as_are_declared_do_not_count(stage: Stage) -> None:
    names = [f"target[{number}]" for number in range(20)]

    run = supervise(stage, a_plan("def target():\n    import time; time.sleep(0.3)", names), allowed=3)

    assert (run.ending, run.why) == ("completed", None)


def test_nobody_reacts_to_the_end_of_the_others_when_a_run_is_ended(stage: Stage) -> None:
    code = """
    def holder(end):
        import time
        time.sleep(1000)
    def waiter(end):
        try:
            end.recv()
        except BaseException as error:
            print("I saw", type(error), flush=True)
    def asker(queue):
        try:
            queue.get(timeout=1000)
        except BaseException as error:
            print("I saw", type(error), flush=True)
    """
    processes = {"holder": [ref("pipe", 0)], "waiter": [ref("pipe", 1)], "asker": [ref("queue")]}
    shared = {"pipe": {"type": "Pipe"}, "queue": {"type": "Manager.Queue"}}

    runs = [
        perform(stage, a_plan(code, processes, shared=shared, timeout_s=0.4, start_method="spawn")) for _ in range(5)
    ]

    assert {(run.ending, run.stdout) for run in runs} == {("timeout", "")}
