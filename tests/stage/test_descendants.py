"""Every process that came of a run, found and ended.

Each test is a program of its own, which may wait for all children it has.
"""

from __future__ import annotations

import json
import textwrap

import pytest

from engine.stage import descendants
from tests.processes_support import python

PRELUDE = """
import json, os, select, signal, subprocess, sys, time
from engine.stage import descendants
import atexit

atexit.register(descendants.end_all)

def sleeper():
    return subprocess.Popen(["sleep", "120"]).pid

def gone(pid):
    # A zombie that another process will not wait for is as good as gone.
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True

def born_far_away(command="sleep 120"):
    # Double fork and a session of its own, as daemons do it.
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            os.write(writing, str(os.getpid()).encode())
            os.execvp("sh", ["sh", "-c", "exec " + command])
        os._exit(0)
    os.close(writing)
    return int(os.read(reading, 100))

def until(condition):
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()

def tell(value):
    print(json.dumps(value), flush=True)
"""


def told(code: str) -> list[object]:
    return [json.loads(line) for line in python(PRELUDE + textwrap.dedent(code)).splitlines()]


def test_a_process_without_children_has_no_descendants() -> None:
    assert told("tell(descendants.descendants())") == [[]]


def test_children_and_their_children_are_descendants_parents_first() -> None:
    assert told(
        """
        shell = subprocess.Popen(["sh", "-c", "sleep 120 & echo $!; wait"], stdout=subprocess.PIPE)
        below = int(shell.stdout.readline())
        tell(descendants.descendants() == [shell.pid, below])
        descendants.end_all()
        """
    ) == [True]


def test_one_that_has_ended_and_was_not_waited_for_is_no_descendant() -> None:
    assert told(
        """
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        until(lambda: gone(pid))
        tell([os.path.exists(f"/proc/{pid}"), descendants.descendants()])
        """
    ) == [[True, []]]


def test_the_child_of_a_thread_is_a_descendant_too() -> None:
    assert told(
        """
        import threading
        pids, leave = [], threading.Event()

        def target():
            pids.append(sleeper())
            leave.wait()

        thread = threading.Thread(target=target)
        thread.start()
        until(lambda: pids)
        tell(descendants.descendants() == pids)
        descendants.end_all()
        leave.set()
        """
    ) == [True]


def test_reaping_gives_the_wait_status_of_each_child_that_has_ended() -> None:
    assert told(
        """
        pids = []
        for code in (0, 7):
            pid = os.fork()
            if pid == 0:
                os._exit(code)
            pids.append(pid)
        living = sleeper()
        until(lambda: all(map(gone, pids)))
        statuses = descendants.reap()
        tell([os.waitstatus_to_exitcode(statuses[pid]) for pid in pids])
        tell([len(statuses), descendants.reap(), living in statuses])
        descendants.end_all()
        """
    ) == [[0, 7], [2, {}, False]]


def test_an_orphan_far_from_home_is_a_descendant_once_orphans_are_adopted() -> None:
    assert told(
        """
        descendants.adopt_orphans()
        pid = born_far_away()
        tell(until(lambda: descendants.descendants() == [pid]))
        descendants.end_all()
        """
    ) == [True]


def test_ending_all_returns_when_all_are_gone_however_they_resist() -> None:
    assert told(
        """
        descendants.adopt_orphans()
        pids = [sleeper(), born_far_away(), born_far_away("sleep 121")]
        deaf = subprocess.Popen(["sh", "-c", "trap '' TERM INT HUP; echo deaf; while :; do sleep 120; done"],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # It may see its sleep die first.
        deaf.stdout.readline()
        stopped = sleeper()
        os.kill(stopped, signal.SIGSTOP)
        descendants.end_all()
        tell([descendants.descendants(), all(map(gone, [*pids, deaf.pid, stopped]))])
        """
    ) == [[[], True]]


