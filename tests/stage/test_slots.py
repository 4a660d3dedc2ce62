"""What is written into a journal's slots is what is read."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from engine.stage import slots
from engine.stage.slots import RAISED, RETURNED, Slot, read, writer


@pytest.fixture
def journal() -> Iterator[int]:
    fd = slots.new_file()
    yield fd
    os.close(fd)


def told(fd: int) -> list[tuple[object, ...]]:
    return [(slot.number, slot.end, slot.label, slot.arguments, slot.result) for slot in read(fd)]


def test_an_operation_is_there_from_its_call_on(journal: int) -> None:
    call, end = writer(journal)

    at = call(b"jobs.put", b"1, block=False")
    (called,) = read(journal)
    end(at, RETURNED, b"None")
    (returned,) = read(journal)

    assert called == Slot(1, called.called_ns, 0, 0, "jobs.put", "1, block=False", "")
    assert returned == called._replace(returned_ns=returned.returned_ns, end=RETURNED, result="None")
    assert called.called_ns <= returned.returned_ns


def test_operations_may_end_in_another_order_than_they_began(journal: int) -> None:
    call, end = writer(journal)

    first, second = call(b"a.get", b""), call(b"b.get", b"")
    end(second, RAISED, b"Empty()")
    end(first, RETURNED, b"1")

    assert told(journal) == [(1, RETURNED, "a.get", "", "1"), (2, RAISED, "b.get", "", "Empty()")]


def test_texts_that_are_too_long_are_cut(journal: int) -> None:
    call, end = writer(journal)

    end(call(b"l" * 300, b"a" * 300), RETURNED, b"r" * 300)

    ((_, _, label, arguments, result),) = told(journal)
    assert (label, arguments, result) == ("l" * 60, "a" * 88, "r" * 72)


def test_the_last_operations_are_kept_and_older_ones_overwritten(journal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "CAPACITY", 3)
    call, end = writer(journal)

    for number in range(5):
        end(call(b"v.write", str(number).encode()), RETURNED, b"None")

    assert sorted(told(journal)) == [(n, RETURNED, "v.write", str(n - 1), "None") for n in (3, 4, 5)]


def test_an_overwritten_slot_keeps_nothing_of_the_old_one(journal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "CAPACITY", 1)
    call, end = writer(journal)

    end(call(b"long.label", b"long arguments"), RAISED, b"long result")
    call(b"v.get", b"")

    assert told(journal) == [(2, 0, "v.get", "", "")]


def test_an_operation_that_ends_when_its_slot_is_taken_changes_nothing(
    journal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "CAPACITY", 1)
    call, end = writer(journal)

    slow = call(b"queue.get", b"")
    call(b"v.write", b"7")
    end(slow, RETURNED, b"'job'")

    assert told(journal) == [(2, 0, "v.write", "7", "")]


def test_a_slot_that_is_half_written_is_passed_over(journal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "CAPACITY", 3)
    call, _ = writer(journal)
    for number in range(3):
        call(b"v.write", str(number).encode())

    os.pwrite(journal, bytes(8), slots.SLOT_BYTES + slots._CALL_AT + 8)

    assert [arguments for _, _, _, arguments, _ in told(journal)] == ["0", "2"]


def test_what_a_target_scribbles_is_read_as_text_and_does_no_harm(journal: int) -> None:
    os.pwrite(journal, b"\xff" * slots.SLOT_BYTES, 0)

    ((number, end, label, _, _),) = told(journal)

    assert (number, end) == (2**64 - 1, 255)
    assert set(str(label)) == {"\ufffd"}


def test_a_file_that_was_cut_is_read_as_far_as_it_goes(journal: int) -> None:
    call, _ = writer(journal)
    call(b"v.get", b"")
    os.ftruncate(journal, 300)

    assert len(list(read(journal))) == 1
