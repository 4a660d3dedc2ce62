"""The JSON Schema of scenarios accepts what is valid, and refuses what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.primitives import TYPES
from engine.scenario.schema import scenario_schema
from engine.scenario.source import read
from tests.support import HEAD, problems_of

SCHEMA = scenario_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

VALID = [
    "",
    "name: a\ndescription: b\ntags: [a, b]\nexclusive: true\nstart_together: true\nwork: 10000 messages",
    "tags: seed",
    "timeout: 3",
    "timeout: 1m30s",
    "vars: {n: 5}\ntimeout: ${n}s",
    "vars: {t: 5s}\ntimeout: ${t}",
    "matrix: {start_method: [fork, spawn], kind: [1, [2], {a: 3}]}",
    "matrix: [{start_method: fork}, {kind: 1}]",
    "vars: {kinds: [1, 2]}\nmatrix: {kind: '${kinds}'}",
    "matrix: {how: [fork, spawn]}\nstart_method: ${how}",
    "run_as: thread\nstart_method: forkserver",
    "requires: {python: '>=3.10', platform: linux, modules: [json]}",
    "environment: {A: x, B: 1, C: true, D: 1.5}",
    "parent: {before: {target: work, args: [1], kwargs: {a: b}}, after: {target: work}}",
    "explore: {strategy: dpor, schedules: 5, steps: 6, seed: 7, timing: virtual}",
    "shared: {a: Queue, b: {type: Queue, maxsize: 1}, c: Pipe, d: {type: Value, typecode: i}, e: {type: Manager.dict}}",
    "matrix: {kind: [Queue, SimpleQueue]}\nshared: {q: '${kind}'}",
    "matrix: {kind: [Queue, SimpleQueue]}\nshared: {q: {type: '${kind}'}}",
    "vars: {size: 3}\nshared: {q: {type: Queue, maxsize: '${size}'}}",
    "shared: {l: Lock, v: {type: Value, typecode: i, lock: '${l}'}}",
    "shared: {d: {type: Manager.dict, value: {a: 1}}, l: {type: Manager.list, value: [1]}}",
    "expect: {ending: deadlock, stdout: a, stderr: '', leaks: allowed, because: x}",
    "expect: {stdout: 1.50}",
    "expect: {stdout: {contains: [a, {matches: b}], because: x}}",
    "expect: {stdout: {lines: [a, 1, {not: {one_of: [b]}}]}}",
    "expect: {stdout: {in_order: [a], unordered: [b]}}",
    "expect: {duration: {at_least: 1.9s, at_most: 3, because: x}}",
    "expect: {processes: {worker: {stdout: a, exitcode: -9, raises: ValueError, returns: [1, {a: null}]}}}",
    "expect: {processes: {worker: {raises: null}}}",
    "expect: {processes: {worker: {raises: {type: ValueError, message: {contains: a}}}}}",
    "expect: {processes: {worker: {exitcode: {one_of: [0, 1]}}}}",
    "expect: {processes: {worker: {returns: {approx: 1, within: 0.1}}}}",
    "expect: {processes: {worker: {returns: {contains: {a: {at_least: 1, at_most: 2}}}}}}",
    "expect: {processes: {worker: {returns: {not: {type: int}, because: x}}}}",
    "expect: {processes: {worker: {returns: {a: {contains: 1}}}}}",
    "expect: {processes: {worker: {returns: {equals: {contains: 1}}}}}",
    "expect: {parent: {exitcode: 0}}",
    "shared: {q: Queue}\nexpect: {shared: {q: {unordered: [1, {type: int}]}}}",
    "expect: {outcomes: [{when: {stdout: a}, grade: interesting, must_occur: true, because: x}, {when: {}}]}",
    "expect: {faster: [{this: {kind: Pipe}, than: {kind: Queue}, by: 1.1, because: x}]}",
    "faults: []",
    "faults: [{kill: worker, at: 500ms, because: x}, {stop: worker, at: 1}, {resume: worker, at: 2s}]",
    "faults: [{kill: worker, at: anywhere}, {stop: worker, at: anywhere}]",
    "shared: {l: Lock, p: Pipe}\nfaults: [{interrupt: worker, before: l.release, nth: 2}, "
    "{terminate: worker, after: 'p[0].recv'}, {stop: worker, before: l.acquire}]",
    "vars: {t: 1s, n: 2, l: k, f: {kill: worker, at: 1}}\nshared: {k: Lock}\n"
    "faults: ['${f}', {kill: worker, at: '${t}'}, {kill: worker, after: '${l}.release', nth: '${n}'}]",
    "vars: {f: [{kill: worker, at: 1}]}\nfaults: ${f}",
    "vars: {e: {stdout: a}}\nexpect: ${e}",
    "vars: {e: a}\nexpect: {stdout: '${e}', processes: {worker: {returns: '${e}'}}}",
]

WRONG = [
    "nme: a",
    "name: 3",
    "timeout: soon",
    "timeout: -1",
    "exclusive: maybe",
    "run_as: fiber",
    "start_method: frok",
    "matrix: 3",
    "matrix: {kind: a}",
    "matrix: {kind: []}",
    "matrix: []",
    "requires: linux",
    "parent: {before: {args: [1]}}",
    "explore: {schedules: 0}",
    "shared: {q: Qeue}",
    "shared: {q: {maxsize: 1}}",
    "shared: {q: {type: Queue, maxsize: -1}}",
    "shared: {q: {type: Queue, size: 1}}",
    "shared: {v: Value}",
    "shared: {1a: Queue}",
    "faults: {kill: worker, at: 1s}",
    "faults: [{}]",
    "faults: [{kill: worker}]",
    "faults: [{at: 1s}]",
    "faults: [{kill: worker, stop: worker, at: 1s}]",
    "faults: [{kil: worker, at: 1s}]",
    "faults: [{kill: 1, at: 1s}]",
    "faults: [{kill: worker, at: soon}]",
    "faults: [{kill: worker, at: 1s, nth: 2}]",
    "shared: {l: Lock}\nfaults: [{kill: worker, at: 1s, before: l.release}]",
    "shared: {l: Lock}\nfaults: [{kill: worker, before: l.release, after: l.release}]",
    "shared: {l: Lock}\nfaults: [{kill: worker, before: l}]",
    "shared: {l: Lock}\nfaults: [{kill: worker, before: l.release, nth: 0}]",
    "shared: {l: Lock}\nfaults: [{resume: worker, after: l.release}]",
    "faults: [{resume: worker, at: anywhere}]",
    "expect: {stdot: a}",
    "expect: {stdout: null}",
    "expect: {stdout: [a]}",
    "expect: {stdout: {contans: a}}",
    "expect: {ending: dedlock}",
    "expect: {processes: {worker: {exitcod: 1}}}",
    "expect: {processes: {worker: {raises: {typ: V}}}}",
    "expect: {outcomes: [{grade: acceptable}]}",
    "expect: {outcomes: [{when: {}, grade: good}]}",
    "expect: {faster: [{this: {}, than: {}, by: 0.5}]}",
]


def errors(text: str) -> list[str]:
    (document,) = read("scenario.yaml", text.encode())[0]
    return [error.message for error in VALIDATOR.iter_errors(document.value)]


def test_the_schema_is_one_of_draft_2020_12_and_plain_json() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert scenario_schema() == SCHEMA


@pytest.mark.parametrize("rest", VALID)
def test_what_loads_is_valid_by_the_schema(tmp_path: Path, rest: str) -> None:
    text = f"{HEAD}{rest}\n"

    assert problems_of(tmp_path, text) == []
    assert errors(text) == []


@pytest.mark.parametrize("rest", WRONG)
def test_what_does_not_load_is_not_valid_by_the_schema_either(tmp_path: Path, rest: str) -> None:
    text = f"{HEAD}{rest}\n"

    assert problems_of(tmp_path, text) != []
    assert errors(text) != []


@pytest.mark.parametrize(
    ("process", "valid"),
    [
        ("{target: work, args: [1, '${index}'], kwargs: {a: 1}}", True),
        ("{target: work, count: 2, daemon: true, delay: 100ms}", True),
        ("{target: work, count: '${n}', daemon: '${n}', args: '${n}'}", True),
        ("{args: []}", False),
        ("{target: work, count: 0}", False),
        ("{target: work, arg: []}", False),
        ("work", False),
    ],
)
def test_processes_are_checked(process: str, valid: bool) -> None:
    assert (errors(HEAD.replace("{target: work}", process)) == []) is valid


def is_described(key: dict[str, Any]) -> bool:
    """Whether a key, or the shape that it refers to, says what it is."""
    shapes = [one["$ref"].rpartition("/")[2] for one in key.get("anyOf", []) if "$ref" in one]
    return "description" in key or any("description" in SCHEMA["$defs"][shape] for shape in shapes)


def test_every_key_of_a_scenario_explains_itself_to_an_editor() -> None:
    shapes = [SCHEMA, *(shape for shape in SCHEMA["$defs"].values() if "properties" in shape)]

    assert [name for shape in shapes for name, key in shape["properties"].items() if not is_described(key)] == []


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_in_the_schema_under_its_own_name(kind: str) -> None:
    titles = json.dumps(SCHEMA["properties"]["shared"])

    assert f'"const": "{kind}"' in titles
