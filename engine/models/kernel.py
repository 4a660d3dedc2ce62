"""What the operating system knows: which processes live, and every pipe with those who hold an end of it open.

One model for both, so that a death and the end of file that it causes are one step. An endpoint is a pair: the number
of its pipe, and 0 or 1. Of a one-way pipe, 0 reads and 1 writes.
Source: CPython, Lib/multiprocessing/connection.py and popen_fork.py, the same from 3.10 to 3.13; pipe(7), unix(7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .channel import Channel
from .frames import Dump
from .messages import (
    INITIAL,
    Ending,
    Endpoint,
    Messages,
    State,
    far_end,
    look_at_sentinel,
    messages_left,
    sentinel_of,
    touch_ending,
    touch_holders,
    touch_life,
)
from .model import ADD, BLOCKED, NEED, READ, WRITE, Done, Operation, Raised, Step, Then, Touches
from .table import Table

TO_COME = "to come"
"""In the place of the exit code of who has been made, and is to be started later."""


class Kernel(Messages):
    """State: ``State``. At first there is the parent, process 0, and no pipe. ``dump`` and ``is_fine`` are as messages
    have them."""

    def __init__(self, dump: Dump = bytes, is_fine: bool = False) -> None:
        super().__init__(dump, is_fine)
        self._steps: dict[str, Callable[[State, int, Operation], Step]] = {
            name: getattr(self, f"_{name}")
            for name in (
                *("start", "begin", "come", "exit", "kill", "closes", "sentinel", "ends"),
                *("join", "await", "is_alive", "exitcode"),
                *("pipe", "send", "body", "wake", "recv", "go_on", "poll", "wait", "close", "offer", "accept"),
                *("refused", "fifo", "open", "opened", "idle", "witness"),
            )
        }

    def initial(self) -> State:
        return INITIAL

    def step(self, state: State, process: int, operation: Operation) -> Step:
        return self._steps[operation.name](state, process, operation)

    def final(self, state: State) -> object:
        """The messages that wait to be received, by endpoint; ``HALF`` for what is there of one."""
        return {end: messages_left(channel, self._dump) for end, channel in state.channels.items()}

    # Processes

    def _start(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: the child, the endpoints that it is given a copy of, None for all that the starter has, whether it
        comes later, by itself (until then nobody can do anything to it), and whether it holds its own sentinel."""
        child, given, *more = operation.arguments
        is_later, holds_sentinel = (*more, False, False)[:2]
        holders = state.holders
        for end in holders if given is None else given:
            if process in holders[end]:
                holders = holders.but(end, holders[end] | {child})
        if holds_sentinel:
            holders = holders.but(sentinel_of(child), frozenset((child,)))
        # The starter holds them all before and after, so nobody sees a difference there.
        lives = state.lives.but(child, TO_COME if is_later else None)
        return Done(
            State(lives, holders, state.channels, state.deaf, state.told, state.opens), None, touch_life(child, WRITE)
        )

    def _begin(self, state: State, process: int, operation: Operation) -> Step:
        """Argument: its starter, by all of whose doings it goes."""
        return Done(state, None, ())

    def _come(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state._replace(lives=state.lives.but(process, None)), None, touch_life(process, WRITE))

    def _exit(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: the exit code, and whether the moments of this end are told apart."""
        code, *is_told = operation.arguments
        if any(is_told):
            return _ending(state, process, code, is_closed=True)
        return _closed(state, process, code, _touch_all(process))

    def _kill(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: who, the exit code, and, if the moments of this death are told apart, whether what it holds is
        closed at once. Nothing happens to who has ended, or is to come."""
        victim, code, *is_closed = operation.arguments
        life = state.lives.get(victim, 0)
        if life is not None:
            # When in the course of its end a signal comes makes no difference.
            is_there = victim in state.lives and life != TO_COME
            return Done(state, None, (_touch_struck if is_there else touch_life)(victim, READ))
        if not is_closed:
            return _closed(state, victim, code, _touch_all(victim))
        return _ending(state, victim, code, *is_closed)

    def _closes(self, state: State, process: int, operation: Operation) -> Step:
        """The system closes what a process holds that takes no more steps, but for its sentinel. Argument: who."""
        (victim,) = operation.arguments
        ending = state.lives.get(victim)
        if not isinstance(ending, Ending):
            return BLOCKED
        return _closed(state, victim, ending._replace(is_closed=True), touch_ending(victim, WRITE), sentinel_of(victim))

    def _sentinel(self, state: State, process: int, operation: Operation) -> Step:
        """The system closes what a process that takes no more steps holds of its sentinel. Argument: who."""
        (victim,) = operation.arguments
        held = sentinel_of(victim)
        if not isinstance(state.lives.get(victim), Ending) or victim not in state.holders.get(held, ()):
            return BLOCKED
        left = state.holders.but(held, state.holders[held] - {victim})
        return Done(state._replace(holders=left), None, touch_holders(held, ADD))

    def _ends(self, state: State, process: int, operation: Operation) -> Step:
        """It can be reaped. Argument: who."""
        (victim,) = operation.arguments
        ending, held = state.lives.get(victim), sentinel_of(victim)
        if not isinstance(ending, Ending) or not ending.is_closed or victim in state.holders.get(held, ()):
            return BLOCKED
        ended = state._replace(lives=state.lives.but(victim, ending.code))
        return Done(ended, None, (*touch_life(victim, WRITE), *touch_ending(victim, READ), *touch_holders(held, READ)))

    def _join(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: the child, and whether to look, and never to wait. With a time limit it is the sentinel that is
        waited for, and then the child (popen_fork.py, ``wait``)."""
        child, *only_looks = operation.arguments
        is_over, touches = isinstance(state.lives[child], int), touch_life(child, READ)
        if operation.patience_s is None:
            return Done(state, True, touch_life(child, NEED)) if is_over else BLOCKED
        is_ready, looks = look_at_sentinel(state, child)
        if not is_ready:
            return Done(state, False, looks) if operation.is_late else BLOCKED
        if looks == touches:
            return Done(state, True, touches)
        # Two looks, of which the second one waits unless it must not.
        if any(only_looks):
            return Done(state, is_over, (*looks, *touches))
        return Then(state, Operation("join", (child,)), looks)

    def _await(self, state: State, process: int, operation: Operation) -> Step:
        numbers: Iterable[int] = operation.arguments
        if not all(isinstance(state.lives[number], int) for number in numbers):
            return BLOCKED
        return Done(state, None, tuple([(("life", number), NEED) for number in numbers]))

    def _idle(self, state: State, process: int, operation: Operation) -> Step:
        """Never goes on by what others do: only where nobody else can do anything."""
        return BLOCKED

    def _witness(self, state: State, process: int, operation: Operation) -> Step:
        """Look at all that another process has done until then. Argument: which one."""
        return Done(state, None, ())

    def _is_alive(self, state: State, process: int, operation: Operation) -> Step:
        (child,) = operation.arguments
        return Done(state, not isinstance(state.lives[child], int), touch_life(child, READ))

    def _exitcode(self, state: State, process: int, operation: Operation) -> Step:
        (child,) = operation.arguments
        life = state.lives[child]
        return Done(state, life if isinstance(life, int) else None, touch_life(child, READ))

    # Endpoints

    def _pipe(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: the number of the new pipe, and whether both of its ends send and receive."""
        number, is_duplex = operation.arguments
        ends = (number, 0), (number, 1)
        holders, channels = Table(state.holders), Table(state.channels)
        for end in ends:
            holders[end] = frozenset((process,))
            if is_duplex or end is ends[0]:
                channels[end] = Channel(is_duplex)
        made = state._replace(holders=holders, channels=channels)
        return Done(made, ends, ((("pipe", number), WRITE),))

    def _fifo(self, state: State, process: int, operation: Operation) -> Step:
        """A named pipe that nobody has open. Argument: its number."""
        (number,) = operation.arguments
        reads, writes = (number, 0), (number, 1)
        holders = state.holders.but(reads, frozenset()).but(writes, frozenset())
        channels = state.channels.but(reads, Channel(False))
        made = state._replace(holders=holders, channels=channels, opens=state.opens.but(reads, 0).but(writes, 0))
        return Done(made, None, ((("pipe", number), WRITE),))

    def _open(self, state: State, process: int, operation: Operation) -> Step:
        """Open one end of a named pipe (fifo(7)): blocks until the other one is, or was meanwhile."""
        (end,) = operation.arguments
        far = far_end(end)
        opened = state._replace(
            holders=state.holders.but(end, state.holders[end] | {process}),
            opens=state.opens.but(end, state.opens[end] + 1),
        )
        touches = ((("holders", end), WRITE), (("opens", end), WRITE), *_partner(far))
        if state.holders[far]:
            return Done(opened, None, touches)
        return Then(opened, Operation("opened", (end, state.opens[far])), touches)

    def _opened(self, state: State, process: int, operation: Operation) -> Step:
        end, count = operation.arguments
        far = far_end(end)
        if state.holders[far] or state.opens[far] > count:
            return Done(state, None, _partner(far))
        return BLOCKED

    def _close(self, state: State, process: int, operation: Operation) -> Step:
        (end,) = operation.arguments
        holders = state.holders[end]
        if process not in holders:
            return Done(state, None, ())
        return Done(state._replace(holders=state.holders.but(end, holders - {process})), None, touch_holders(end, ADD))

    def _offer(self, state: State, process: int, operation: Operation) -> Step:
        """Put an endpoint into a message. Arguments: the endpoint, and a number for this copy of it."""
        end, number = operation.arguments
        holders = state.holders[end]
        if process not in holders:
            return Raised(state, OSError("handle is closed"), ())
        offered = state.holders.but(end, holders | {(process, number)})
        return Done(state._replace(holders=offered), None, ((("offer", process, number), WRITE),))

    def _accept(self, state: State, process: int, operation: Operation) -> Step:
        """Take an endpoint from a message. Arguments: the endpoint, who has sent it, and the number of the copy.

        The sender is asked for it, and so has to be there.
        """
        end, sender, number = operation.arguments
        touches: Touches = (
            *(*touch_life(sender, READ), *touch_ending(sender, READ)),
            *((("offer", sender, number), WRITE), *touch_holders(end, WRITE)),
        )
        life = state.lives[sender]
        if life is None:
            taken = state.holders.but(end, (state.holders[end] - {(sender, number)}) | {process})
            return Done(state._replace(holders=taken), None, touches)
        if isinstance(life, Ending) and not life.is_closed and life.code < 0:
            return Then(state, Operation("refused", (sender,)), touches)  # Its socket is there, and nobody answers.
        code = life.code if isinstance(life, Ending) else life
        # Who ends by itself removes the folder in which others would find its socket.
        gone = FileNotFoundError(2, "No such file or directory")
        return Raised(state, ConnectionRefusedError(111, "Connection refused") if code < 0 else gone, touches)

    def _refused(self, state: State, process: int, operation: Operation) -> Step:
        """Hear that nobody will answer any more. Argument: who would have."""
        (sender,) = operation.arguments
        life = state.lives[sender]
        if isinstance(life, Ending) and not life.is_closed:
            return BLOCKED
        return Raised(state, ConnectionResetError(104, "Connection reset by peer"), touch_ending(sender, READ))


def _ending(state: State, process: int, code: int, is_closed: bool) -> Done:
    """``process`` takes no more steps. What it holds is closed at once, if ``is_closed`` and nobody can tell that from
    its sentinel."""
    touches = (*_touch_struck(process, WRITE), *touch_ending(process, WRITE))
    if is_closed and sentinel_of(process) not in state.holders:
        return _closed(state, process, Ending(code, True), touches)
    ending = state._replace(lives=state.lives.but(process, Ending(code, False)))
    return Done(ending, None, (*touch_life(process, READ), *touches))


def _closed(state: State, process: int, life: object, touches: Touches, left: Endpoint | None = None) -> Done:
    """All that ``process`` holds is closed, but for what is ``left``, and of its own life ``life`` is left."""
    held = [
        end for end, holders in state.holders.items() if end != left and any(_is_copy(one, process) for one in holders)
    ]
    holders = Table(state.holders) if held else state.holders
    for end in held:
        holders[end] = frozenset(one for one in holders[end] if not _is_copy(one, process))
    closed = State(state.lives.but(process, life), holders, state.channels, state.deaf, state.told, state.opens)
    return Done(closed, None, (*touches, *((("holders", end), ADD) for end in held)))


def _touch_struck(process: int, mode: int) -> Touches:
    """Whether ``process`` can still be ended by a signal."""
    return ((("struck", process), mode),)


def _touch_all(process: int) -> Touches:
    """``process`` ends in one step, for everybody."""
    return (*touch_life(process, WRITE), *_touch_struck(process, WRITE))


def _partner(end: Endpoint) -> Touches:
    return ((("holders", end), READ), (("opens", end), READ))


def _is_copy(holder: Any, process: int) -> bool:
    return bool(holder == process or (type(holder) is tuple and holder[0] == process))
