"""What the kernel does, one step after the other."""

from __future__ import annotations

from typing import Any

import pytest

from engine.models.kernel import Kernel
from engine.models.messages import HALF, Ending, State
from engine.models.model import BLOCKED, NEED, Done, Operation, Raised, Step, Then, conflict

READER, WRITER = (1, 0), (1, 1)


def after(*moves: tuple[int, Operation], is_fine: bool = False) -> State:
    """The state after these moves, none of which is blocked or goes on."""
    kernel = Kernel(is_fine=is_fine)
    state = kernel.initial()
    for process, operation in moves:
        step = kernel.step(state, process, operation)
        assert step != BLOCKED
        state = step.state  # type: ignore[union-attr]
    return state


def pipe(is_duplex: bool = False) -> tuple[int, Operation]:
    return 0, Operation("pipe", (1, is_duplex))


def start(child: int, *ends: Any) -> tuple[int, Operation]:
    return 0, Operation("start", (child, ends or None))


def test_a_child_that_is_forked_holds_all_that_its_parent_holds() -> None:
    state = after(pipe(), start(1), (0, Operation("close", (READER,))), start(2))

    assert state.holders == {READER: {1}, WRITER: {0, 1, 2}}


def test_a_child_that_is_spawned_holds_what_it_is_given() -> None:
    assert after(pipe(), start(1, WRITER)).holders == {READER: {0}, WRITER: {0, 1}}


def test_who_ends_lets_go_of_everything_and_is_told_of_its_code() -> None:
    kernel, state = Kernel(), after(pipe(), start(1), (1, Operation("exit", (3,))))

    assert state.holders == {READER: {0}, WRITER: {0}}
    assert kernel.step(state, 0, Operation("join", (1,))) == Done(state, True, ((("life", 1), NEED),))
    assert kernel.step(state, 0, Operation("exitcode", (1,))) == Done(state, 3, ((("life", 1), 0),))
    assert kernel.step(state, 0, Operation("is_alive", (1,))) == Done(state, False, ((("life", 1), 0),))


def test_join_waits_for_the_end_or_until_its_time_is_over() -> None:
    kernel, state = Kernel(), after(start(1))

    assert kernel.step(state, 0, Operation("join", (1,))) is BLOCKED
    assert kernel.step(state, 0, Operation("join", (1,), 1, True)) == Done(state, False, ((("life", 1), 0),))
    assert kernel.step(state, 0, Operation("await", (1,))) is BLOCKED


def test_await_waits_for_all() -> None:
    kernel = Kernel()
    one_left = after(start(1), start(2), (1, Operation("exit", (0,))))
    none_left = after(start(1), start(2), (1, Operation("exit", (0,))), (0, Operation("kill", (2, -9))))

    assert kernel.step(one_left, 0, Operation("await", (1, 2))) is BLOCKED
    assert kernel.step(none_left, 0, Operation("await", (1, 2))) == Done(
        none_left, None, ((("life", 1), NEED), (("life", 2), NEED))
    )


def test_who_has_ended_cannot_be_killed() -> None:
    state = after(start(1), (1, Operation("exit", (0,))))

    step = Kernel().step(state, 0, Operation("kill", (1, -9)))

    assert isinstance(step, Done)
    assert step.state is state


LOOK = Operation("join", (1, True), 0.0, True)


def test_who_was_sent_a_signal_lives_and_holds_all_until_that_is_closed_and_can_then_be_reaped() -> None:
    kernel = Kernel()
    sent = after(pipe(), start(1, WRITER), (0, Operation("kill", (1, -15, False))))
    closed = kernel.step(sent, 1, Operation("closes", (1,))).state  # type: ignore[union-attr]
    ended = kernel.step(closed, 1, Operation("ends", (1,))).state  # type: ignore[union-attr]

    assert kernel.step(sent, 1, Operation("ends", (1,))) is BLOCKED
    assert [state.holders[WRITER] for state in (sent, closed, ended)] == [{0, 1}, {0}, {0}]
    assert [told(kernel.step(state, 0, Operation("exitcode", (1,)))) for state in (sent, closed, ended)] == [
        *(None, None, -15)
    ]
    assert [told(kernel.step(state, 0, Operation("is_alive", (1,)))) for state in (sent, closed, ended)] == [
        *(True, True, False)
    ]
    assert [kernel.step(state, 0, Operation("join", (1,))) is BLOCKED for state in (sent, closed, ended)] == [
        *(True, True, False)
    ]


