"""What is wrong with a scenario is said in its author's words, at the very line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import HEAD, problems_of

DURATION = "a duration, such as 2s, 500ms, 1m30s or a number of seconds"
TEXT = 'text, or a matcher such as {contains: ...} (for no text at all, write "")'
ENDINGS = '"completed" or "deadlock" or "timeout" or "parent_died"'
GRADES = '"acceptable" or "interesting" or "forbidden"'

UNKNOWN_KEYS = [
    ("proceses: {}", '5:1: unknown key "proceses" - did you mean "processes"?'),
    ("Timeout: 1s", '5:1: unknown key "Timeout" - did you mean "timeout"?'),
    ("zzz: 1", '5:1: unknown key "zzz"'),
    ("requires: {pyhton: '3'}", '5:12: unknown key "pyhton" - did you mean "python"?'),
    ("parent: {befor: {target: work}}", '5:10: unknown key "befor" - did you mean "before"?'),
    ("parent: {before: {target: work, arg: []}}", '5:33: unknown key "arg" - did you mean "args"?'),
    ("explore: {startegy: dfs}", '5:11: unknown key "startegy" - did you mean "strategy"?'),
    ("expect: {stdot: a}", '5:10: unknown key "stdot" - did you mean "stdout"?'),
    ("expect: {stdout: {contans: a}}", '5:19: unknown key "contans" - did you mean "contains"?'),
    ("expect: {stdout: {lines: [a, {mtches: b}]}}", '5:31: unknown key "mtches" - did you mean "matches"?'),
    ("expect: {stdout: {contains: {mtches: b}}}", '5:30: unknown key "mtches" - did you mean "matches"?'),
    ("expect: {stdout: {contains: [{mtches: b}]}}", '5:31: unknown key "mtches" - did you mean "matches"?'),
    ("expect: {stdout: {not: {one_off: [b]}}}", '5:25: unknown key "one_off" - did you mean "one_of"?'),
    ("expect: {processes: {worker: {exitcod: 1}}}", '5:31: unknown key "exitcod" - did you mean "exitcode"?'),
    ("expect: {processes: {worker: {raises: {typ: V}}}}", '5:40: unknown key "typ" - did you mean "type"?'),
    (
        "expect: {processes: {worker: {raises: {message: {contans: V}}}}}",
        '5:50: unknown key "contans" - did you mean "contains"?',
    ),
    ("expect: {parent: {retuns: 1}}", '5:19: unknown key "retuns" - did you mean "returns"?'),
    ("expect: {duration: {atleast: 1}}", '5:21: unknown key "atleast" - did you mean "at_least"?'),
    ("expect: {outcomes: [{when: {}, grad: x}]}", '5:32: unknown key "grad" - did you mean "grade"?'),
    ("expect: {outcomes: [{when: {stdot: x}}]}", '5:29: unknown key "stdot" - did you mean "stdout"?'),
    (
        "expect:\n  outcomes:\n    - when: {}\n    - when:\n        stdout:\n          lines:\n          - contans: a",
        '11:13: unknown key "contans" - did you mean "contains"?',
    ),
    ("expect: {outcomes: [{when: {outcomes: []}}]}", '5:29: unknown key "outcomes"'),
    ("expect: {faster: [{this: {}, then: {}, than: {}}]}", '5:30: unknown key "then" - did you mean "than"?'),
]

WRONG_VALUES = [
    ("name: 3", '5:7: "name" must be text, got 3'),
    ("name: [a]", '5:7: "name" must be text, got a list'),
    ("tags: 3", '5:7: "tags" must be a list, got 3'),
    ("tags: [a, 3]", '5:11: item 2 of "tags" must be text, got 3'),
    ("tags:\n  - a\n  - {b: c}", '7:5: item 2 of "tags" must be text, got a mapping'),
    ("vars: [a]", '5:7: "vars" must be a mapping, got a list'),
    ("shared: [a]", '5:9: "shared" must be a mapping, got a list'),
    ("timeout: 10x", f'5:10: "timeout" must be {DURATION}, got "10x"'),
    ("timeout: -1", f'5:10: "timeout" must be {DURATION}, got -1'),
    ("timeout:", f'5:9: "timeout" must be {DURATION}, got nothing'),
    ("timeout: .inf", f'5:10: "timeout" must be {DURATION}, got inf'),
    ("timeout: true", f'5:10: "timeout" must be {DURATION}, got true'),
    ("exclusive: yes", '5:12: "exclusive" must be true or false, got "yes"'),
    ("start_together: 1", '5:17: "start_together" must be true or false, got 1'),
    ("environment: {A: [x]}", '5:18: "A" must be text, got a list'),
    ('environment: {A: "x\\0"}', '5:18: "A" must be text without NUL, got "x\x00"'),
    ("environment: {A: }", '5:18: "A" must be text, got nothing'),
    ("requires: linux", '5:11: "requires" must be a mapping, got "linux"'),
    ("requires: {python: 3.12}", '5:20: "python" must be text, got 3.12'),
    ("requires: {python: three}", '5:20: "python" must be a version specifier, such as >=3.12, got "three"'),
    ("parent: {before: work}", '5:18: "before" must be a mapping, got "work"'),
    ("explore: {schedules: 0}", '5:22: "schedules" must be 1 or more, got 0'),
    ("explore: {schedules: 1.5}", '5:22: "schedules" must be a whole number, got 1.5'),
    ("explore: {timing: vitual}", '5:19: "timing" must be "any" or "virtual", got "vitual" - did you mean "virtual"?'),
    (
        "start_method: frok",
        '5:15: "start_method" must be "fork" or "spawn" or "forkserver", got "frok" - did you mean "fork"?',
    ),
    ("run_as: fiber", '5:9: "run_as" must be "process" or "thread", got "fiber"'),
    ("expect: [a]", '5:9: "expect" must be a mapping, got a list'),
    ("expect: {ending: dedlock}", f'5:18: "ending" must be {ENDINGS}, got "dedlock" - did you mean "deadlock"?'),
    ("expect: {leaks: 3}", '5:17: "leaks" must be "forbidden" or "allowed", got 3'),
    ("expect: {stdout: }", f'5:18: "stdout" must be {TEXT}, got nothing'),
    ("expect: {stdout: {because: a}}", '5:18: "stdout" must be a matcher that says what must hold, got a mapping'),
    (
        "expect: {processes: {worker: {returns: {within: 1}}}}",
        '5:40: "returns" must be a matcher that says what must hold, got a mapping',
    ),
    ("expect: {processes: {worker: {exitcode: x}}}", '5:41: "exitcode" must be a whole number, got "x"'),
    ("expect: {stdout: [a]}", f'5:18: "stdout" must be {TEXT}, got a list'),
    ("expect: {stdout: {lines: a}}", '5:26: "lines" must be a list, got "a"'),
    ("expect: {stdout: {lines: [a, [b]]}}", f'5:30: item 2 of "lines" must be {TEXT}, got a list'),
    (
        "expect: {stdout: {matches: '('}}",
        '5:28: "matches" must be a regular expression (missing ), unterminated subpattern at position 0), got "("',
    ),
    ("expect: {processes: {worker: {raises: 3}}}", '5:39: "raises" must be text, got 3'),
    ("expect: {processes: {worker: {returns: {at_least: x}}}}", '5:51: "at_least" must be a number, got "x"'),
    ("expect: {processes: {worker: {exitcode: {one_of: 1}}}}", '5:50: "one_of" must be a list, got 1'),
    ("expect: {processes: {worker: 1}}", '5:30: "worker" must be a mapping, got 1'),
    ("expect: {duration: {at_most: soon}}", f'5:30: "at_most" must be {DURATION}, got "soon"'),
    ("expect: {duration: 2s}", '5:20: "duration" must be a mapping, got "2s"'),
    ("expect: {outcomes: {when: {}}}", '5:20: "outcomes" must be a list, got a mapping'),
    ("expect: {outcomes: [a]}", '5:21: item 1 of "outcomes" must be a mapping, got "a"'),
    ("expect: {outcomes: [{when: {}, grade: good}]}", f'5:39: "grade" must be {GRADES}, got "good"'),
    ("expect: {outcomes: [{when: {}, must_occur: 1}]}", '5:44: "must_occur" must be true or false, got 1'),
    ("expect: {outcomes: [{when: {}, because: 1}]}", '5:41: "because" must be text, got 1'),
    ("expect: {faster: [{this: {}, than: {}, by: 0.5}]}", '5:44: "by" must be 1 or more, got 0.5'),
    ("expect: {faster: [{this: {}}]}", '5:19: missing key "than"'),
    ("expect: {outcomes: [{grade: acceptable}]}", '5:21: missing key "when"'),
    ("parent: {before: {args: [1]}}", '5:10: missing key "target"'),
    (
        "name: '" + "x" * 90 + "'\ntimeout: '" + "9" * 90 + "'",
        f'6:10: "timeout" must be {DURATION}, got "{"9" * 76}...',
    ),
]

WRONG_KEYS = [
    ("1: x", '5:1: the key "1" must be text'),
    ("true: x", '5:1: the key "true" must be text'),
    ("null: x", '5:1: the key "null" must be text'),
    ("parent: {before: {target: work, kwargs: {1: x}}}", '5:42: the key "1" must be text'),
    ("environment: {A=B: x}", '5:15: the key "A=B" must be a name without "="'),
    ("environment: {1: x}", '5:15: the key "1" must be text'),
]


@pytest.mark.parametrize(("rest", "problem"), UNKNOWN_KEYS + WRONG_VALUES + WRONG_KEYS)
def test_what_is_wrong_is_said_where_it_stands(tmp_path: Path, rest: str, problem: str) -> None:
    assert problems_of(tmp_path, f"{HEAD}{rest}\n") == [problem]


@pytest.mark.parametrize(
    ("process", "problem"),
    [
        ("{target: work, dameon: true}", '4:26: unknown key "dameon" - did you mean "daemon"?'),
        ("{args: []}", '4:3: missing key "target"'),
        ("work", '4:11: "worker" must be a mapping, got "work"'),
        ("{target: 3}", '4:20: "target" must be text, got 3'),
        ("{target: work, args: x}", '4:32: "args" must be a list, got "x"'),
        ("{target: work, kwargs: [x]}", '4:34: "kwargs" must be a mapping, got a list'),
        ("{target: work, daemon: on}", '4:34: "daemon" must be true or false, got "on"'),
        ("{target: work, delay: 1 s}", f'4:33: "delay" must be {DURATION}, got "1 s"'),
        ("{target: work, start_after: 3}", '4:39: "start_after" must be a list, got 3'),
    ],
)
def test_what_is_wrong_with_a_process_is_said_where_it_stands(tmp_path: Path, process: str, problem: str) -> None:
    assert problem in problems_of(tmp_path, HEAD.replace("{target: work}", process))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: x\n", '1:1: missing key "processes"'),
        ("processes: {}\n", '1:12: "processes" must have at least one entry'),
        ("processes:\n", '1:11: "processes" must be a mapping, got nothing'),
        ("- a\n", '1:1: a scenario is a mapping: "processes: ...", "expect: ..."'),
        ("hello\n", '1:1: a scenario is a mapping: "processes: ...", "expect: ..."'),
        ("# first\n\n3\n", '3:1: a scenario is a mapping: "processes: ...", "expect: ..."'),
    ],
)
def test_what_is_no_scenario_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    assert problems_of(tmp_path, text) == [problem]


@pytest.mark.parametrize(
    ("shared", "problem"),
    [
        ("Qeue", '5:13: unknown type "Qeue" - did you mean "Queue"?'),
        ("{type: manager.dict}", '5:20: unknown type "manager.dict" - did you mean "Manager.dict"?'),
        ("{type: 3}", '5:20: unknown type "3"'),
        ("{maxsize: 1}", '5:13: "q" must say its type: {type: Queue}'),
        ("3", '5:13: "q" must say its type: {type: Queue}'),
        ("{type: Queue, maxsize: x}", '5:36: "maxsize" must be a whole number, got "x"'),
        (
            "{type: Queue, maxsize: -1}",
            '5:36: "maxsize" must be 0 or more, got -1 (hint: 0 means no bound)',
        ),
        ("{type: Queue, maxsze: 1}", '5:27: unknown key "maxsze" - did you mean "maxsize"?'),
        ("{type: Pipe, duplex: 1}", '5:34: "duplex" must be true or false, got 1'),
        ("{type: Lock, value: 1}", '5:26: unknown key "value"'),
        ("{type: Value}", '5:13: missing key "typecode"'),
        ("Value", '5:13: missing key "typecode"'),
        ("{type: Manager.dict, value: [1]}", '5:41: "value" must be a mapping, got a list'),
        ("{type: Manager.list, value: 3}", '5:41: "value" must be a list, got 3'),
    ],
)
def test_what_is_wrong_with_a_primitive_is_said_where_it_stands(tmp_path: Path, shared: str, problem: str) -> None:
    assert problems_of(tmp_path, f"{HEAD}shared: {{q: {shared}}}\n") == [problem]


def test_a_value_that_a_reference_stands_for_is_wrong_where_it_is_written(tmp_path: Path) -> None:
    text = f"{HEAD}vars:\n  limit: soon\ntimeout: ${{limit}}\n"

    assert problems_of(tmp_path, text) == [f'6:10: "timeout" must be {DURATION}, got "soon"']


def test_a_value_that_an_alias_stands_for_is_wrong_where_it_is_written(tmp_path: Path) -> None:
    text = f"{HEAD}vars: {{a: &soon soon}}\ntimeout: *soon\n"

    assert problems_of(tmp_path, text) == [f'5:11: "timeout" must be {DURATION}, got "soon"']


def test_all_that_is_wrong_is_said_at_once_in_order_of_place(tmp_path: Path) -> None:
    text = """\
