"""A process's line to the supervisor."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from engine import plain
from engine.stage.link import Link, open_link, raised
from tests.processes_support import python

Linked = tuple[Link, tuple[int, ...]]


@pytest.fixture
def linked() -> Iterator[Linked]:
    link, readers = open_link("/nowhere")
    yield link, readers
    for fd in (*link.fds, *readers):
        os.close(fd)


def test_a_message_is_one_line_with_its_time(linked: Linked) -> None:
    link, readers = linked

    link.say("running", pid=12)

    line = os.read(readers[2], 1 << 16).decode()
    message = json.loads(line[1:])
    assert line[0] + line[-1] == "=\n"
    assert isinstance(message.pop("at_ns"), int)
    assert message == {"event": "running", "pid": 12}


def test_a_long_message_comes_in_pieces_that_the_system_keeps_whole(linked: Linked) -> None:
    link, readers = linked
    text = "é\n" * 3_000

    link.say("returned", value=text)

    lines = os.read(readers[2], 1 << 20).decode().splitlines(keepends=True)
    assert len(lines) > 1
    assert {line[0] for line in lines[:-1]} == {"+"}
    assert lines[-1][0] == "="
    assert max(len(line.encode()) for line in lines) <= select.PIPE_BUF
    assert json.loads("".join(line[1:-1] for line in lines))["value"] == text


def test_a_stamp_names_stream_length_and_time(linked: Linked) -> None:
    link, readers = linked

    link.stamp(2, 10, 123_456)

    assert os.read(readers[2], 100) == b"~2 10 123456\n"


def test_nobody_listening_is_not_the_targets_trouble() -> None:
    link, readers = open_link("/nowhere")
    for fd in readers:
        os.close(fd)

    link.say("running")
    link.stamp(1, 2, 3)

    link.close()


def test_what_a_target_returned_is_told(linked: Linked) -> None:
    link, readers = linked

    with link.reporting() as outcome:
        outcome.returned = (1, "a")

    running, returned = _messages(readers[2])
    assert (running["event"], running["thread"]) == ("running", threading.get_ident())
    assert (returned["event"], plain.decode(returned["value"])) == ("returned", (1, "a"))


def test_what_a_target_raised_is_told_and_goes_on_its_way(linked: Linked) -> None:
    link, readers = linked

    with pytest.raises(KeyError), link.reporting():
        raise KeyError("a")

    _, told = _messages(readers[2])
    assert (told["event"], told["type"], told["message"]) == ("raised", "KeyError", "'a'")


def test_even_the_wish_to_exit_is_told(linked: Linked) -> None:
    link, readers = linked

    with pytest.raises(SystemExit), link.reporting():
        sys.exit(3)

    _, told = _messages(readers[2])
    assert (told["event"], told["type"], told["message"]) == ("raised", "SystemExit", "3")


class Odd(ValueError):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_an_exception_has_the_names_of_all_its_bases() -> None:
    told = raised(Odd())

    assert told["type"] == "Odd"
    assert told["types"] == [
        *("Odd", f"{__name__}.Odd"),
        *("ValueError", "builtins.ValueError"),
        *("Exception", "builtins.Exception"),
        *("BaseException", "builtins.BaseException"),
    ]


def test_an_exception_that_has_no_text_is_told_by_its_repr() -> None:
    assert raised(Odd())["message"] == "Odd()"


def test_an_exceptions_text_is_bounded() -> None:
    assert raised(ValueError("x" * (plain.MAX_TEXT + 1)))["message"] == (
        "x" * plain.MAX_TEXT + "... [1 more characters]"
    )


def test_an_exception_tells_the_first_line_that_is_not_ours() -> None:
    def target() -> None:
        [][0]  # the line

    try:
        target()
    except IndexError as error:
        told = raised(error)
        line = error.__traceback__.tb_lineno if error.__traceback__ else None

    # The call in this very test: the traceback goes from here on down.
    assert told["where"] == f"{__file__}:{line}"


def test_an_exception_that_was_never_raised_is_nowhere() -> None:
    assert raised(ValueError())["where"] is None


def test_an_attached_process_writes_to_its_link_whatever_way_it_writes() -> None:
    told = python(
        """
        import os, subprocess, sys
        from engine.stage.link import open_link

        outside = os.fdopen(os.dup(1), "w")
        link, readers = open_link("/nowhere")
        link.attach()
        print("by print", flush=True)
        os.write(1, b"by descriptor\\n")
        subprocess.run(["echo", "by a child"])
        print("an error", file=sys.stderr)
        for reader in readers[:2]:
            print(os.read(reader, 1000), file=outside)
        print(link.fds[:2], file=outside, flush=True)
        """
    )

    assert told.splitlines() == [
        "b'by print\\nby descriptor\\nby a child\\n'",
        "b'an error\\n'",
        "(1, 2)",
    ]


def test_an_attached_process_keeps_no_other_descriptor_of_its_streams() -> None:
    """A reader sees the end as soon as 1 is closed."""
    told = python(
        """
        import os
        from engine.stage.link import open_link

        outside = os.fdopen(os.dup(1), "w")
        link, readers = open_link("/nowhere")
        link.attach()
        os.close(1)
        print(os.read(readers[0], 1000), file=outside, flush=True)
        os._exit(0)
        """
    )

    assert told == "b''\n"


def test_a_link_attached_twice_is_still_attached() -> None:
    told = python(
        """
        import os
        from engine.stage.link import open_link

        outside = os.fdopen(os.dup(1), "w")
        link, readers = open_link("/nowhere")
        link.attach()
        link.attach()
        print("once", flush=True)
        print(os.read(readers[0], 1000), file=outside, flush=True)
        """
    )

    assert told == "b'once\\n'\n"


def _messages(fd: int) -> list[dict[str, Any]]:
    return [json.loads(line[1:]) for line in os.read(fd, 1 << 16).decode().splitlines()]