def test_a_sentinel_is_ready_when_nobody_holds_it_any_more_and_a_process_may_be_reaped_before_that() -> None:
    kernel, waiting = Kernel(), Operation("wait", (1,))
    started = after((0, Operation("start", (1, (), False, True))), (1, Operation("start", (2, None))))
    ending = after_all(started, (1, "exit", 3, True), (1, "closes", 1))
    reaped = after_all(ending, (1, "sentinel", 1), (1, "ends", 1))
    ready = after_all(reaped, (2, "exit", 0))

    assert kernel.step(ending, 1, Operation("ends", (1,))) is BLOCKED
    assert told(kernel.step(reaped, 0, Operation("exitcode", (1,)))) == 3
    assert told(kernel.step(reaped, 0, LOOK)) is False
    assert kernel.step(reaped, 0, waiting) is BLOCKED
    assert told(kernel.step(ready, 0, waiting)) == [1]
    assert told(kernel.step(ready, 0, LOOK)) is True


def test_join_with_a_limit_waits_for_the_sentinel_and_then_for_the_process() -> None:
    kernel = Kernel()
    held = after((0, Operation("start", (1, (), False, True))), (1, Operation("exit", (3, True))))
    ready = after_all(held, (1, "sentinel", 1))

    assert kernel.step(held, 0, Operation("join", (1, False), 1.0)) is BLOCKED
    assert told(kernel.step(held, 0, Operation("join", (1, False), 1.0, True))) is False
    assert kernel.step(ready, 0, Operation("join", (1, False), 1.0)) == Then(
        ready, Operation("join", (1,)), ((("holders", (-1, 1)), 0),)
    )
    assert told(kernel.step(ready, 0, LOOK)) is False


def test_of_several_signals_that_end_a_process_the_first_one_decides() -> None:
    state = after(start(1), (0, Operation("kill", (1, -15, False))), (0, Operation("kill", (1, -9, False))))

    assert state.lives[1] == Ending(-15, False)


def test_who_asks_a_sender_that_was_sent_a_signal_hears_that_it_is_gone_when_its_socket_is_closed() -> None:
    kernel = Kernel()
    sent = after(pipe(), start(1, WRITER), (1, Operation("offer", (WRITER, 7))), (0, Operation("kill", (1, -9, False))))
    asked = kernel.step(sent, 0, Operation("accept", (WRITER, 1, 7)))

    assert isinstance(asked, Then)
    assert kernel.step(asked.state, 0, asked.operation) is BLOCKED
    answer = kernel.step(after_all(sent, (1, "closes", 1)), 0, asked.operation)
    assert isinstance(answer, Raised)
    assert isinstance(answer.error, ConnectionResetError)


def after_all(state: State, *moves: tuple[Any, ...]) -> State:
    """The state after these moves of processes: their names and arguments."""
    for process, name, *arguments in moves:
        step = Kernel().step(state, process, Operation(name, tuple(arguments)))
        assert isinstance(step, Done)
        state = step.state
    return state


def told(step: Step) -> object:
    assert isinstance(step, Done)
    return step.result


def test_wait_takes_sentinels_and_endpoints() -> None:
    kernel, waiting = Kernel(), Operation("wait", (READER, 1))
    state = after(pipe(), start(1, WRITER))
    sent = after(pipe(), start(1, WRITER), (1, Operation("send", (WRITER, b"x", 5))))
    ended = after(pipe(), start(1, WRITER), (1, Operation("send", (WRITER, b"x", 5))), (1, Operation("exit", (0,))))

    assert kernel.step(state, 0, waiting) is BLOCKED
    assert kernel.step(sent, 0, waiting).result == [READER]  # type: ignore[union-attr]
    assert kernel.step(ended, 0, waiting).result == [READER, 1]  # type: ignore[union-attr]
    assert kernel.step(state, 0, waiting._replace(patience_s=0.0, is_late=True)).result == []  # type: ignore[union-attr]


