"""YAML text becomes plain data that knows where it was written."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ScenarioError
from engine.scenario import source
from engine.scenario.files import MAX_BYTES
from engine.scenario.source import read
from engine.scenario.tree import MAX_NODES, Document, Map, Mark
from tests.support import shown


def documents_of(text: str | bytes) -> list[Document]:
    found, problems = read("scenario.yaml", text.encode() if isinstance(text, str) else text)
    if problems:
        raise ScenarioError(problems)
    return found


def value_of(text: str | bytes) -> object:
    (document,) = documents_of(text)
    return document.value


def problems_of(text: str | bytes) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        documents_of(text)
    return [shown(problem) for problem in caught.value.problems]


# Data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a: "1"', {"a": "1"}),
        ("a: '~'", {"a": "~"}),
        ("a: |\n  1\n", {"a": "1\n"}),
        ("a: >-\n  x\n  y\n", {"a": "x y"}),
        ("a: ! 1", {"a": "1"}),
        ("a: !!str 1", {"a": "1"}),
        ("a: !!int '7'", {"a": 7}),
        ("a: !!float 1", {"a": 1.0}),
        ("a: !!bool 'true'", {"a": True}),
        ("a: !!null ''", {"a": None}),
        ("a: !!map {b: !!seq [1]}", {"a": {"b": [1]}}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("on: 1", {"on": 1}),
        ('"é😀": ü', {"é😀": "ü"}),
    ],
)
def test_a_document_is_plain_data(text: str, value: object) -> None:
    assert value_of(text) == value


def test_merge_keys_add_what_is_not_said() -> None:
    text = """\
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 4}
one: {<<: *base, a: 0}
several:
  d: 5
  <<: [*more, *base]
