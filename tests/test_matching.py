"""What each matcher takes for a match, and what it says where there is none."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.matching import VALUE_MATCHERS, is_value_matcher, match_text, match_value
from engine.plain import Opaque

TEXTS_THAT_MATCH: list[tuple[object, str]] = [
    ("a", "a"),
    ("a", "a\n"),
    ("a\n", "a"),
    ("", ""),
    ("", "\n"),
    ("1.50", "1.50\n"),
    ({"equals": "a"}, "a\n"),
    ({"contains": "b"}, "abc"),
    ({"contains": ["c", "a"]}, "abc"),
    ({"contains": {"matches": "^b$"}}, "a\nb\n"),
    ({"contains": ["a", {"equals": "b"}]}, "a\nb\n"),
    ({"contains": []}, ""),
    ({"matches": "b+"}, "abbc"),
    ({"matches": "^b$"}, "a\nb\nc\n"),
    ({"lines": []}, ""),
    ({"lines": [""]}, "\n"),
    ({"lines": ["a", "b"]}, "a\nb\n"),
    ({"lines": ["a", "b"]}, "a\nb"),
    ({"lines": ["a", {"matches": "[bc]"}]}, "a\nc\n"),
    ({"lines": ["a\n"]}, "a\n"),
    ({"in_order": ["a", "c"]}, "a\nb\nc\n"),
    ({"in_order": ["a", {"contains": "c"}]}, "a\nb\nxcx\n"),
    ({"in_order": []}, "a\n"),
    ({"unordered": []}, ""),
    ({"unordered": ["b", "a", "a"]}, "a\nb\na\n"),
    ({"unordered": [{"matches": "[ab]"}, "a"]}, "a\nb\n"),
    ({"unordered": ["b\n", "a"]}, "a\nb\n"),
    ({"one_of": ["a", "b"]}, "b\n"),
    ({"one_of": [{"contains": "x"}, {"contains": "b"}]}, "abc"),
    ({"not": "a"}, "b"),
    ({"not": {"contains": "a"}}, "b"),
    ({"contains": "a", "not": {"contains": "b"}}, "ac"),
    ({"contains": "a", "because": "it is never checked"}, "a"),
]

TEXTS_THAT_DO_NOT: list[tuple[object, str, str]] = [
    ("a", "b", "the text is another"),
    ("a", "a\n\n", "the text is another"),
    ("a", " a", "the text is another"),
    ("1.5", "1.50\n", "the text is another"),
    ({"equals": "a"}, "ab", "the text is another"),
    ({"contains": "d"}, "abc", "it does not contain d"),
    ({"contains": ["a", "d"]}, "abc", "it does not contain d"),
    ({"contains": {"matches": "^b$"}}, "abc", 'no line is {matches: "^b$"}'),
    ({"matches": "^b"}, "abc", "nothing in it matches ^b"),
    ({"lines": ["a"]}, "a\nb\n", "there are 2 lines, not 1"),
    ({"lines": ["a", "b"]}, "a\n", "there are 1 lines, not 2"),
    ({"lines": ["a", "b"]}, "b\na\n", "line 1 is b, not a"),
    ({"lines": []}, "\n", "there are 1 lines, not 0"),
    ({"in_order": ["a", "b"]}, "b\na\n", "b does not come after a"),
    ({"in_order": ["c"]}, "a\n", "c does not come"),
    ({"in_order": ["a", "a"]}, "a\n", "a does not come after a"),
    ({"unordered": ["a", "b"]}, "a\n", "the line b is there never, not once"),
    ({"unordered": ["a"]}, "a\na\n", "the line a is there twice, not once"),
    ({"unordered": [{"matches": "a"}, "a"]}, "a\nb\n", "no line is left for a"),
    ({"unordered": [{"matches": "a"}]}, "a\nb\n", "the line b is one too many"),
    ({"one_of": ["a", "b"]}, "c", "it is none of [a, b]"),
    ({"not": "a"}, "a\n", "it is what it must not be: a"),
    ({"not": {"contains": "a"}}, "abc", "it is what it must not be: {contains: a}"),
    ({"contains": "a", "not": {"contains": "b"}}, "ab", "it is what it must not be: {contains: b}"),
    ({"not": "b", "contains": "c"}, "a", "it does not contain c"),
]


@pytest.mark.parametrize(("matcher", "text"), TEXTS_THAT_MATCH)
def test_a_text_matches(matcher: object, text: str) -> None:
    assert match_text(matcher, text) is None


@pytest.mark.parametrize(("matcher", "text", "reason"), TEXTS_THAT_DO_NOT)
def test_a_text_does_not_match_and_the_reason_says_why(matcher: object, text: str, reason: str) -> None:
    assert match_text(matcher, text) == reason


ARRAY = Opaque("array", "array('i', [1, 2])", [1, 2])
POINT = Opaque("Point", "Point(x=1)", (1,))
COMPLEX = Opaque("complex", "1j")

VALUES_THAT_MATCH: list[tuple[object, object]] = [
    (None, None),
    (True, True),
    (1, 1),
    (1, 1.0),
    ("a", "a"),
    (math.nan, math.nan),
    ([1, 2], [1, 2]),
    ([1, 2], (1, 2)),
    ([1, 2], ARRAY),
    ([1], POINT),
    ([[1], [2]], [(1,), (2,)]),
    ([1, 2], {2, 1}),
    ([], frozenset()),
    ([97, 98], b"ab"),
    ([97], bytearray(b"a")),
    ({}, {}),
    ({"a": [1]}, {"a": (1,)}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({1: "a"}, {1: "a"}),
    ("1j", COMPLEX),
    ({"a": {"at_least": 1}}, {"a": 2}),
    ([{"type": "int"}, 2], [1, 2]),
    ({"equals": {"contains": 1}}, {"contains": 1}),
    ({"equals": [{"not": 1}]}, [{"not": 1}]),
    ({"equals": 1, "because": "it is"}, 1),
    ({"one_of": [1, 2]}, 2),
    ({"one_of": [[1], {"at_least": 5}]}, 6),
    ({"unordered": [2, 1, 1]}, [1, 2, 1]),
    ({"unordered": [{"type": "int"}, 1]}, [1, 2]),
    ({"unordered": [[1], [2]]}, ([2], [1])),
    ({"unordered": [1, 2]}, {1, 2}),
    ({"unordered": []}, ()),
    ({"contains": 1}, [1, 2]),
    ({"contains": [2, 1]}, [1, 2, 3]),
    ({"contains": [1, 2]}, [[1, 2], 3]),
    ({"contains": {"at_least": 3}}, [1, 4]),
    ({"contains": {"a": 1}}, [{"a": 1}]),
    ({"contains": "b"}, "abc"),
    ({"contains": ["a", "c"]}, "abc"),
    ({"contains": "a"}, {"a": 1}),
    ({"contains": ["a", "b"]}, {"a": 1, "b": 2, "c": 3}),
    ({"contains": {"a": 1}}, {"a": 1, "b": 2}),
    ({"contains": {"a": {"at_least": 1}}}, {"a": 5}),
    ({"contains": 2}, {1, 2}),
    ({"contains": 2}, ARRAY),
    ({"approx": 1.5, "within": 0.1}, 1.55),
    ({"approx": 1_000_000}, 1_000_000.5),
    ({"approx": math.inf}, math.inf),
    ({"approx": 0}, 0),
    ({"at_least": 1, "at_most": 3}, 1),
    ({"at_least": 1, "at_most": 3}, 3.0),
    ({"at_least": 1.5}, 10**400),
    ({"type": "int"}, 1),
    ({"type": "bool"}, True),
    ({"type": "NoneType"}, None),
    ({"type": "geometry.Point"}, POINT),
    ({"matches": "^'a"}, "abc"),
    ({"matches": "x=1"}, POINT),
    ({"not": 1}, 2),
    ({"not": {"type": "int"}}, "1"),
    ({"because": 1}, {"because": 1}),
]

VALUES_THAT_DO_NOT: list[tuple[object, object, str]] = [
    (None, 0, "it is 0"),
    (False, 0, "it is 0"),
    (1, True, "it is true"),
    (1, "1", 'it is "1"'),
    ("1", 1, "it is 1"),
    ("a\n", "a", "it is a"),
    ([1, 2], [2, 1], "at [0]: it is 2"),
    ([1], [1, 2], "it has 2 items, not 1"),
    ([True], [1], "at [0]: it is 1"),
    ([1, 2], {1, 3}, "the item 2 is there never, not once"),
    ([], None, "it is null"),
    ({"a": 1}, {"a": 2}, "at .a: it is 2"),
    ({"a": 1}, {"b": 1}, "it lacks a"),
    ({}, [], "it is []"),
    ("2j", COMPLEX, 'it is "1j"'),
    ({"a": {"at_least": 1}}, {"a": 0}, "at .a: it is 0, which is less"),
    ({"equals": {"contains": 1}}, [1], "it is [1]"),
    ({"one_of": [1, 2]}, 3, "it is none of [1, 2]"),
    ({"unordered": [1, 1]}, [1, 2], "the item 1 is there once, not twice"),
    ({"unordered": [1]}, [1, 2], "the item 2 is there once, not never"),
    ({"unordered": [1]}, [True], "the item 1 is there never, not once"),
    ({"unordered": [[1], [1]]}, [[1], [2]], "no item is left for [1]"),
    ({"unordered": [[1]]}, [[1], [2]], "the item [2] is one too many"),
    ({"unordered": [1]}, 1, "it is 1, which has no items"),
    ({"contains": 3}, [1, 2], "it does not contain 3"),
    ({"contains": [1, 3]}, [1, 2], "it does not contain [1, 3]"),
    ({"contains": 1}, [True], "it does not contain 1"),
    ({"contains": "d"}, "abc", "it does not contain d"),
    ({"contains": "b"}, {"a": "b"}, "it does not contain b"),
    ({"contains": {"a": 2}}, {"a": 1}, "it does not contain {a: 2}"),
    ({"contains": {"b": 1}}, {"a": 1}, "it does not contain {b: 1}"),
    ({"contains": {"type": "int"}}, {"a": 1}, "it does not contain {type: int}"),
    ({"contains": [[1]]}, {"a": 1}, "it does not contain [[1]]"),
    ({"contains": 1}, 5, "it is 5, which contains nothing"),
    ({"approx": 1.5, "within": 0.1}, 1.65, "it is 1.65, which is not near enough"),
    ({"approx": 1000000}, 1000002, "it is 1000002, which is not near enough"),
    (
        {"approx": 1.5},
        1000000000000000000000000000000,
        "it is 1000000000000000000000000000000, which is not near enough",
    ),
    ({"approx": 1}, "1", 'it is "1", which is no number'),
    ({"approx": 1}, True, "it is true, which is no number"),
    ({"at_least": 1}, 0, "it is 0, which is less"),
    ({"at_most": 1}, 2, "it is 2, which is more"),
    ({"at_most": 1}, None, "it is null, which is no number"),
    ({"type": "float"}, 1, "its type is int"),
    ({"type": "int"}, True, "its type is bool"),
    ({"type": "tuple"}, POINT, "its type is Point"),
    ({"matches": "^a"}, "abc", "nothing in abc matches ^a"),
    ({"not": 1}, 1, "it is what it must not be: 1"),
    ({"at_least": 1, "at_most": 3}, 4, "it is 4, which is more"),
]


@pytest.mark.parametrize(("matcher", "value"), VALUES_THAT_MATCH)
def test_a_value_matches(matcher: object, value: object) -> None:
    assert match_value(matcher, value) is None


@pytest.mark.parametrize(("matcher", "value", "reason"), VALUES_THAT_DO_NOT)
def test_a_value_does_not_match_and_the_reason_says_why(matcher: object, value: object, reason: str) -> None:
    assert match_value(matcher, value) == reason


def test_a_number_too_large_for_a_float_is_not_near_one() -> None:
    assert match_value({"approx": 1.5}, 10**400) is not None


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ({"contains": 1}, True),
        ({"approx": 1, "within": 2, "because": "x"}, True),
        ({"contains": 1, "other": 2}, False),
        ({"because": "x"}, False),
        ({}, False),
        ({"lines": []}, False),
        ([1], False),
        ("contains", False),
    ],
)
def test_a_mapping_is_a_matcher_only_when_all_its_keys_are_a_matchers(value: object, answer: bool) -> None:
    assert is_value_matcher(value) is answer


@pytest.mark.slow
def test_a_thousand_lines_are_paired_with_a_thousand_matchers() -> None:
    matchers = [{"at_most": limit} for limit in reversed(range(1000))]

    assert match_value({"unordered": matchers}, list(range(1000))) is None


def test_ten_thousand_messages_are_counted_and_not_compared_pair_by_pair() -> None:
    messages = [str(number) for number in range(10_000)]

    assert match_text({"unordered": messages}, "\n".join(reversed(messages))) is None
    assert match_text({"unordered": messages}, "\n".join(messages[1:])) == 'the line "0" is there never, not once'


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


def data(keys: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    def containers(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        return st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)

    return st.recursive(SCALARS, containers, max_leaves=12)


DATA = data(st.text() | st.sampled_from(sorted(VALUE_MATCHERS)))
MATCHERS = data(st.text().filter(lambda key: key not in VALUE_MATCHERS)) | st.fixed_dictionaries({"equals": DATA})


@given(DATA)
def test_data_equals_itself(data: object) -> None:
    assert match_value({"equals": data}, data) is None


@given(MATCHERS, DATA)
def test_not_holds_just_when_its_matcher_does_not(one: object, other: object) -> None:
    assert (match_value({"not": one}, other) is None) == (match_value(one, other) is not None)


@given(st.text(), st.text())
def test_texts_are_equal_but_for_the_last_line_break(one: str, other: str) -> None:
    assert match_text(one, f"{one}\n") is None
    assert (match_text(one, other) is None) == (one.removesuffix("\n") == other.removesuffix("\n"))


@given(st.data(), st.lists(DATA, min_size=1, max_size=6))
def test_items_match_unordered_in_every_order_until_one_is_missing(data: Any, items: list[object]) -> None:
    matcher = {"unordered": [{"equals": item} for item in data.draw(st.permutations(items))]}

    assert match_value(matcher, items) is None
    assert match_value(matcher, items[1:]) is not None
