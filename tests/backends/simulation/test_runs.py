"""What a simulation tells is made into the records of every other run."""

from __future__ import annotations

from typing import Any

from engine.backends.simulation.runs import run_from, short, steps_from
from engine.plain import encode
from engine.trace import ProcessRun, Raised, Returned, WaitingFor


def process(**more: Any) -> dict[str, Any]:
    """What is told of a process that ended well, but for what is given."""
    return {
        "exitcode": 0,
        "stdout": "",
        "stderr": "",
        "returned": None,
        "raised": None,
        "started": True,
        "ended": True,
        "waiting_for": None,
        "faults": [],
        **more,
    }


def run(**more: Any) -> dict[str, Any]:
    return {
        "ending": "completed",
        "duration_s": 0.0,
        "stdout": "",
        "stderr": "",
        "parent": process(),
        "calls": {},
        "processes": {},
        "shared": {},
        "leaks": [],
        "unstruck": [],
        **more,
    }


def waiting(operation: str, where: str = "") -> dict[str, Any]:
    return process(
        exitcode=None, ended=False, waiting_for={"operation": operation, "where": where and f"/nowhere/{where}"}
    )


KEY_ERROR = {"type": "KeyError", "types": ["KeyError", "LookupError"], "message": "'a'", "where": "s.yaml:3"}


def test_a_process_that_ended_took_no_time() -> None:
    one = process(stdout="out", stderr="err", returned={"value": encode((1, 2))}, faults=["kill one at 1 s"])

    assert run_from(run(processes={"one": one})).processes == {
        "one": ProcessRun(
            "one",
            exitcode=0,
            stdout="out",
            stderr="err",
            returned=Returned((1, 2)),
            started_s=0.0,
            ended_s=0.0,
            faults=("kill one at 1 s",),
        )
    }


def test_a_process_that_never_started_has_no_times() -> None:
    (one,) = run_from(run(processes={"one": process(exitcode=None, started=False, ended=False)})).processes.values()

    assert (one.exitcode, one.started_s, one.ended_s) == (None, None, None)


def test_to_return_none_is_to_return_something() -> None:
    made = run_from(run(processes={"one": process(returned={"value": None}), "other": process()}))

    assert [one.returned for one in made.processes.values()] == [Returned(None), None]


def test_what_the_parent_called_is_told_with_what_came_of_it() -> None:
    made = run_from(run(calls={"before": {"returned": {"value": 5}}, "after": {"raised": KEY_ERROR}}))

    assert made.calls["before"] == ProcessRun("before", returned=Returned(5))
    assert made.calls["after"].raised == Raised("KeyError", ("KeyError", "LookupError"), "'a'", "s.yaml:3")


def test_what_was_not_called_came_to_nothing() -> None:
    assert run_from(run()).calls == {"before": ProcessRun("before"), "after": ProcessRun("after")}


def test_what_is_shared_is_what_it_was() -> None:
    made = run_from(run(shared={"x": encode({1: b"a"})}, unstruck=["kill one before a.get"], leaks=["process"]))

    assert (made.shared, made.unstruck, made.leaks) == ({"x": {1: b"a"}}, ("kill one before a.get",), ("process",))


def test_a_run_took_as_long_as_it_is_told() -> None:
    assert run_from(run(duration_s=1.5)).duration_s == 1.5


def test_a_run_that_completed_needs_no_reason() -> None:
    assert run_from(run(processes={"one": waiting("a.get")})).why is None


def test_a_deadlock_says_who_waits_in_what_and_where_by_the_file_s_own_name() -> None:
    made = run_from(
        run(
            ending="deadlock",
            processes={"left": waiting("b.acquire", "s.yaml:3"), "right": waiting("join"), "done": process()},
            parent=waiting("left.join"),
        )
    )

    assert made.why == (
        "deadlock: left waits in b.acquire at s.yaml:3, right waits in join, the parent process waits in left.join"
    )
    assert made.processes["left"].waiting_for == WaitingFor("b.acquire", 0.0, "s.yaml:3")


def test_whom_the_limit_on_steps_met_was_somewhere_and_waits_for_nothing() -> None:
    made = run_from(run(ending="step_limit", processes={"a": waiting("f.read", "s.yaml:3"), "b": waiting("join")}))

    assert made.why == "it met the limit on steps: a was at f.read on s.yaml:3, b was at join"
    assert [one.waiting_for for one in made.processes.values()] == [None, None]


def test_where_nobody_waits_the_ending_is_said_alone() -> None:
    reasons = {ending: run_from(run(ending=ending)).why for ending in ("timeout", "step_limit", "parent_died")}

    assert reasons == {
        "timeout": "it would go on beyond its timeout",
        "step_limit": "it met the limit on steps",
        "parent_died": "the parent process died before its work was done",
    }


def test_steps_say_where_by_the_file_s_own_name() -> None:
    told = {
        "number": 1,
        "process": "left",
        "thread": "",
        "primitive": "a",
        "operation": "acquire",
        "arguments": "",
        "result": "True",
        "error": None,
        "where": "/far/away/s.yaml:3",
        "blocked": {"right": "a.acquire"},
    }

    (step,) = steps_from([told])

    assert (step.process, step.where, step.blocked) == ("left", "s.yaml:3", {"right": "a.acquire"})
    assert short("") == ""
