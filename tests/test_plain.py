"""Values cross between processes as plain data."""

from __future__ import annotations

import ctypes
import enum
import json
import math
from array import array
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import plain
from engine.plain import MAX_NODES, MAX_TEXT, Opaque, decode, encode, encode_whole, encoder, jsonable

Point = namedtuple("Point", "x y")


class Level(enum.IntEnum):
    LOW = 1


class Sulking:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def sent(value: object) -> Any:
    """``value`` as it arrives in another process."""
    return decode(json.loads(json.dumps(encode(value))))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        -(10**400),
        0.5,
        math.inf,
        "",
        "text\n\x00\ud800",
        [],
        [1, [2, [3]]],
        (),
        (1, "a"),
        {},
        {"a": 1, 2: [None], (3, 4): {"b": ()}, None: 0},
        set(),
        {1, "a", (2, 3), frozenset({4})},
        frozenset({1}),
        b"\x00\xff",
        bytearray(b"ab"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_plain_data_arrives_as_itself(value: object) -> None:
    arrived = sent(value)

    assert arrived == value
    assert type(arrived) is type(value)


def test_not_a_number_arrives_as_itself() -> None:
    assert math.isnan(sent(math.nan))


def test_the_order_of_a_mapping_arrives_too() -> None:
    assert list(sent({"b": 1, "a": 2})) == ["b", "a"]


@pytest.mark.parametrize(
    ("value", "type_name", "text", "data"),
    [
        (Point(1, [2]), "Point", "Point(x=1, y=[2])", (1, [2])),
        (Level.LOW, "Level", "<Level.LOW: 1>", 1),
        (OrderedDict(a=1), "OrderedDict", repr(OrderedDict(a=1)), {"a": 1}),
        (Counter("a"), "Counter", "Counter({'a': 1})", {"a": 1}),
        (defaultdict(list, a=[1]), "defaultdict", "defaultdict(<class 'list'>, {'a': [1]})", {"a": [1]}),
        (array("i", [1, 2]), "array", "array('i', [1, 2])", [1, 2]),
        (deque([1]), "deque", "deque([1])", plain.MISSING),
        (1j, "complex", "1j", plain.MISSING),
        (Sulking(), "Sulking", "<Sulking whose repr raises RuntimeError>", plain.MISSING),
        (2**10_000, "int", str(2**10_000), plain.MISSING),
        (10**5_000, "int", "<int whose repr raises ValueError>", plain.MISSING),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_arrives_as_its_repr_and_the_data_it_is_a_relative_of(
    value: object, type_name: str, text: str, data: object
) -> None:
    arrived = sent(value)

    assert (arrived.type, arrived.text, arrived.plain) == (type_name, text, data)
    assert repr(arrived) == text


def test_a_ctypes_array_arrives_as_its_list() -> None:
    assert sent((ctypes.c_int * 2)(3, 4)).plain == [3, 4]


def test_opaque_values_can_be_keys_and_members_of_sets() -> None:
    key = Opaque("complex", "1j")

    assert sent({1j: "a"}) == {key: "a"}
    assert sent({1j}) == {key}


def test_a_key_that_cannot_be_hashed_is_its_repr() -> None:
    assert plain.hashable([1]) == "[1]"
    assert plain.hashable((1,)) == (1,)


def test_a_value_that_contains_itself_is_cut_a_hundred_levels_down() -> None:
    endless: list[object] = []
    endless.append(endless)

    inner, depth = sent(endless), 0
    while isinstance(inner, list):
        (inner,), depth = inner, depth + 1

    assert (inner, depth) == (Opaque("cut", "<cut: a list>"), plain.MAX_DEPTH + 1)


@pytest.mark.slow
def test_a_value_that_contains_itself_twice_is_cut_before_it_fills_the_memory() -> None:
    endless: list[object] = []
    endless += [endless, endless]

    assert len(json.dumps(encode(endless))) < 100 * plain.MAX_NODES


@pytest.mark.parametrize("item", [0, []], ids=repr)
def test_a_value_of_too_many_items_is_cut(item: object) -> None:
    arrived = sent([item] * (2 * plain.MAX_NODES))

    assert len(arrived) <= plain.MAX_NODES + 1
    assert isinstance(arrived[-1], Opaque)


def test_bytes_beyond_the_limit_arrive_as_the_beginning_of_their_repr() -> None:
    arrived = sent(bytes(plain.MAX_NODES + 1))

    assert (arrived.type, arrived.text[:7]) == ("bytes", "b'\\x00\\")


def test_text_beyond_the_limit_is_cut_and_says_by_how_much() -> None:
    first, second = sent(["a" * (plain.MAX_TEXT - 1), "bcd"])

    assert (len(first), second) == (plain.MAX_TEXT - 1, "b... [2 more characters]")


def test_a_special_value_is_encoded_and_decoded_by_its_own_twins() -> None:
    def claim(value: object) -> dict[str, object] | None:
        return {"type": "imaginary", "part": value.imag} if isinstance(value, complex) else None

    encoded = encode_whole([1j, 2], claim)

    assert encoded == [{"type": "imaginary", "part": 1.0}, 2]
    assert decode(encoded, lambda data: f"{data['part']}i") == ["1.0i", 2]


def test_what_is_known_to_be_of_a_decent_size_is_encoded_whole() -> None:
    value = "a" * (plain.MAX_TEXT + 1)

    assert encode_whole(value, lambda value: None) == value


@pytest.mark.parametrize(
    ("value", "name"), [(1, "int"), (None, "NoneType"), (Opaque("Point", "Point(x=1)"), "Point"), ((), "tuple")]
)
def test_a_type_keeps_the_name_it_had_where_it_came_from(value: object, name: str) -> None:
    assert plain.type_name(value) == name


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        ("a", "a"),
        ((1, (2,)), [1, [2]]),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset({"b", "a"}), ["a", "b"]),
        (b"ab", [97, 98]),
        (bytearray(b"a"), [97]),
        ({"a": (1,), 2: {None: b""}}, {"a": [1], "2": {"None": []}}),
        (Opaque("complex", "1j"), "1j"),
        (Opaque("Point", "Point(x=1)", (1,)), [1]),
        (1j, "1j"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_json_report_shows_lists_and_objects_where_they_say_enough_and_else_the_repr(
    value: object, shown: object
) -> None:
    assert jsonable(value) == shown


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
HASHABLE = st.recursive(SCALARS, lambda inner: st.tuples(inner) | st.frozensets(inner, max_size=3), max_leaves=4)
DATA = st.recursive(
    HASHABLE,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(HASHABLE, inner, max_size=4)
        | st.sets(HASHABLE, max_size=4)
    ),
    max_leaves=12,
)


@given(DATA)
def test_nested_plain_data_survives_the_way_through_json(value: object) -> None:
    assert sent(value) == value


@given(DATA)
def test_the_json_report_can_show_whatever_arrives(value: object) -> None:
    json.dumps(jsonable(sent(value)), allow_nan=False)


def test_bytes_beyond_the_bounds_are_cut_before_they_are_spelled_out() -> None:
    cut = encode(bytes(MAX_NODES + 5))

    assert isinstance(cut, dict)
    assert str(cut["repr"]).endswith("\\x00'... [6 more bytes]")


def test_an_array_beyond_the_bounds_is_named_and_not_spelled_out() -> None:
    assert encode(array("b", bytes(MAX_NODES + 1))) == {"type": "cut", "repr": f"<cut: array of {MAX_NODES + 1}>"}


def test_long_numbers_count_as_the_text_that_they_become() -> None:
    *numbers, last = sent([1 << 9_000] * 1_000)

    assert numbers[0] == 1 << 9_000
    assert "more characters]" in repr(last)


def test_several_values_may_share_the_bounds_of_one() -> None:
    encode_next = encoder()

    assert encode_next("a" * MAX_TEXT) == "a" * MAX_TEXT
    assert encode_next("bc") == "... [2 more characters]"


def test_the_name_of_a_type_is_bounded() -> None:
    encoded = encode(type("x" * 1_000, (), {})())

    assert isinstance(encoded, dict)
    assert encoded["type"] == "x" * 200 + "... [800 more characters]"


ENDLESS = """\
Traceback (most recent call last):
  File "a.py", line 2, in ping
    pong()
  [Previous line repeated {} more times]
RecursionError: maximum recursion depth exceeded{}
"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<a at 0x7f00aabbccd0> and <b at 0x7f01aabbccd0>", "<a at 0x7f0000000140> and <b at 0x7f0000000180>"),
        ("<Event at 0x7f00aabbccd0 set>", "<Event at 0x7f0000000140 set>"),
        ("<Barrier at 0x7f00aabbccd0: waiters=0/2>", "<Barrier at 0x7f0000000140: waiters=0/2>"),
        ("no '/engine-b5rnckie-30-0'", "no '/engine-simulate-0-3'"),
        (ENDLESS.format(970, ""), ENDLESS.format(7, " while calling a Python object")),
        (ENDLESS.format(970, ""), ENDLESS.format(7, " in comparison").replace("    pong()\n", "    pong()\n" * 2)),
        (repr(ENDLESS.format(970, "")), repr(ENDLESS.format(971, ""))),
    ],
)
def test_what_is_another_in_every_run_tells_no_texts_apart(one: str, other: str) -> None:
    assert plain.without_accidents(one) == plain.without_accidents(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<a at 0x7f00aabbccd0>", "<b at 0x7f00aabbccd0>"),
        ("it is at 0x1", "it is at 0x2"),
        ("<Event at 0x7f00aabbccd0 set>", "<Event at 0x7f00aabbccd0 unset>"),
        ("engine-1-2", "engine-2-2"),
        ("0x7f00", "0x7f01"),
        ("repeated 3 more times", "repeated 4 more times"),
        (ENDLESS.format(970, "").replace("RecursionError", "ValueError"), ENDLESS.format(970, "")),
        (f"before\n{ENDLESS.format(970, '')}", ENDLESS.format(970, "")),
        (
            ENDLESS.format(970, "").replace("RecursionError: maximum", "ValueError: other"),
            ENDLESS.format(970, "").replace("RecursionError: maximum", "ValueError: other").replace("ping", "pong"),
        ),
    ],
)
def test_all_else_does(one: str, other: str) -> None:
    assert plain.without_accidents(one) != plain.without_accidents(other)