def test_a_reader_may_be_killed_between_a_header_and_the_rest() -> None:
    sent = after(pipe(), (0, Operation("send", (WRITER, b"x" * 10, 14))))

    step = Kernel(is_fine=True).step(sent, 0, Operation("recv", (READER, None)))

    assert isinstance(step, Then)
    assert [(one.start, one.stop) for (one,) in step.state.channels[READER].segments] == [(4, 14)]
    assert isinstance(Kernel().step(sent, 0, Operation("recv", (READER, None))), Done)


def test_half_a_message_is_told_of_at_the_end() -> None:
    state = after(
        pipe(), (0, Operation("send", (WRITER, b"x", 5))), (0, Operation("send", (WRITER, b"y" * 70_000, 70_004)))
    )

    assert Kernel().final(state) == {READER: [b"x", HALF]}


@pytest.mark.parametrize(
    ("is_duplex", "size", "fit", "read"),
    # Measured: so many messages fit, and so many must be read before the next one does (Linux 6.18, x86-64). A socket
    # wakes its writer when three quarters are free, a pipe when a page is.
    [(True, 5, 278, 209), (True, 4000, 44, 34), (False, 100, 640, 40), (False, 1000, 64, 4), (False, 4096, 16, 1)],
)
def test_a_writer_that_sleeps_is_woken_when_there_is_room_enough(
    is_duplex: bool, size: int, fit: int, read: int
) -> None:
    send, receive = Operation("send", (WRITER, b"x" * (size - 4), size)), Operation("recv", (READER, None))
    kernel, state = Kernel(), after(pipe(is_duplex), *[(0, send)] * fit)
    step = kernel.step(state, 0, send)
    waiting = step.operation if isinstance(step, Then) else send

    count = 0
    while kernel.step(state, 0, waiting) is BLOCKED:
        state = after_receiving(kernel.step(state, 0, receive))
        count += 1

    assert count == read


def after_receiving(step: Step) -> State:
    assert isinstance(step, Done)
    state: State = step.state
    return state


def test_a_copy_that_is_on_its_way_keeps_an_end_open_until_it_has_arrived_or_its_sender_is_dead() -> None:
    sent = after(pipe(), start(1), (1, Operation("offer", (WRITER, 7))), (1, Operation("close", (WRITER,))))
    kernel = Kernel()

    assert sent.holders[WRITER] == {0, (1, 7)}
    taken = kernel.step(sent, 0, Operation("accept", (WRITER, 1, 7)))
    assert taken.state.holders[WRITER] == {0}  # type: ignore[union-attr]
    for code, error in ((0, FileNotFoundError), (-9, ConnectionRefusedError)):
        dead = kernel.step(sent, 0, Operation("kill", (1, code)))
        step = kernel.step(dead.state, 0, Operation("accept", (WRITER, 1, 7)))  # type: ignore[union-attr]
        assert isinstance(step, Raised)
        assert type(step.error) is error


def test_what_is_unrelated_does_not_conflict() -> None:
    kernel = Kernel()
    state = after(pipe(), (0, Operation("pipe", (2, False))), start(1, WRITER), start(2, (2, 1)), start(3), start(4))
    steps = [
        kernel.step(state, process, operation)
        for process, operation in (
            (1, Operation("send", (WRITER, b"x", 5))),
            (2, Operation("send", ((2, 1), b"x", 5))),
            (3, Operation("exit", (0,))),
            (4, Operation("exit", (0,))),
        )
    ]
    sent, sent_elsewhere, ended, ended_too = [step.touches for step in steps if isinstance(step, Done)]

    assert not conflict(sent, sent_elsewhere)
    assert not conflict(ended, ended_too)
    # Who sends and cannot read it himself may be the one who finds that nobody can.
    assert conflict(sent, ended)


def test_the_two_ends_of_a_pipe_that_is_not_empty_do_not_conflict() -> None:
    kernel, state = Kernel(), after(pipe(), start(1), start(2), (1, Operation("send", (WRITER, b"x", 5))))

    sent, received, seen = [
        kernel.step(state, process, operation)
        for process, operation in (
            (1, Operation("send", (WRITER, b"y", 5))),
            (2, Operation("recv", (READER, None))),
            (0, Operation("poll", (READER,))),
        )
    ]

    assert isinstance(sent, Done)
    assert isinstance(received, Done)
    assert isinstance(seen, Done)
    assert not conflict(sent.touches, received.touches)
    assert not conflict(sent.touches, seen.touches)
    assert conflict(received.touches, seen.touches)
