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
from .messages import INITIAL, Endpoint, Messages, State, far_end, messages_left, touch_holders, touch_life
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
                *("start", "begin", "come", "exit", "kill", "join", "await", "is_alive", "exitcode"),
                *("pipe", "send", "body", "wake", "recv", "go_on", "poll", "wait", "close", "offer", "accept"),
                *("fifo", "open", "opened", "idle", "witness"),
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
        """Arguments: the child, the endpoints that it is given a copy of, None for all that the starter has, and
        whether it comes later, by itself: until then nobody can do anything to it."""
        child, given, *later = operation.arguments
        holders = state.holders
        for end in holders if given is None else given:
            if process in holders[end]:
                holders = holders.but(end, holders[end] | {child})
        # The starter holds them all before and after, so nobody sees a difference there.
        lives = state.lives.but(child, TO_COME if any(later) else None)
        return Done(
            State(lives, holders, state.channels, state.deaf, state.told, state.opens), None, touch_life(child, WRITE)
        )

    def _begin(self, state: State, process: int, operation: Operation) -> Step:
        """Argument: its starter, by all of whose doings it goes."""
        return Done(state, None, ())

    def _come(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state._replace(lives=state.lives.but(process, None)), None, touch_life(process, WRITE))

    def _exit(self, state: State, process: int, operation: Operation) -> Step:
        (code,) = operation.arguments
        return self._died(state, process, code)

    def _kill(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: who, and the exit code. Nothing happens to who has ended, or is to come."""
        victim, code = operation.arguments
        if state.lives.get(victim, 0) is not None:
            return Done(state, None, touch_life(victim, READ))
        return self._died(state, victim, code)

    def _died(self, state: State, process: int, code: int) -> Step:
        held = [end for end, holders in state.holders.items() if any(_is_copy(one, process) for one in holders)]
        holders = Table(state.holders) if held else state.holders
        for end in held:
            holders[end] = frozenset(one for one in holders[end] if not _is_copy(one, process))
        died = State(state.lives.but(process, code), holders, state.channels, state.deaf, state.told, state.opens)
        return Done(died, None, (*touch_life(process, WRITE), *((("holders", end), ADD) for end in held)))

    def _join(self, state: State, process: int, operation: Operation) -> Step:
        (child,) = operation.arguments
        if state.lives[child] is not None:
            return Done(state, True, touch_life(child, NEED if operation.patience_s is None else READ))
        return Done(state, False, touch_life(child, READ)) if operation.is_late else BLOCKED

    def _await(self, state: State, process: int, operation: Operation) -> Step:
        numbers: Iterable[int] = operation.arguments
        if any(state.lives[number] in (None, TO_COME) for number in numbers):
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
        return Done(state, state.lives[child] is None, touch_life(child, READ))

    def _exitcode(self, state: State, process: int, operation: Operation) -> Step:
        (child,) = operation.arguments
        return Done(state, state.lives[child], touch_life(child, READ))

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
        touches: Touches = (*touch_life(sender, READ), (("offer", sender, number), WRITE), *touch_holders(end, WRITE))
        code = state.lives[sender]
        if code is None:
            taken = state.holders.but(end, (state.holders[end] - {(sender, number)}) | {process})
            return Done(state._replace(holders=taken), None, touches)
        # Who ends by itself removes the folder in which others would find its socket.
        gone = FileNotFoundError(2, "No such file or directory")
        return Raised(state, ConnectionRefusedError(111, "Connection refused") if code < 0 else gone, touches)


def _partner(end: Endpoint) -> Touches:
    return ((("holders", end), READ), (("opens", end), READ))


def _is_copy(holder: Any, process: int) -> bool:
    return bool(holder == process or (type(holder) is tuple and holder[0] == process))
