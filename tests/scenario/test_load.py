"""Files become valid variants, or all that is wrong with the files is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import ScenarioError
from engine.plan import Code
from engine.scenario.files import Settings
from engine.scenario.load import load
from engine.scenario.model import Parent, Process, Requires
from engine.scenario.targets import Target
from tests.support import HEAD, problems_of, variant_of, variants_of


def test_the_least_scenario_has_the_defaults_of_the_format(tmp_path: Path) -> None:
    variant = variant_of(tmp_path, HEAD)

    scenario = variant.scenario
    assert (variant.name, variant.file, variant.assignments) == ("scenario", str(tmp_path / "scenario.yaml"), {})
    assert variant.code == Code("def work(*args, **kwargs): ...\n", str(tmp_path / "scenario.yaml"), 2)
    assert variant.targets == {"work": Target("scenario_code", "work")}
    assert (variant.expectation.expected, variant.expectation.outcomes) == ((), ())
    assert variant.expectation.lines == {"worker": 4}
    assert (scenario.run_as, scenario.start_method, scenario.timeout) == ("process", "fork", 10.0)
    assert (scenario.tags, scenario.vars, scenario.shared, scenario.environment) == ([], {}, {}, {})
    assert (scenario.start_together, scenario.exclusive, scenario.work) == (False, False, None)
    assert scenario.faults == []
    assert (scenario.requires, scenario.parent) == (Requires.model_validate({}), Parent())
    assert scenario.processes == {"worker": Process.model_validate({"target": "work"})}
    assert scenario.processes["worker"].model_dump() == {
        "target": "work",
        "args": [],
        "kwargs": {},
        "count": 1,
        "daemon": False,
        "start_after": [],
        "delay": 0.0,
    }


def test_the_whole_scenario_of_the_format_is_valid(tmp_path: Path) -> None:
    text = """\
# yaml-language-server: $schema=../../schemas/scenario.schema.json
name: a queue carries a value between processes
tags: [seed, queue]
timeout: 10s

shared:
  queue: {type: Queue, maxsize: 10}

code: |
  import time

  def producer(queue):
      queue.put("a")
      time.sleep(2)

  def consumer(queue):
      time.sleep(2)
      print(queue.get())

processes:
  producer: {target: producer, args: ["${queue}"]}
  consumer: {target: consumer, args: ["${queue}"]}

expect:
  stdout: a