def test_ending_all_reaches_what_is_born_meanwhile() -> None:
    """Each of a chain of orphans forks the next and ends; the pipe has an end when the last of them is gone."""
    assert told(
        """
        descendants.adopt_orphans()
        chain, alive = os.pipe()
        if os.fork() == 0:
            until_s = time.monotonic() + 10
            os.write(alive, b".")
            while time.monotonic() < until_s:
                if os.fork():
                    os._exit(0)
            os._exit(0)
        os.close(alive)
        os.read(chain, 1)
        descendants.end_all()
        os.set_blocking(chain, False)
        try:
            tell(os.read(chain, 1) == b"")
        except BlockingIOError:
            tell("somebody lives")
            os.set_blocking(chain, True)
            os.read(chain, 1)
        """
    ) == [True]


def test_ending_all_lets_the_resource_tracker_do_its_work() -> None:
    """Killed with the others it would leave the block in /dev/shm."""
    assert told(
        """
        maker = subprocess.Popen([sys.executable, "-W", "ignore", "-c", '''if True:
            from multiprocessing import shared_memory
            block = shared_memory.SharedMemory(create=True, size=16)
            print(block.name, flush=True)
            input()
        '''], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        descendants.adopt_orphans()
        name = maker.stdout.readline().strip()
        there = os.path.exists(f"/dev/shm/{name}")
        # It has its name only once it is executed.
        until(lambda: any("resource_tracker" in descendants.command_line(pid) for pid in descendants.descendants()))
        descendants.end_all()
        tell([there, os.path.exists(f"/dev/shm/{name}")])
        """
    ) == [[True, False]]


def test_what_ends_by_itself_is_no_stray() -> None:
    assert told(
        """
        subprocess.Popen(["true"])
        tell(descendants.await_strays())
        """
    ) == [{}]


def test_a_stray_is_ended_and_named_by_its_command_line() -> None:
    assert told(
        """
        descendants.adopt_orphans()
        pid = born_far_away("sleep 601")
        until(lambda: "sleep" in descendants.command_line(pid) and "sh" not in descendants.command_line(pid))
        strays = descendants.await_strays()
        tell([strays == {pid: "sleep 601"}, gone(pid)])
        """
    ) == [[True, True]]


def test_helpers_of_multiprocessing_are_no_strays() -> None:
    assert told(
        """
        from multiprocessing import resource_tracker
        resource_tracker.ensure_running()
        pid = resource_tracker._resource_tracker._pid
        until(lambda: "resource_tracker" in descendants.command_line(pid))
        stray = sleeper()
        tell([descendants.helpers([stray, pid]) == {pid}, descendants.helpers([stray]) == set()])
        os.kill(pid, signal.SIGKILL)  # Else it is spared for a while.
        """
    ) == [[True, True]]


def test_a_process_of_the_scenario_that_the_fork_server_forked_is_no_helper() -> None:
    """It has the fork server's command line."""
    assert told(
        """
        import multiprocessing
        from multiprocessing import resource_tracker
        context = multiprocessing.get_context("forkserver")
        child = context.Process(target=time.sleep, args=(120,))
        child.start()
        line = descendants.command_line(child.pid)
        helpers = descendants.helpers(descendants.descendants())
        tell(["forkserver" in line, child.pid in helpers])
        tell([len(helpers), any("forkserver" in descendants.command_line(pid) for pid in helpers)])
        child.kill()
        child.join()
        os.kill(resource_tracker._resource_tracker._pid, signal.SIGKILL)
        """
    ) == [[True, False], [2, True]]


def test_who_is_gone_has_no_command_line() -> None:
    (line,) = told(
        """
        child = subprocess.Popen(["true"])
        child.wait()
        tell(descendants.command_line(child.pid))
        """
    )

    assert line == "?"


def test_this_very_process_has_a_command_line() -> None:
    assert told("tell('descendants' in descendants.command_line(os.getpid()))") == [True]


@pytest.mark.parametrize(("state", "flags", "is_ending"), [("R", 0x40, False), ("R", 0x44, True), ("Z", 0, True)])
def test_a_process_on_its_way_out_is_no_stray(
    monkeypatch: pytest.MonkeyPatch, state: str, flags: int, is_ending: bool
) -> None:
    # Its command line goes before its state changes, so a helper that is ending could not be told from others.
    monkeypatch.setattr(descendants, "_status", lambda pid: [state, "1", "1", "1", "0", "-1", str(flags)])
    monkeypatch.setattr(descendants, "children", lambda pid: [12] if pid != 12 else [])

    assert descendants.descendants() == ([] if is_ending else [12])
