"""``${...}`` stands for a variable, a shared primitive, an object of the code, or what is always there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.plan import Reference
from engine.scenario.references import Scope, substitute
from engine.scenario.tree import Mark
from tests.support import HEAD, document_of, problems_of, variant_of

STAGE = """\
code: |
  LIMIT = 3
  class Point:
    origin = 0
  def work(*args): ...
vars:
  number: 1.50
  text: a b
  nothing:
  list: [1, {deep: [x, y]}]
  nested: "${list[1].deep}"
  with-dash: d
  about: "${number} of ${text}"
shared:
  queue: Queue
  pipe: {type: Pipe, duplex: false}
"""


CALL = """\
processes:
  worker:
    target: work
    args:
      - """
LINE = (STAGE + CALL).count("\n") + 1
"""Of the argument, which begins in column 9."""


def argument(folder: Path, written: str) -> Any:
    variant = variant_of(folder, f"{STAGE}{CALL}{written}\n")
    return variant.scenario.processes["worker"].args[0]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${number}", 1.5),
        ("'${number}'", 1.5),
        ("${text}", "a b"),
        ("${nothing}", None),
        ("${list}", [1, {"deep": ["x", "y"]}]),
        ("${list[0]}", 1),
        ("${list[1].deep[1]}", "y"),
        ("${list[1][deep]}", ["x", "y"]),
        ("${nested}", ["x", "y"]),
        ("${nested[0]}", "x"),
        ("${with-dash}", "d"),
        ("${about}", "1.50 of a b"),
        ("x${number}y", "x1.50y"),
        ("'${text}, ${list[0]}'", "a b, 1"),
        ("' ${number} '", " 1.50 "),
        ("${queue}", Reference("shared", "queue")),
        ("${pipe}", Reference("shared", "pipe")),
        ("${pipe[1]}", Reference("shared", "pipe", (1,))),
        ("${code.LIMIT}", Reference("code", "LIMIT")),
        ("${code.Point.origin}", Reference("code", "Point", ("origin",))),
        ("{k: ['${queue}']}", {"k": [Reference("shared", "queue")]}),
        ("${index}", 0),
        ("${process}", "worker"),
        ("${start_method}", "fork"),
        ("${run_as}", "process"),
        ("$${number}", "${number}"),
        ("'a $${ b ${text} $${}'", "a ${ b a b ${}"),
        ("$number", "$number"),
        ("'{number}'", "{number}"),
    ],
)
def test_a_reference_stands_for(tmp_path: Path, written: str, value: object) -> None:
    assert argument(tmp_path, written) == value


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("${numbr}", 'unknown reference "${numbr}" - did you mean "number"?'),
        ("${Queue}", 'unknown reference "${Queue}" - did you mean "queue"?'),
        ("${zzz}", 'unknown reference "${zzz}"'),
        ("${list[7]}", '"${list[7]}": it is a list, without "7"'),
        ("${list.deep}", '"${list.deep}": it is a list, without "deep"'),
        ("${number[0]}", '"${number[0]}": it is neither a list nor a mapping, without "0"'),
        ("${text[0]}", '"${text[0]}": it is neither a list nor a mapping, without "0"'),
        ("${queue[0]}", '"queue" is one object: refer to it as ${queue}'),
        ("${queue.put}", '"queue" is one object: refer to it as ${queue}'),
        ("${pipe[2]}", '"pipe" has the ends ${pipe[0]} and ${pipe[1]}'),
        ("${code}", "an object of the code is referred to as ${code.NAME}"),
        ("${code[0]}", "an object of the code is referred to as ${code.NAME}"),
        ("${code.LIMT}", 'there is no "LIMT" in the code - did you mean "LIMIT"?'),
        ("${}", '"${}" is not a reference: it takes a name, then [index] or .field (hint: write $${ for a plain ${)'),
        (
            "${1 + 1}",
            '"${1 + 1}" is not a reference: it takes a name, then [index] or .field (hint: write $${ for a plain ${)',
        ),
        (
            "${text.upper()}",
            '"${text.upper()}" is not a reference: it takes a name, then [index] or .field '
            "(hint: write $${ for a plain ${)",
        ),
        ("${text.__class__}", '"${text.__class__}": it is neither a list nor a mapping, without "__class__"'),
    ],
)
def test_a_reference_to_nothing_is_refused_where_it_stands(tmp_path: Path, written: str, problem: str) -> None:
    assert problems_of(tmp_path, f"{STAGE}{CALL}{written}\n") == [f"{LINE}:9: {problem}"]


@pytest.mark.parametrize("name", ["list", "queue", "code.LIMIT"])
def test_only_what_is_text_can_stand_inside_a_text(tmp_path: Path, name: str) -> None:
    assert problems_of(tmp_path, f"{STAGE}{CALL}'it is ${{{name}}}'\n") == [
        f'{LINE}:16: "${{{name}}}" stands inside a text, so it must be a variable that is text itself'
    ]


def test_a_variable_that_refers_to_itself_is_refused(tmp_path: Path) -> None:
    text = HEAD + "vars:\n  one: ${two}\n  two: [x, '${one}']\nparent: {before: {target: work, args: '${one}'}}\n"

    assert problems_of(tmp_path, text) == ['7:13: "${one}" refers to itself']


def test_several_references_in_one_text_are_each_told_where_they_stand(tmp_path: Path) -> None:
    assert problems_of(tmp_path, HEAD + 'name: "a ${b} and ${c}"\n') == [
        '5:10: unknown reference "${b}"',
        '5:19: unknown reference "${c}"',
    ]


def test_a_reference_may_stand_for_any_value_of_a_scenario(tmp_path: Path) -> None:
    text = """\