"""

    variant = variant_of(tmp_path, text)

    assert variant.name == "a queue carries a value between processes"
    assert variant.code is not None
    assert (variant.code.line, variant.code.source.splitlines()[2]) == (10, "def producer(queue):")
    assert [(one.path, one.matcher, one.line) for one in variant.expectation.expected] == [("expect.stdout", "a", 25)]


def test_a_scenario_without_a_name_has_its_files_and_the_number_of_its_document(tmp_path: Path) -> None:
    assert [variant.name for variant in variants_of(tmp_path, f"{HEAD}---\n{HEAD}---\n{HEAD}name: mine\n")] == [
        "scenario",
        "scenario#2",
        "mine",
    ]


def test_every_variant_of_every_file_comes_in_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(HEAD + "matrix: {n: [1, 2]}\nname: number ${n}\n")

    variants = load([str(tmp_path / "b.yaml"), str(tmp_path / "a.yaml")], Settings())

    assert [(Path(variant.file).name, variant.name) for variant in variants] == [
        ("b.yaml", "number 1"),
        ("b.yaml", "number 2"),
        ("a.yaml", "number 1"),
        ("a.yaml", "number 2"),
    ]


def test_all_that_is_wrong_in_all_files_is_said_at_once(tmp_path: Path) -> None:
    texts: dict[str, str | bytes] = {
        "a.yaml": "x: [\n",
        "b.yaml": f"{HEAD}nme: x\n---\n{HEAD}tmeout: 1\n",
        "c.yaml": HEAD,
        "d.yaml": "name: a\nname: b\n",
        "e.yaml": b"\xff",
        "f.yaml": "",
    }
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(ScenarioError) as caught:
        load([*(str(tmp_path / name) for name in texts), str(tmp_path / "missing.yaml"), str(tmp_path)], Settings())

    assert str(caught.value).replace(f"{tmp_path}/", "") == "\n".join(
        [
            f"{tmp_path}:1:1: cannot read it: it is not a regular file",
            "a.yaml:2:1: not YAML: while parsing a flow node did not find expected node content",
            'b.yaml:5:1: unknown key "nme" - did you mean "name"?',
            'b.yaml:11:1: unknown key "tmeout" - did you mean "timeout"?',
            'd.yaml:1:1: missing key "processes"',
            'd.yaml:2:1: the key "name" is given twice, first on line 1',
            "e.yaml:1:1: not UTF-8 text: byte 0xff",
            "f.yaml:1:1: there is no scenario in this file",
            "missing.yaml:1:1: cannot read it: no such file or directory",
        ]
    )


def test_a_problem_shows_the_line_it_is_on(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(f"{HEAD}nme: x  # a comment\n")

    with pytest.raises(ScenarioError) as caught:
        load([str(tmp_path / "scenario.yaml")], Settings())

    assert [problem.excerpt for problem in caught.value.problems] == ["nme: x  # a comment"]


def processes(*written: str) -> str:
    return "code: |\n  def work(): ...\nprocesses:\n" + "".join(f"  {one}\n" for one in written)


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        (["a: {target: work, start_after: a}"], ['4:34: "a" would start after itself']),
        (
            ["a: {target: work, start_after: b}", "b: {target: work, start_after: [a]}"],
            ['4:34: "a" would start after itself', '5:35: "b" would start after itself'],
        ),
        (
            [
                "a: {target: work, start_after: c}",
                "b: {target: work, start_after: a}",
                "c: {target: work, start_after: b}",
            ],
            [f'{line}:34: "{name}" would start after itself' for line, name in ((4, "a"), (5, "b"), (6, "c"))],
        ),
        (
            ["a: {target: work, count: 2, start_after: a}"],
            ['4:44: "a[0]" would start after itself', '4:44: "a[1]" would start after itself'],
        ),
        (["a: {target: work, start_after: [b, c]}", "b: {target: work}"], ['4:38: there is no process "c"']),
        (
            ["first: {target: work}", "b: {target: work, start_after: frist}"],
            ['5:34: there is no process "frist" - did you mean "first"?'],
        ),
        (
            ["a: {target: work, count: 2}", "b: {target: work, start_after: 'a[2]'}"],
            ['5:34: there is no process "a[2]" - did you mean "a[1]"?'],
        ),
    ],
)
def test_processes_that_could_never_start_are_refused(tmp_path: Path, written: list[str], problems: list[str]) -> None:
    assert problems_of(tmp_path, processes(*written)) == problems


def test_processes_may_start_after_each_other(tmp_path: Path) -> None:
    text = processes(
        "a: {target: work, start_after: [b, 'c[1]']}",
        "b: {target: work, start_after: c}",
        "c: {target: work, count: 2}",
    )

    assert problems_of(tmp_path, text) == []


def test_what_is_said_of_no_primitive_is_refused_also_in_outcomes(tmp_path: Path) -> None:
    text = (
        f"{HEAD}shared: {{counter: Queue}}\nexpect:\n  shared: {{conter: 1}}\n"
        "  outcomes: [{when: {shared: {counter: [], z: 2}}}]\n"
    )

    assert problems_of(tmp_path, text) == [
        '7:12: there is no shared "conter" - did you mean "counter"?',
        '8:44: there is no shared "z"',
    ]


def test_what_says_nothing_may_be_left_empty(tmp_path: Path) -> None:
    text = f"{HEAD}name:\ndescription:\nmatrix:\nstart_method:\nparent: {{before: }}\n"

    assert problems_of(tmp_path, text) == []


def test_environment_variables_are_taken_as_they_are_written(tmp_path: Path) -> None:
    text = f"{HEAD}vars: {{n: 1.50}}\nenvironment: {{A: true, B: 010, C: 1.50, D: '${{n}}', E: 'x${{n}}', F: ''}}\n"

    assert variant_of(tmp_path, text).scenario.environment == {
        "A": "true",
        "B": "010",
        "C": "1.50",
        "D": "1.50",
        "E": "x1.50",
        "F": "",
    }


# Code


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("code: |\n  def work(:\n", "2:12: the code is not Python: invalid syntax"),
        ("code: |\n\n  x = 1\n  def work(:\n", "4:12: the code is not Python: invalid syntax"),
        ("code: |\n      def work():\n          retrun 1 1\n", "3:18: the code is not Python: invalid syntax"),
        ("code: |+\n  x = (\n\n", "2:7: the code is not Python: '(' was never closed"),
        ("code: >-\n  def work(:\n", "2:12: the code is not Python: invalid syntax"),
        ("code: !!str |\n  def work(:\n", "2:12: the code is not Python: invalid syntax"),
        ("code: &c | # why\n  def work(:\n", "2:12: the code is not Python: invalid syntax"),
        ("code: 'def work(:'\n", "1:17: the code is not Python: invalid syntax"),
        ('code: "def work(:"\n', "1:17: the code is not Python: invalid syntax"),
        ("code: work ={\n", "1:13: the code is not Python: '{' was never closed"),
        ('code: "x = 1\\ndef work(:"\n', "1:7: the code is not Python: invalid syntax"),
        (
            "vars:\n source: |\n    x = 1\n    def work(:\ncode: ${source}\n",
            "4:14: the code is not Python: invalid syntax",
        ),
        (
            "vars:\n  source: &c |\n    x = 1\n    def work(:\ncode: *c\n",
            "4:14: the code is not Python: invalid syntax",
        ),
        ("code: |\n  é = 'ü' def work(:\n", "2:11: the code is not Python: invalid syntax"),
        *(
            (f"code: |\n  def work(): pass\n{lines}\n", f"{place}: the code is not Python: {message}")
            for lines, place, message in [
                ("  break", "3:3", "'break' outside loop"),
                ("  é = 'ü'; break", "3:12", "'break' outside loop"),
                ("  return", "3:3", "'return' outside function"),
                ("  def f():\n    await x", "4:5", "'await' outside async function"),
                ("  def f(é, a, a): pass", "3:15", "duplicate argument 'a' in function definition"),
                ("  def f():\n    nonlocal x", "4:5", "no binding for nonlocal 'x' found"),
                ("  def f():\n    x = 1\n    global x", "5:5", "name 'x' is assigned to before global declaration"),
                ("  *a = 1", "3:3", "starred assignment target must be in a list or tuple"),
            ]
        ),
        ("code: |\n  from __future__ import braces\n  def work(): pass\n", "2:3: the code is not Python: not a chance"),
        ('code: "x\\0"\n', "1:7: the code is not Python: source code string cannot contain null bytes"),
    ],
)
def test_code_that_is_not_python_is_refused_at_the_yaml_files_own_line_and_column(
    tmp_path: Path, text: str, problem: str
) -> None:
    assert problems_of(tmp_path, f"{text}processes:\n  worker: {{target: work}}\n") == [problem]


def test_code_for_other_versions_of_python_is_left_to_them(tmp_path: Path) -> None:
    text = "code: |\n  def work(:\nprocesses:\n  worker: {target: work}\n"

    assert problems_of(tmp_path, text + "requires: {python: '>=3.99'}\n") == []
    assert problems_of(tmp_path, text, Settings(foreign=True)) == []


def test_code_is_not_executed(tmp_path: Path) -> None:
    text = f"code: |\n  open({str(tmp_path / 'executed')!r}, 'w')\n  def work(): ...\n"

    variant_of(tmp_path, f"{text}processes:\n  worker: {{target: work}}\n")

    assert not (tmp_path / "executed").exists()


def test_a_primitive_cannot_need_one_that_is_built_after_it(tmp_path: Path) -> None:
    shared = 'shared: {news: {type: Condition, lock: "${guard}"}, guard: Lock}'

    assert problems_of(tmp_path, f"{HEAD}{shared}\n") == ['5:41: "news" is built before "guard", which it needs']


def test_a_text_with_a_comma_does_not_make_data_of_a_matcher(tmp_path: Path) -> None:
    expect = "expect: {shared: {queue: {equals: [], because: all was taken, the sentinel too}}}\n"

    assert problems_of(tmp_path, f"{HEAD}shared: {{queue: Queue}}\n{expect}") == [
        '6:26: "queue" must be data, or a matcher with nothing else beside it (quote a text that holds a comma), '
        "got a mapping"
    ]


def test_a_process_to_start_after_must_be_named_by_text(tmp_path: Path) -> None:
    text = HEAD.replace("{target: work}", "{target: work, start_after: [{a: b}]}")

    assert problems_of(tmp_path, text) == ['4:40: item 1 of "start_after" must be text, got a mapping']


def test_an_index_may_be_absurd(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, f"{HEAD}vars: {{a: [1]}}\nname: '${{a[{'9' * 5000}]}}'\n")

    assert problem.startswith('6:8: "${a[999')