code: |
  def work(): ...
processes:
  worker: {target: wrok, count: 0}
  other: {target: "missing.py:work", start_after: nobody}
shared: {q: Qeue, "1": Queue}
tiemout: 1
expect:
  stdout: {contans: "${nothing}"}
  shared: {p: 1}
  processes: {nobody: {}}
"""

    assert problems_of(tmp_path, text) == [
        '4:20: there is no function "wrok" in the code - did you mean "work"?',
        '4:33: "count" must be 1 or more, got 0',
        '5:19: there is no file "missing.py" beside the scenario',
        '5:51: there is no process "nobody"',
        '6:13: unknown type "Qeue" - did you mean "Queue"?',
        '6:19: "1" cannot be referred to: a name is letters, digits, "_" and "-"',
        '7:1: unknown key "tiemout" - did you mean "timeout"?',
        '9:12: unknown key "contans" - did you mean "contains"?',
        '9:22: unknown reference "${nothing}"',
        '10:12: there is no shared "p"',
        '11:15: there is no process "nobody"',
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            f"{HEAD}name: a\nname: b\nnme: c\n",
            ['6:1: the key "name" is given twice, first on line 5', '7:1: unknown key "nme" - did you mean "name"?'],
        ),
        (
            f"{HEAD}name: a\nname: b\n---\n{HEAD}nme: c\n",
            ['6:1: the key "name" is given twice, first on line 5', '12:1: unknown key "nme" - did you mean "name"?'],
        ),
        (
            f"{HEAD}matrix: {{kind: []}}\nnme: c\n",
            ['5:16: "kind" must be a list with at least one value', '6:1: unknown key "nme" - did you mean "name"?'],
        ),
        (
            "code: |\n  def work(:\nprocesses:\n  a: {target: work}\n  b: {target: 'missing.py:work'}\n",
            ["2:12: the code is not Python: invalid syntax", '5:15: there is no file "missing.py" beside the scenario'],
        ),
    ],
    ids=["two equal keys", "another document", "the matrix", "the code"],
)
def test_one_mistake_does_not_hide_another(tmp_path: Path, text: str, problems: list[str]) -> None:
    assert problems_of(tmp_path, text) == problems


def test_what_is_wrong_in_every_variant_is_said_once(tmp_path: Path) -> None:
    assert problems_of(tmp_path, f"{HEAD}matrix: {{kind: [a, b, c]}}\nnme: ${{kind}}\n") == [
        '6:1: unknown key "nme" - did you mean "name"?'
    ]


def test_what_is_wrong_in_one_variant_is_said_where_its_value_stands(tmp_path: Path) -> None:
    assert problems_of(tmp_path, f"{HEAD}matrix: {{wait: [1s, soon, 2s]}}\ntimeout: ${{wait}}\n") == [
        f'5:21: "timeout" must be {DURATION}, got "soon"'
    ]


def test_levels_that_aliases_add_are_no_traceback(tmp_path: Path) -> None:
    levels = "  a0: &a0 [1]\n" + "".join(
        f"  a{number + 1}: &a{number + 1} {'[' * 90}*a{number}{']' * 90}\n" for number in range(30)
    )
    text = f"{HEAD}vars:\n{levels}parent: {{before: {{target: work, args: *a30}}}}\n"

    assert len(problems_of(tmp_path, text)) == 1
