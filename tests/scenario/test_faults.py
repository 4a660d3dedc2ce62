"""Faults say what goes wrong and when; one that could never happen is refused at its very line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.plan import FaultAction
from engine.scenario.faults import Fault
from tests.support import HEAD, problems_of, variant_of, variants_of

STAGE = """\
code: |
  def work(*args, **kwargs): ...
vars: {victim: other, moment: 250ms, guard: lock, second: 2, whole: {kill: other, at: 1s}}
shared: {lock: Lock, queue: Queue, pipe: Pipe, raw: {type: RawValue, typecode: i}, pair: Socketpair}
processes:
  worker: {target: work, count: 2}
  other: {target: work}
faults:
"""
"""Its faults begin on line 9."""

ACTIONS = '"kill", "stop", "resume", "interrupt", "terminate"'
MOMENTS = '"at", "before", "after"'
AT = 'a duration, such as 2s, 500ms, 1m30s or a number of seconds, or "anywhere"'
OPERATION = "an operation, such as lock.release or pipe[0].recv"
RESUME = '"resume" needs "at" with a duration: a stopped process does nothing itself'
ENDS = '"pipe" has 2 ends: refer to one of them, pipe[0] or pipe[1]'
NTH = '"nth" counts operations: it stands beside "before" or "after"'


def fault_of(folder: Path, written: str) -> Fault:
    """The one fault of a scenario where this is said."""
    (fault,) = variant_of(folder, f"{STAGE}  - {written}\n").scenario.faults
    return fault


# What is right


@pytest.mark.parametrize("action", ["kill", "stop", "resume", "interrupt", "terminate"])
def test_a_fault_does_one_thing_to_a_process_at_a_time(tmp_path: Path, action: FaultAction) -> None:
    fault = fault_of(tmp_path, f"{{{action}: other, at: 1m30s}}")

    assert (fault.action, fault.process, fault.at_s, fault.moment, fault.operation, fault.nth, fault.because) == (
        action,
        "other",
        90.0,
        None,
        None,
        1,
        None,
    )


@pytest.mark.parametrize(
    ("written", "at_s", "moment", "operation", "nth"),
    [
        ("at: 0", 0.0, None, None, 1),
        ("at: 1.5", 1.5, None, None, 1),
        ("at: anywhere", None, None, None, 1),
        ("before: lock.release", None, "before", ("lock", "release"), 1),
        ("after: queue.get, nth: 2", None, "after", ("queue", "get"), 2),
        ("before: 'pipe[1].recv_bytes', nth: 1", None, "before", ("pipe[1]", "recv_bytes"), 1),
    ],
)
@pytest.mark.parametrize("action", ["kill", "stop", "interrupt", "terminate"])
def test_a_fault_happens_at_a_time_or_anywhere_or_beside_an_operation(
    tmp_path: Path,
    action: str,
    written: str,
    at_s: float | None,
    moment: str | None,
    operation: tuple[str, str] | None,
    nth: int,
) -> None:
    fault = fault_of(tmp_path, f"{{{action}: other, {written}}}")

    assert (fault.at_s, fault.moment, fault.operation, fault.nth) == (at_s, moment, operation, nth)


def test_a_fault_names_every_replica_or_one_and_says_why(tmp_path: Path) -> None:
    text = f"{STAGE}  - {{kill: worker, at: 1}}\n  - kill: worker[1]\n    at: 1\n    because: it is the slow one\n"

    faults = variant_of(tmp_path, text).scenario.faults

    assert [(fault.process, fault.because) for fault in faults] == [
        ("worker", None),
        ("worker[1]", "it is the slow one"),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{kill: '${victim}', at: '${moment}'}", "{kill: other, at: 250ms}"),
        ("{kill: other, before: '${guard}.release', nth: '${second}'}", "{kill: other, before: lock.release, nth: 2}"),
        ("{kill: 'worker[${index}]', at: 1}", "{kill: 'worker[0]', at: 1}"),
        ("${whole}", "{kill: other, at: 1s}"),
    ],
)
def test_any_value_of_a_fault_may_be_a_reference(tmp_path: Path, written: str, meant: str) -> None:
    assert fault_of(tmp_path, written) == fault_of(tmp_path, meant)


def test_a_matrix_may_vary_what_goes_wrong(tmp_path: Path) -> None:
    text = "matrix: {moment: [anywhere, 1s], none: [[], [{stop: worker, at: 2}]]}\n"

    one = variants_of(tmp_path, f"{HEAD}{text}faults: [{{kill: worker, at: '${{moment}}'}}]\n")
    all_of_them = variants_of(tmp_path, f"{HEAD}{text}faults: ${{none}}\n")

    assert [variant.scenario.faults[0].at_s for variant in one] == [None, None, 1.0, 1.0]
    assert [[fault.at_s for fault in variant.scenario.faults] for variant in all_of_them] == [[], [2.0], [], [2.0]]


# What is wrong

WRONG_KEYS = [
    ("{kil: other, kill: other, at: 1}", ['9:6: unknown key "kil" - did you mean "kill"?']),
    (
        "{kil: other, at: 1}",
        [f"9:5: a fault must have one of {ACTIONS}", '9:6: unknown key "kil" - did you mean "kill"?'],
    ),
    ("{kill: other}", [f"9:5: a fault must have one of {MOMENTS}"]),
    ("{kill: other, nth: 2}", [f"9:5: a fault must have one of {MOMENTS}"]),
    ("{}", [f"9:5: a fault must have one of {MOMENTS}", f"9:5: a fault must have one of {ACTIONS}"]),
    (
        "{kill: other, stop: other, at: 1}",
        [f'9:19: "stop" stands beside "kill": a fault has just one of {ACTIONS}'],
    ),
    (
        "{at: 1, kill: other, before: lock.release, after: lock.release}",
        [
            f'9:26: "before" stands beside "at": a fault has just one of {MOMENTS}',
            f'9:48: "after" stands beside "at": a fault has just one of {MOMENTS}',
        ],
    ),
    ("{kill: other, at: 1, nth: 2}", [f"9:26: {NTH}"]),
    ("{kill: other, at: anywhere, nth: 1}", [f"9:33: {NTH}"]),
    ("{resume: other, before: queue.get}", [f"9:21: {RESUME}"]),
    ("{resume: other, after: queue.get}", [f"9:21: {RESUME}"]),
    ("{resume: other, at: anywhere}", [f"9:25: {RESUME}"]),
]

WRONG_VALUES = [
    ("3", ['9:5: item 1 of "faults" must be a mapping, got 3']),
    ("{kill: 3, at: 1}", ['9:12: "kill" must be text, got 3']),
    ("{kill: , at: 1}", ['9:12: "kill" must be text, got nothing']),
    ("{kill: [other], at: 1}", ['9:12: "kill" must be text, got a list']),
    (
        "{kill: '${queue}', at: 1}",
        ['9:13: "kill" must be text, got ${queue}, which only the scenario\'s own process has'],
    ),
    ("{kill: other, at: soon}", [f'9:23: "at" must be {AT}, got "soon"']),
    ("{kill: other, at: -1}", [f'9:23: "at" must be {AT}, got -1']),
    ("{kill: other, at: [1]}", [f'9:23: "at" must be {AT}, got a list']),
    ("{kill: other, at: }", [f'9:23: "at" must be {AT}, got nothing']),
    ("{kill: other, before: 1s}", [f'9:27: "before" must be {OPERATION}, got "1s"']),
    ("{kill: other, before: lock}", [f'9:27: "before" must be {OPERATION}, got "lock"']),
    ("{kill: other, after: 'pipe[x].recv'}", [f'9:26: "after" must be {OPERATION}, got "pipe[x].recv"']),
    ("{kill: other, after: 3}", ['9:26: "after" must be text, got 3']),
    ("{kill: other, after: queue.get, nth: 0}", ['9:42: "nth" must be 1 or more, got 0']),
    ("{kill: other, after: queue.get, nth: 1.5}", ['9:42: "nth" must be a whole number, got 1.5']),
    ("{kill: other, after: queue.get, nth: }", ['9:42: "nth" must be a whole number, got nothing']),
    ("{kill: other, at: 1, because: 3}", ['9:35: "because" must be text, got 3']),
]

WRONG_NAMES = [
    ("{kill: othr, at: 1}", ['9:12: there is no process "othr" - did you mean "other"?']),
    ("{resume: nobody, at: 1}", ['9:14: there is no process "nobody"']),
    ("{kill: 'worker[2]', at: 1}", ['9:12: there is no process "worker[2]" - did you mean "worker[1]"?']),
    ("{kill: 'other[0]', at: 1}", ['9:12: there is no process "other[0]" - did you mean "other"?']),
    ("{kill: parent, at: 1}", ['9:12: there is no process "parent"']),
    ("{kill: other, before: lok.release}", ['9:27: there is no shared "lok" - did you mean "lock"?']),
    (
        "{kill: other, before: lock.relese}",
        ['9:27: "lock" has no operation "relese" - did you mean "release"? (hint: Lock has acquire, release)'],
    ),
    ("{kill: other, after: lock.put}", ['9:26: "lock" has no operation "put" (hint: Lock has acquire, release)']),
    (
        "{kill: other, after: pair.send}",
        ['9:26: "pair" has no operations that a fault could wait for, as no Socketpair has (hint: say when with "at")'],
    ),
    (
        "{kill: other, after: 'pair[0].recv'}",
        ['9:26: "pair" has no operations that a fault could wait for, as no Socketpair has (hint: say when with "at")'],
    ),
    ("{kill: other, after: pipe.recv}", [f"9:26: {ENDS}"]),
    ("{kill: other, after: 'pipe[2].recv'}", [f"9:26: {ENDS}"]),
    ("{kill: other, after: 'pipe[00].recv'}", [f"9:26: {ENDS}"]),
    (f"{{kill: other, after: 'pipe[{'9' * 5000}].recv'}}", [f"9:26: {ENDS}"]),
    ("{kill: other, after: 'lock[0].release'}", ['9:26: "lock" is one object: refer to it as lock']),
]


@pytest.mark.parametrize(("written", "problems"), WRONG_KEYS + WRONG_VALUES + WRONG_NAMES)
def test_what_is_wrong_with_a_fault_is_said_where_it_stands(tmp_path: Path, written: str, problems: list[str]) -> None:
    assert problems_of(tmp_path, f"{STAGE}  - {written}\n") == problems


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        ("faults: {kill: worker, at: 1}", '5:9: "faults" must be a list, got a mapping'),
        ("faults:", '5:8: "faults" must be a list, got nothing'),
        ("falts: []", '5:1: unknown key "falts" - did you mean "faults"?'),
        (
            "shared: {q: Qeue}\nfaults: [{kill: worker, after: q.get}]",
            '5:13: unknown type "Qeue" - did you mean "Queue"?',
        ),
        ("shared: [q]\nfaults: [{kill: worker, at: 1}]", '5:9: "shared" must be a mapping, got a list'),
        ("faults: [{kill: worker, after: q.get}]", '5:32: there is no shared "q"'),
        (
            "faults: [{kill: '${victm}', at: 1}]",
            '5:18: unknown reference "${victm}"',
        ),
    ],
)
def test_what_is_wrong_around_a_fault_is_said_once(tmp_path: Path, rest: str, problem: str) -> None:
    assert problem in problems_of(tmp_path, f"{HEAD}{rest}\n")


def test_a_fault_of_a_variable_is_refused_where_it_is_written(tmp_path: Path) -> None:
    text = f"{HEAD}vars:\n  fault: {{kill: workr, at: 1}}\nfaults: ['${{fault}}']\n"

    assert problems_of(tmp_path, text) == ['6:17: there is no process "workr" - did you mean "worker"?']


@pytest.mark.parametrize("kind", ["Queue", "Manager.Queue"])
def test_what_a_fault_waits_for_is_an_operation_of_the_variants_own_type(tmp_path: Path, kind: str) -> None:
    text = "shared: {it: '${kind}'}\nfaults: [{kill: worker, after: it.get}]\n"

    assert problems_of(tmp_path, f"{HEAD}matrix: {{kind: [{kind}, Lock]}}\n{text}") == [
        '7:32: "it" has no operation "get" (hint: Lock has acquire, release)'
    ]


def test_of_very_many_problems_a_thousand_are_said(tmp_path: Path) -> None:
    faults = "".join("  - {kill: nobody, at: 1}\n" for _ in range(1_001))

    assert len(problems_of(tmp_path, f"{HEAD}faults:\n{faults}")) == 1_000
