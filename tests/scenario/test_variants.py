"""A matrix makes variants of a scenario, and ``count`` makes replicas of a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.scenario.files import Settings
from tests.support import HEAD, problems_of, variant_of, variants_of


def assignments(folder: Path, text: str, settings: Settings | None = None) -> list[dict[str, object]]:
    return [dict(variant.assignments) for variant in variants_of(folder, HEAD + text, settings)]


# The matrix


def test_without_a_matrix_there_is_one_variant(tmp_path: Path) -> None:
    assert assignments(tmp_path, "") == [{}]
    assert assignments(tmp_path, "matrix:\n") == [{}]


def test_a_mapping_of_lists_makes_all_combinations_the_last_name_varying_first(tmp_path: Path) -> None:
    assert assignments(tmp_path, "matrix: {kind: [a, b], size: [1, 2]}\n") == [
        {"kind": "a", "size": 1},
        {"kind": "a", "size": 2},
        {"kind": "b", "size": 1},
        {"kind": "b", "size": 2},
    ]


def test_a_list_of_mappings_makes_just_those_rows(tmp_path: Path) -> None:
    assert assignments(tmp_path, "matrix: [{kind: a, size: 1}, {kind: b}, {size: 3}]\n") == [
        {"kind": "a", "size": 1},
        {"kind": "b"},
        {"size": 3},
    ]


def test_a_name_of_the_matrix_is_a_variable_and_wins_over_vars(tmp_path: Path) -> None:
    text = "vars: {kind: x, twice: '${kind}${kind}'}\nmatrix: {kind: [1.50, b]}\nname: ${kind} ${twice}\n"

    assert [variant.name for variant in variants_of(tmp_path, HEAD + text)] == ["1.50 1.501.50", "b bb"]


def test_a_matrix_may_vary_start_method_and_run_as(tmp_path: Path) -> None:
    text = "matrix: {start_method: [fork, spawn], run_as: [process, thread]}\nname: ${start_method} ${run_as}\n"

    variants = variants_of(tmp_path, HEAD + text)

    assert [variant.name for variant in variants] == ["fork process", "fork thread", "spawn process", "spawn thread"]
    assert [(variant.scenario.start_method, variant.scenario.run_as) for variant in variants] == [
        ("fork", "process"),
        ("fork", "thread"),
        ("spawn", "process"),
        ("spawn", "thread"),
    ]


def test_what_a_matrix_names_may_be_a_primitive(tmp_path: Path) -> None:
    text = "shared: {pipe: Pipe}\nmatrix: [{end: '${pipe[0]}'}, {end: '${pipe[1]}'}]\n"

    assert assignments(tmp_path, text) == [{"end": "${pipe[0]}"}, {"end": "${pipe[1]}"}]


@pytest.mark.parametrize(
    "text",
    [
        "vars: {all: {kind: [a, b]}}\nmatrix: ${all}\n",
        "vars: {all: [{kind: a}, {kind: b}]}\nmatrix: ${all}\n",
        "vars: {kinds: [a, b]}\nmatrix: {kind: '${kinds}'}\n",
        "vars: {one: {kind: a}}\nmatrix: ['${one}', {kind: b}]\n",
        "vars: {one: a}\nmatrix: [{kind: '${one}'}, {kind: b}]\n",
        "vars: {one: a}\nmatrix: {kind: ['${one}', b]}\n",
    ],
)
def test_any_value_of_a_matrix_may_be_a_reference(tmp_path: Path, text: str) -> None:
    assert assignments(tmp_path, text) == [{"kind": "a"}, {"kind": "b"}]


def test_a_start_method_in_a_row_may_be_a_reference(tmp_path: Path) -> None:
    variant = variant_of(tmp_path, HEAD + "vars: {method: spawn}\nmatrix: [{start_method: '${method}'}]\n")

    assert (variant.assignments, variant.scenario.start_method) == ({"start_method": "spawn"}, "spawn")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("matrix: 3", '5:9: "matrix" must be a mapping of name to list, or a list of mappings'),
        ("matrix: {kind: a}", '5:16: "kind" must be a list with at least one value'),
        ("matrix: {kind: []}", '5:16: "kind" must be a list with at least one value'),
        ("matrix: []", "5:9: 0 variants; there must be 1 to 10,000"),
        ("matrix: [3]", "5:10: a row of the matrix must be a mapping of name to value"),
        ("matrix: {process: [a]}", '5:10: a matrix cannot vary "process"'),
        ("matrix: [{index: 1}]", '5:11: a matrix cannot vary "index"'),
        ("shared: {q: Queue}\nmatrix: {q: [a]}", '6:10: a matrix cannot vary "q"'),
        (
            "matrix: {start_method: [fork, spwan]}",
            '5:31: "start_method" must be "fork" or "spawn" or "forkserver", got "spwan" - did you mean "spawn"?',
        ),
        (
            "matrix: {run_as: [proces]}",
            '5:19: "run_as" must be "process" or "thread", got "proces" - did you mean "process"?',
        ),
        ("matrix: {1: [a]}", '5:10: a matrix cannot vary "1"'),
        ("matrix: {a b: [1]}", '5:10: a matrix cannot vary "a b"'),
    ],
)
def test_a_matrix_that_is_none_is_refused_where_it_stands(tmp_path: Path, text: str, problem: str) -> None:
    assert problems_of(tmp_path, f"{HEAD}{text}\n") == [problem]


def test_a_matrix_of_more_than_ten_thousand_variants_is_refused(tmp_path: Path) -> None:
    combined = ", ".join(f"{name}: [{', '.join('0123456789')}]" for name in "abcd")
    listed = ", ".join(["{a: 1}"] * 10_001)

    assert problems_of(tmp_path, f"{HEAD}matrix: {{{combined}, e: [1, 2]}}\n") == [
        "5:9: 20,000 variants, more than 10,000"
    ]
    assert problems_of(tmp_path, f"{HEAD}matrix: [{listed}]\n") == ["5:9: 10,001 variants; there must be 1 to 10,000"]


@pytest.mark.slow
def test_a_matrix_of_a_thousand_variants_is_expanded(tmp_path: Path) -> None:
    text = "matrix: {a: [0,1,2,3,4,5,6,7,8,9], b: [0,1,2,3,4,5,6,7,8,9], c: [0,1,2,3,4,5,6,7,8,9]}\n"

    assert len(variants_of(tmp_path, HEAD + text)) == 1000


# What the command line adds


def test_defaults_count_where_the_scenario_says_nothing(tmp_path: Path) -> None:
    settings = Settings(defaults={"run_as": "thread", "start_method": "forkserver"})

    silent = variant_of(tmp_path, HEAD + "name: ${run_as} ${start_method}\n", settings)
    said = variant_of(
        tmp_path, HEAD + "run_as: process\nstart_method: spawn\nname: ${run_as} ${start_method}\n", settings
    )

    assert (silent.name, silent.scenario.run_as, silent.scenario.start_method) == (
        "thread forkserver",
        "thread",
        "forkserver",
    )
    assert (said.name, said.scenario.run_as, said.scenario.start_method) == ("process spawn", "process", "spawn")


def test_what_is_forced_counts_whatever_the_scenario_says(tmp_path: Path) -> None:
    settings = Settings(forced={"start_method": "spawn"})

    assert variant_of(tmp_path, HEAD + "start_method: fork\n", settings).scenario.start_method == "spawn"


def test_of_a_matrix_over_what_is_forced_only_those_rows_are_left(tmp_path: Path) -> None:
    text = "matrix: {start_method: [fork, spawn], kind: [a, b]}\n"

    assert assignments(tmp_path, text, Settings(forced={"start_method": "spawn"})) == [
        {"start_method": "spawn", "kind": "a"},
        {"start_method": "spawn", "kind": "b"},
    ]


def test_start_method_and_run_as_may_be_references_to_the_matrix(tmp_path: Path) -> None:
    text = "matrix: {how: [fork, spawn]}\nstart_method: ${how}\nname: with ${start_method}\n"

    assert [(one.name, one.scenario.start_method) for one in variants_of(tmp_path, HEAD + text)] == [
        ("with fork", "fork"),
        ("with spawn", "spawn"),
    ]


# Replicas

REPLICAS = """\
code: |
  def work(*args): ...