vars:
  source: "def work(*args): ..."
  of: {target: work, args: "${arguments}", count: "${two}"}
  arguments: [1]
  two: 2
  unit: 500
  on: true
  queue: {type: "${type}", maxsize: "${two}"}
  type: Queue
  expected: {processes: {worker: {exitcode: "${two}"}}, duration: {at_most: "${two}"}}
  word: seed
  methods: [spawn]
matrix: {start_method: "${methods}"}
code: ${source}
name: ${word} of ${start_method}
tags: ["${word}"]
timeout: ${unit}ms
exclusive: ${on}
start_together: ${on}
environment: {WORD: "${word}"}
shared: {jobs: "${queue}"}
processes: {worker: "${of}"}
expect: ${expected}
"""

    variant = variant_of(tmp_path, text)

    scenario = variant.scenario
    assert (variant.name, scenario.tags, scenario.timeout) == ("seed of spawn", ["seed"], 0.5)
    assert (scenario.exclusive, scenario.start_together, scenario.environment) == (True, True, {"WORD": "seed"})
    assert scenario.shared == {"jobs": {"type": "Queue", "maxsize": 2}}
    assert {name: process.args for name, process in scenario.processes.items()} == {"worker[0]": [1], "worker[1]": [1]}
    assert [(one.path, one.matcher) for one in variant.expectation.expected] == [
        ("expect.processes.worker[0].exitcode", 2),
        ("expect.processes.worker[1].exitcode", 2),
        ("expect.duration", {"at_most": 2}),
    ]


def test_a_reference_may_stand_for_all_of_shared(tmp_path: Path) -> None:
    text = HEAD.replace("target: work", 'target: work, args: ["${queue}"]')

    variant = variant_of(tmp_path, text + 'vars: {all: {queue: Queue}}\nshared: "${all}"\n')

    assert variant.scenario.processes["worker"].args == [Reference("shared", "queue")]


def test_a_primitive_whose_type_is_a_reference_still_has_its_ends(tmp_path: Path) -> None:
    text = HEAD.replace("target: work", 'target: work, args: ["${ends[1]}"]')

    for shared in ("{ends: {type: '${kind}'}}", "{ends: '${kind}'}", "{ends: '${whole}'}"):
        variant = variant_of(tmp_path, text + f"vars: {{kind: Pipe, whole: {{type: Pipe}}}}\nshared: {shared}\n")

        assert variant.scenario.processes["worker"].args == [Reference("shared", "ends", (1,))]


def test_keys_and_the_description_are_taken_as_they_are_written(tmp_path: Path) -> None:
    text = HEAD + "vars: {a: 1}\ndescription: ${a}\nenvironment: {'${a}': x}\n"

    scenario = variant_of(tmp_path, text).scenario

    assert (scenario.description, scenario.environment) == ("${a}", {"${a}": "x"})


def test_references_inside_the_code_are_python_and_no_references(tmp_path: Path) -> None:
    text = 'code: |\n  def work(): return "${x}"\nprocesses:\n  worker: {target: work}\n'

    assert variant_of(tmp_path, text).scenario.code == 'def work(): return "${x}"\n'


@pytest.mark.parametrize("expect", ["stdout: ", "shared: {queue: ", "processes: {worker: {returns: "])
def test_a_primitive_is_not_data_to_compare_with(tmp_path: Path, expect: str) -> None:
    text = f"{HEAD}shared: {{queue: Queue}}\nexpect: {{{expect}'${{queue}}'{'}' * expect.count('{')}}}\n"

    assert problems_of(tmp_path, text)[0] == (
        f'6:{len(expect) + 11}: "${{queue}}" is an object of the scenario\'s own process, and not data to compare with'
    )


@pytest.mark.parametrize(
    "key", ["timeout: ", "tags: ", "tags: [", "name: ", "environment: {A: ", "requires: {python: "]
)
def test_a_primitive_is_no_setting(tmp_path: Path, key: str) -> None:
    text = f"{HEAD}shared: {{queue: Queue}}\n{key}'${{queue}}'{'}' * key.count('{')}{']' * key.count('[')}\n"

    (problem,) = problems_of(tmp_path, text)

    assert problem.startswith(f"6:{len(key) + 2}: ")
    assert problem.endswith(", got ${queue}, which only the scenario's own process has")


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ("vars: {index: 1}", '5:8: "index" has a meaning of its own in references; choose another name'),
        ("shared: {code: Queue}", '5:10: "code" has a meaning of its own in references; choose another name'),
        ("vars: {a b: 1}", '5:8: "a b" cannot be referred to: a name is letters, digits, "_" and "-"'),
        ("shared: {1a: Queue}", '5:10: "1a" cannot be referred to: a name is letters, digits, "_" and "-"'),
        ("vars: {q: 1}\nshared: {q: Queue}", '6:10: "q" is the name of a variable, too'),
    ],
)
def test_a_name_that_could_not_be_told_apart_is_refused(tmp_path: Path, section: str, problem: str) -> None:
    assert problems_of(tmp_path, f"{HEAD}{section}\n") == [problem]


def test_a_thousand_variables_that_refer_to_each_other_are_no_traceback(tmp_path: Path) -> None:
    chain = "".join(f"  v{number}: ${{v{number + 1}}}\n" for number in range(1000))

    problems = problems_of(tmp_path, f"{HEAD}vars:\n{chain}  v1000: x\nname: ${{v0}}\n")

    assert len(problems) <= 1


def test_variables_that_multiply_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    lines = ("\n".join([f"  v{number}:", *[f"  - ${{v{number + 1}}}"] * 9]) for number in range(30))
    laughs = "\n".join([*lines, ""])
    text = f"{HEAD}vars:\n{laughs}  v30: {'lol' * 100_000}\nparent: {{before: {{target: work, args: '${{v0}}'}}}}\n"

    (problem,) = problems_of(tmp_path, text)

    assert problem.endswith(": references make too much of this file")


def plainly(text: str) -> object:
    value, _ = substitute(text, Mark(0, 0, text), Scope(document_of(text), {}, {}, [], frozenset()))
    return value


@given(st.text() | st.lists(st.sampled_from(["$", "{", "}", "${", "$${", "a"])).map("".join))
def test_any_text_can_be_written_with_its_references_escaped(text: str) -> None:
    assert plainly(text.replace("${", "$${")) == text


@given(st.text() | st.lists(st.sampled_from(["$", "{", "}", "${", "[0]", ".x", "a", "code", "["])).map("".join))
def test_any_text_is_substituted_or_a_problem(text: str) -> None:
    scope = Scope(document_of(text), {"a": ("x", Mark(0, 0, "x"))}, {}, [], frozenset())

    value, _ = substitute(text, Mark(0, 0, text), scope)

    assert scope.problems or isinstance(value, str)


def test_a_field_that_is_a_whole_value_is_replaced_once(tmp_path: Path) -> None:
    text = f"{HEAD}vars: {{a: {{home: '$${{HOME}}'}}}}\nexpect: {{stdout: '${{a.home}}'}}\n"

    assert variant_of(tmp_path, text).expectation.expected[0].matcher == "${HOME}"