"""

    value = value_of(text)

    assert isinstance(value, Map)
    assert value["one"] == {"a": 0, "b": 2}
    assert value["several"] == {"a": 1, "b": 3, "c": 4, "d": 5}


# Places


def test_every_key_and_value_knows_where_it_stands() -> None:
    value = value_of("a: 1.50\nb:\n  - x\n  - 'y'\n")

    assert isinstance(value, Map)
    assert value.key_marks == {"a": Mark(0, 0, "a", (0, 1)), "b": Mark(1, 0, "b", (8, 9))}
    assert value.marks == {"a": Mark(0, 3, "1.50", (3, 7)), "b": Mark(2, 2, span=(13, 25))}
    assert value["b"].marks == [Mark(2, 4, "x", (15, 16)), Mark(3, 4, "y", (21, 24))]


def test_an_alias_stands_where_it_is_used() -> None:
    value = value_of("a: &x [1]\nb: *x\n")

    assert isinstance(value, Map)
    assert value.marks["b"] == Mark(1, 3)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"], ids=ascii)
def test_lines_are_counted_whatever_they_end_with(line_break: str) -> None:
    assert problems_of(line_break.join(["a: 1", "b: !x 2", ""])) == [
        "2:4: the tag !x is not allowed: a scenario is plain data"
    ]
    assert problems_of(line_break.join(["a: 1", "b: \x07", ""])) == ["2:4: character '\\x07' is not allowed in YAML"]


def test_columns_are_counted_in_characters() -> None:
    assert problems_of('"é😀": !x 2') == ["1:7: the tag !x is not allowed: a scenario is plain data"]


def test_a_problem_shows_its_line() -> None:
    with pytest.raises(ScenarioError) as caught:
        documents_of("a: 1\r\na: 2\r\n")

    (problem,) = caught.value.problems
    assert problem.excerpt == "a: 2"
    assert str(problem.position) == "scenario.yaml:2:1"


# Documents


def test_a_file_may_hold_several_documents_and_empty_ones_do_not_count_as_scenarios() -> None:
    documents = documents_of("# first\na: 1\n---\n---\nb: 2\n...\n---\nc: 3\n")

    assert [(document.number, document.value, document.mark.line) for document in documents] == [
        (1, {"a": 1}, 1),
        (3, {"b": 2}, 4),
        (4, {"c": 3}, 7),
    ]


def test_anchors_end_with_their_document() -> None:
    assert problems_of("a: &x 1\n---\nb: *x\n") == ["3:4: there is no anchor &x before this"]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "---\n...\n", "~", "\ufeff"], ids=ascii)
def test_a_file_without_a_scenario_is_refused(text: str) -> None:
    assert problems_of(text) == ["1:1: there is no scenario in this file"]


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_utf_8_and_utf_16_are_read_with_and_without_a_byte_order_mark(encoding: str) -> None:
    assert value_of("a: é😀\n".encode(encoding)) == {"a": "é😀"}


def test_a_byte_order_mark_takes_no_column() -> None:
    assert problems_of("\ufeff!x a: 1") == ["1:1: the tag !x is not allowed: a scenario is plain data"]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"\xff", "1:1: not UTF-8 text: byte 0xff"),
        ("é: 1\nb: ".encode() + b"\x80", "2:4: not UTF-8 text: byte 0x80"),
        ("a".encode("utf-16") + b"\x01", "1:2: not UTF-16 text: byte 0x01"),
        (b"\x00", "1:1: character '\\x00' is not allowed in YAML"),
        (b"a: 1\nb: x\x00", "2:5: character '\\x00' is not allowed in YAML"),
        (b"a: \x1b[31m", "1:4: character '\\x1b' is not allowed in YAML"),
        ("a".encode("utf-32"), "1:1: character '\\x00' is not allowed in YAML"),
    ],
    ids=ascii,
)
def test_what_is_no_text_is_refused_where_it_stands(raw: bytes, problem: str) -> None:
    assert problems_of(raw) == [problem]


# What is refused


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "a: 1\nb: 2\na: 3\na: 4\n",
            [
                '3:1: the key "a" is given twice, first on line 1',
                '4:1: the key "a" is given twice, first on line 1',
            ],
        ),
        ("a:\n  b: {c: 1, c: 2}\n", ['2:13: the key "c" is given twice, first on line 2']),
        ("a: 1\n'a': 2\n", ['2:1: the key "a" is given twice, first on line 1']),
        ("a: {[x]: 1}\n", ["1:5: a key must be a plain word or number"]),
        ("? {x: 1}\n: 1\n", ["1:3: a key must be a plain word or number"]),
        ("a: *x\n", ["1:4: there is no anchor &x before this"]),
        ("a: &x [1, *x]\n", ["1:11: *x refers to the value it is part of"]),
        ("a: &x {b: {c: *x}}\n", ["1:15: *x refers to the value it is part of"]),
        ("a: {<<: 1}\n", ['1:9: "<<" takes a mapping, or a list of mappings']),
        ("a: {<<: [{b: 1}, 2]}\n", ['1:9: "<<" takes a mapping, or a list of mappings']),
        (
            "a: !!python/object/apply:os.system [x]\n",
            ["1:4: the tag !!python/object/apply:os.system is not allowed: a scenario is plain data"],
        ),
        (
            "a: !!python/name:os.system\n",
            ["1:4: the tag !!python/name:os.system is not allowed: a scenario is plain data"],
        ),
        ("a: !mine {b: 1}\n", ["1:4: the tag !mine is not allowed: a scenario is plain data"]),
        ("a: !!set {b}\n", ["1:4: the tag !!set is not allowed: a scenario is plain data"]),
        ("a: !!binary aa\n", ["1:4: the tag !!binary is not allowed: a scenario is plain data"]),
        ("a: !!timestamp 2024-01-01\n", ["1:4: the tag !!timestamp is not allowed: a scenario is plain data"]),
        ("a: !!int x\n", ['1:4: "x" is no int']),
        ("a: !!float x\n", ['1:4: "x" is no float']),
        ("a: !!bool 1\n", ['1:4: "1" is no bool']),
        ("a: !!null x\n", ['1:4: "x" is no null']),
        ("a: &x *y\n", ["1:7: not YAML: while parsing a block mapping did not find expected key"]),
        (
            "a:\n\t- 1\n",
            ["2:1: a tab: YAML is indented with spaces"],
        ),
        (
            "a: [1\n",
            ["2:1: not YAML: while parsing a flow sequence did not find expected ',' or ']' (it began on line 1)"],
        ),
        ("a: b: c\n", ["1:5: not YAML: mapping values are not allowed in this context"]),
        (
            "a: 'x\n",
            ["2:1: not YAML: while scanning a quoted scalar found unexpected end of stream (it began on line 1)"],
        ),
        (
            "a: @x\n",
            ["1:4: not YAML: while scanning for the next token found character that cannot start any token"],
        ),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_is_wrong_is_refused_where_it_stands(text: str, problems: list[str]) -> None:
    assert problems_of(text) == problems


def test_all_that_is_wrong_in_all_documents_is_said_at_once() -> None:
    assert problems_of("a: 1\na: 2\n---\nb: !x 1\n---\nc: *y\n") == [
        '2:1: the key "a" is given twice, first on line 1',
        "4:4: the tag !x is not allowed: a scenario is plain data",
        "6:4: there is no anchor &y before this",
    ]


def test_what_is_wrong_before_the_yaml_breaks_off_is_said_too() -> None:
    assert problems_of("a: 1\na: 2\nb: [\n") == [
        '2:1: the key "a" is given twice, first on line 1',
        "4:1: not YAML: while parsing a flow node did not find expected node content",
    ]


# Limits


def test_a_file_of_one_mebibyte_is_read_and_one_byte_more_is_not() -> None:
    raw = b"a: " + b"x" * (MAX_BYTES - 3)

    assert value_of(raw) == {"a": "x" * (MAX_BYTES - 3)}
    assert problems_of(raw + b"x") == ["1:1: the file has more than 1,048,576 bytes"]


@pytest.mark.slow
def test_a_hundred_thousand_values_are_read_and_one_more_is_not() -> None:
    full = "[" + "1," * (MAX_NODES - 2)

    assert len(documents_of(f"{full}1]")[0].value) == MAX_NODES - 1
    assert problems_of(f"{full}1,1]") == ["1:200000: more than 100,000 values, once aliases are followed"]


@pytest.mark.slow
def test_the_values_of_all_documents_of_a_file_are_counted_together() -> None:
    document = "[" + "1," * (MAX_NODES // 2) + "1]\n"

    assert len(problems_of(f"{document}---\n{document}")) == 1


def test_aliases_that_multiply_are_counted_and_not_built() -> None:
    laughs = "a0: &a0 [lol, lol]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(60))

    assert problems_of(laughs) == ["15:6: more than 100,000 values, once aliases are followed"]


def test_merges_that_multiply_are_counted_and_not_built() -> None:
    merges = "a0: &a0 {b: [1, 2, 3]}\n" + "".join(f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}]}}\n" for n in range(60))

    assert len(problems_of(merges)) == 1


def test_a_hundred_levels_are_read_and_one_more_is_not() -> None:
    assert value_of("[" * 100 + "]" * 100) != []
    assert problems_of("[" * 101 + "]" * 101) == ["1:101: nested more than 100 levels deep"]
    assert problems_of("{a: " * 101 + "}" * 101) == ["1:401: nested more than 100 levels deep"]


def test_a_hundred_thousand_levels_do_no_harm() -> None:
    assert problems_of("[" * 100_000) == ["1:101: nested more than 100 levels deep"]
    assert problems_of("- " * 100_000) == ["1:201: nested more than 100 levels deep"]


def test_where_the_parser_has_a_limit_of_its_own_it_is_ours_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Limited(yaml.SafeLoader):
        """As some versions of libyaml: they give up while they look ahead, before they tell of the first level."""

        def fetch_flow_sequence_start(self) -> None:
            raise yaml.scanner.ScannerError(None, None, "exceeded maximum nesting depth", self.get_mark())

    monkeypatch.setattr(source, "Loader", Limited)

    assert problems_of("a: 1\n---\n" + "[" * 2000) == ["3:101: nested more than 100 levels deep"]


def test_levels_that_aliases_add_are_counted() -> None:
    levels = "a0: &a0 [1]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(200))

    assert "nested more than 100 levels deep" in problems_of(levels)[0]


# Whatever comes


MARKS = st.sampled_from("a1:-?|>&*!#%@[]{},'\"~\\ \n\t\r\x00\x85\u2028\ufeff\u00e9\U0001f600")
WORDS = st.sampled_from(["<<", "&x", "*x", "!!int ", "!!str ", "---", "...", ": ", "- ", "  ", "\n  "])


@given(
    st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | st.lists(MARKS | WORDS, max_size=30).map("".join)
)
def test_whatever_a_file_holds_it_is_documents_or_problems_with_their_places(content: bytes | str) -> None:
    raw = content.encode() if isinstance(content, str) else content
    try:
        documents = documents_of(raw)
    except ScenarioError as error:
        places = [(problem.position.line, problem.position.column) for problem in error.problems]
    else:
        places = [(document.mark.line + 1, document.mark.column + 1) for document in documents]
    assert places
    assert min(places) >= (1, 1)
