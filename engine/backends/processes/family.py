"""The processes of a run, and what only they have."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from ...stage import alarms, blocks, descendants
from . import kernel, sockets
from .calls import PROCESS, Moves, Wait

_TIMERS = frozenset({signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF})


class Family:
    """The processes of a run, and what only they have."""

    def __init__(self, root: int, folder: str, outside: Sequence[int]) -> None:
        self._folder = folder + os.sep
        self._named_by_others = _named_by_others(blocks.mark(folder))
        self._members = {*descendants.below(root)}
        self._foreign = {name for pid in outside for name in kernel.descriptors(pid)}
        self._peers: dict[int, int] | None = None
        self._own: set[str] | None = None

    def expect_help_only_from_within(self, waits: Sequence[Wait]) -> None:
        """Raises Moves if anybody else could end one of ``waits``."""
        for wait in waits:
            if not all(self._is_private(thing) for thing in wait.things):
                raise Moves
            if wait.kind == "poll" and not wait.things:  # Only a signal can end that.
                raise Moves
        for pid in {wait.thread.pid for wait in waits}:
            if kernel.catches(pid, _TIMERS) or alarms.is_set(self._folder, pid):
                raise Moves

    def _is_private(self, name: str | int) -> bool:
        """Whether nobody but members can do anything to what a descriptor is called, to a path, or to the file with
        this inode that memory is shared by."""
        if isinstance(name, int):
            return name not in self._named_by_others
        if name in self._foreign:
            return False
        if name.startswith("socket:"):
            return self._is_between_members(int(name[8:-1]))
        if name.startswith(PROCESS):
            pid = int(name.removeprefix(PROCESS))
            return pid == -1 or pid in self._members
        # A named pipe elsewhere may be opened by anybody; a terminal, a timer, a device moves by itself.
        return name.startswith(("pipe:", self._folder))

    def _is_between_members(self, inode: int) -> bool:
        if self._peers is None or self._own is None:
            self._peers = sockets.peers()
            self._own = {name for pid in self._members for name in kernel.descriptors(pid)} - self._foreign
        if inode in self._peers:
            return f"socket:[{self._peers[inode]}]" in self._own
        # It has no other end (yet): others could only come through a name.
        return kernel.socket_path(inode).startswith(self._folder)


def _named_by_others(mark: str) -> set[int]:
    """The inodes of what is in shared memory under a name that is not ours: anybody could open that."""
    try:
        with os.scandir("/dev/shm") as entries:
            return {entry.inode() for entry in entries if mark not in entry.name}
    except OSError:
        return set()
