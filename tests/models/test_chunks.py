"""A line in chunks is what a tuple would be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.models.chunks import LENGTH, Chunks, added, with_first, without_first

PUT, TAKE, CHANGE = "put", "take", "change"


def played(doings: list[tuple[str, int]]) -> tuple[Chunks, list[int]]:
    """The same done to a line in chunks, and to a list."""
    chunks: Chunks = ()
    items: list[int] = []
    puts = 0
    for doing, count in doings:
        for number in range(count):
            if doing == PUT:
                chunks, puts = added(chunks, puts, number), puts + 1
                items.append(number)
            elif items and doing == TAKE:
                assert chunks[0][0] == items.pop(0)
                chunks = without_first(chunks)
            elif items:
                chunks = with_first(chunks, -number)
                items[0] = -number
    return chunks, items


@given(st.lists(st.tuples(st.sampled_from((PUT, TAKE, CHANGE)), st.integers(1, 2 * LENGTH)), max_size=8))
def test_a_line_in_chunks_has_what_a_list_would_have(doings: list[tuple[str, int]]) -> None:
    chunks, items = played(doings)

    assert [item for chunk in chunks for item in chunk] == items
    assert all(chunks), "none of them is empty"


def test_who_has_put_and_taken_the_same_has_the_same_in_whatever_order() -> None:
    first, _ = played([(PUT, LENGTH), (TAKE, LENGTH - 1), (PUT, 1)])
    last, _ = played([(PUT, LENGTH), (PUT, 1), (TAKE, LENGTH - 1)])

    assert first == last == ((LENGTH - 1,), (0,))