processes:
  worker:
    target: work
    count: 3
    args: ["${index}", "${process}"]
  single:
    target: work
    args: ["${index}", "${process}"]
    start_after: worker
"""


def test_count_makes_replicas_that_know_their_index_and_name(tmp_path: Path) -> None:
    processes = variant_of(tmp_path, REPLICAS).scenario.processes

    assert {name: process.args for name, process in processes.items()} == {
        "worker[0]": [0, "worker[0]"],
        "worker[1]": [1, "worker[1]"],
        "worker[2]": [2, "worker[2]"],
        "single": [0, "single"],
    }


def test_a_count_of_one_makes_a_replica_too(tmp_path: Path) -> None:
    variant = variant_of(tmp_path, REPLICAS.replace("count: 3", "count: 1"))

    assert list(variant.scenario.processes) == ["worker[0]", "single"]


def test_the_parents_own_calls_have_an_index_and_a_name_too(tmp_path: Path) -> None:
    text = "parent: {after: {target: work, args: ['${process}', '${index}']}}\n"

    after = variant_of(tmp_path, HEAD + text).scenario.parent.after

    assert after is not None
    assert after.args == ["parent", 0]


def expected(folder: Path, expect: str) -> list[tuple[str, object]]:
    variant = variant_of(folder, REPLICAS + f"expect:\n  processes:\n{expect}")
    return sorted((one.path.removeprefix("expect.processes."), one.matcher) for one in variant.expectation.expected)


def test_what_is_said_of_a_name_is_said_of_every_replica(tmp_path: Path) -> None:
    assert expected(tmp_path, "    worker: {stdout: 'i am ${index}, ${process}'}\n") == [
        ("worker[0].stdout", "i am 0, worker[0]"),
        ("worker[1].stdout", "i am 1, worker[1]"),
        ("worker[2].stdout", "i am 2, worker[2]"),
    ]


@pytest.mark.parametrize("order", [("worker", "worker[1]"), ("worker[1]", "worker")])
def test_what_is_said_of_one_replica_counts_for_that_one_in_whatever_order(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    said = {"worker": "{exitcode: 0, returns: 1}", "worker[1]": "{exitcode: 7}"}

    assert expected(tmp_path, "".join(f"    {name}: {said[name]}\n" for name in order)) == [
        ("worker[0].exitcode", 0),
        ("worker[0].returns", 1),
        ("worker[1].exitcode", 7),
        ("worker[1].returns", 1),
        ("worker[2].exitcode", 0),
        ("worker[2].returns", 1),
    ]


def test_replicas_are_told_apart_in_outcomes_too(tmp_path: Path) -> None:
    text = "expect: {outcomes: [{when: {processes: {worker: {returns: '${index}'}, single: {returns: 5}}}}]}\n"

    (outcome,) = variant_of(tmp_path, REPLICAS + text).expectation.outcomes

    assert [(one.subject, one.matcher) for one in outcome.expected] == [
        (("processes", "worker[0]", "returns"), 0),
        (("processes", "worker[1]", "returns"), 1),
        (("processes", "worker[2]", "returns"), 2),
        (("processes", "single", "returns"), 5),
    ]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("worker[3]", 'there is no process "worker[3]" - did you mean "worker[2]"?'),
        ("single[0]", 'there is no process "single[0]" - did you mean "single"?'),
        ("wroker", 'there is no process "wroker" - did you mean "worker"?'),
        ("1", 'there is no process "1"'),
    ],
)
def test_what_is_said_of_no_process_is_refused(tmp_path: Path, name: str, problem: str) -> None:
    text = REPLICAS + f"expect:\n  processes:\n    {name}: {{exitcode: 0}}\n  outcomes:\n"

    assert problems_of(tmp_path, text + f"  - when: {{processes: {{'{name}': {{exitcode: 0}}}}}}\n") == [
        f"14:5: {problem}",
        f"16:24: {problem}",
    ]


@pytest.mark.parametrize(
    ("count", "problem"),
    [
        ("0", '"count" must be 1 or more, got 0'),
        ("-1", '"count" must be 1 or more, got -1'),
        ("true", '"count" must be a whole number, got true'),
        ("2.0", '"count" must be a whole number, got 2.0'),
        ("two", '"count" must be a whole number, got "two"'),
        ("10001", '"count" is 10,001, and more than 10,000 processes are not started'),
    ],
)
def test_a_count_that_is_none_is_refused_where_it_stands(tmp_path: Path, count: str, problem: str) -> None:
    assert problems_of(tmp_path, REPLICAS.replace("count: 3", f"count: {count}")) == [f"6:12: {problem}"]


@pytest.mark.parametrize("name", ["'worker[0]'", "a/b", "''"])
def test_a_process_cannot_have_the_name_of_a_replica_or_none(tmp_path: Path, name: str) -> None:
    assert problems_of(tmp_path, HEAD.replace("worker", name)) == ['4:3: a process\'s name is text without "[" and "/"']


@pytest.mark.parametrize("name", ["1", "true", "~"])
def test_a_process_whose_name_is_no_text_is_refused_where_it_stands(tmp_path: Path, name: str) -> None:
    problems = problems_of(tmp_path, HEAD.replace("worker", name))

    assert {problem.partition(" ")[0] for problem in problems} == {"4:3:"}
