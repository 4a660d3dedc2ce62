"""``expect`` becomes a flat list of what is checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.expectation import Expectation, Expected, ExpectedOutcome
from tests.support import HEAD, variant_of


def expectation(folder: Path, rest: str) -> Expectation:
    return variant_of(folder, HEAD + rest).expectation


WHOLE = """\
shared: {queue: Queue}
expect:
  ending: timeout
  stdout: {contains: a, because: it says so}
  stderr: ""
  processes:
    worker:
      because: it works
      stdout: a
      exitcode: {one_of: [0, 1], because: either}
      raises: {type: ValueError, message: {contains: 5}}
      returns: [1, {a: null}]
  parent: {raises: OSError}
  shared:
    queue: []
  duration:
    at_least: 1.9s
  leaks: allowed
  because: all in all
  faster: [{this: {}, than: {}}]
"""


def test_each_thing_that_is_expected_is_one_entry_with_its_path_and_line(tmp_path: Path) -> None:
    made = expectation(tmp_path, WHOLE)

    because = "all in all"
    worker = ("processes", "worker")
    raises = {"type": "ValueError", "message": {"contains": "5"}}
    either = {"one_of": [0, 1], "because": "either"}
    said = {"contains": "a", "because": "it says so"}
    assert made.expected == (
        Expected("expect.ending", ("ending",), "ending", "timeout", because, 7),
        Expected("expect.stdout", ("stdout",), "text", said, "it says so", 8),
        Expected("expect.stderr", ("stderr",), "text", "", because, 9),
        Expected("expect.processes.worker.stdout", (*worker, "stdout"), "text", "a", "it works", 13),
        Expected("expect.processes.worker.exitcode", (*worker, "exitcode"), "value", either, "either", 14),
        Expected("expect.processes.worker.raises", (*worker, "raises"), "raises", raises, "it works", 15),
        Expected("expect.processes.worker.returns", (*worker, "returns"), "value", [1, {"a": None}], "it works", 16),
        Expected("expect.parent.raises", ("parent", "raises"), "raises", "OSError", because, 17),
        Expected("expect.shared.queue", ("shared", "queue"), "value", [], because, 19),
        Expected("expect.duration", ("duration",), "duration", {"at_least": "1.9s"}, because, 20),
        Expected("expect.leaks", ("leaks",), "leaks", "allowed", because, 22),
    )
    assert (made.outcomes, made.lines) == ((), {"worker": 4})


def test_an_outcome_is_called_by_its_because_or_by_what_it_says(tmp_path: Path) -> None:
    made = expectation(
        tmp_path,
        """\
expect:
  outcomes:
    - {when: {stdout: a}, because: one finishes first}
    - when: {ending: deadlock, stdout: {contains: 1}}
      grade: interesting
      must_occur: true
    - {when: {stderr: x, because: it complains}, grade: forbidden}
""",
    )

    first, second = "one finishes first", "ending: deadlock, stdout: {contains: 1}"
    assert made.expected == ()
    assert made.outcomes == (
        ExpectedOutcome(
            label=first,
            grade="acceptable",
            must_occur=False,
            because=first,
            line=7,
            expected=(Expected("expect.outcomes[0].when.stdout", ("stdout",), "text", "a", first, 7),),
        ),
        ExpectedOutcome(
            label=second,
            grade="interesting",
            must_occur=True,
            because=None,
            line=8,
            expected=(
                Expected("expect.outcomes[1].when.ending", ("ending",), "ending", "deadlock", None, 8),
                Expected("expect.outcomes[1].when.stdout", ("stdout",), "text", {"contains": "1"}, None, 8),
            ),
        ),
        ExpectedOutcome(
            label="it complains",
            grade="forbidden",
            must_occur=False,
            because="it complains",
            line=11,
            expected=(Expected("expect.outcomes[2].when.stderr", ("stderr",), "text", "x", "it complains", 11),),
        ),
    )


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1.50", "1.50"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("yes", "yes"),
        ("true", "true"),
        ("True", "True"),
        ("'1.50'", "1.50"),
        ('"a\\nb"', "a\nb"),
        ("${number}", "1.50"),
        ("is ${number}", "is 1.50"),
        ("${index}", "0"),
        ("{equals: 1.50}", {"equals": "1.50"}),
        ("{contains: [010, {not: true}]}", {"contains": ["010", {"not": "true"}]}),
        ("{one_of: [1.50, '${number}']}", {"one_of": ["1.50", "1.50"]}),
    ],
)
def test_a_bare_number_or_boolean_is_taken_as_it_is_written_in_the_file(
    tmp_path: Path, written: str, text: object
) -> None:
    made = expectation(tmp_path, f"vars: {{number: 1.50}}\nexpect:\n  stdout: {written}\n")

    assert [one.matcher for one in made.expected] == [text]


@pytest.mark.parametrize(("written", "value"), [("1.50", 1.5), ("010", 10), ("'1.50'", "1.50"), ("yes", "yes")])
def test_a_value_is_taken_as_what_it_is(tmp_path: Path, written: str, value: Any) -> None:
    made = expectation(tmp_path, f"expect: {{processes: {{worker: {{returns: {written}}}}}}}\n")

    assert [one.matcher for one in made.expected] == [value]


@pytest.mark.parametrize("rest", ["", WHOLE, "expect: {outcomes: [{when: {stdout: a}}]}\n"])
def test_an_expectation_survives_the_way_through_json(tmp_path: Path, rest: str) -> None:
    made = expectation(tmp_path, rest)

    assert Expectation.from_json(json.loads(json.dumps(made.to_json()))) == made
