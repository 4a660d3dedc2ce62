"""How a process begins: forked, with all that it needs in its memory, or in another way, and then it unpickles that.

Until it has, it is nobody's child: modules that it imports meanwhile find a main process that has the child's name.
What ends it there is told as of a program, or not at all.

Source: CPython, Lib/multiprocessing/spawn.py (``prepare``, ``_main``), forkserver.py (``main``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import greenlet

from ...plan import StartMethod
from . import complaints, output
from .ending import exit_at_once, say
from .objects.shared_memory import Block
from .process import STDERR, Process
from .refusal import NotSimulated


def begun(process: Process, take: Callable[[], Any], start_method: StartMethod) -> Any:
    """What ``process`` was started with, which ``take`` gives."""
    if start_method == "fork":
        return take()
    identity, config = process.identity, process.config
    process.has_begun, process.identity = False, ()
    process.config = {"authkey": config["authkey"]} if "authkey" in config else {}
    try:
        given = take()
    except (greenlet.GreenletExit, NotSimulated):
        raise
    except BaseException as error:
        if start_method == "forkserver":
            _end_in_server(process, error)
        raise
    if process.handle is not None:
        del process.handle._inheriting
    process.has_begun, process.identity, process.config = True, identity, config
    process.handle, process.made = None, 0
    return given


def opening(blocks: Iterable[Block], take: Callable[[], Any]) -> Callable[[], Any]:
    """``take``, where that opens ``blocks``, each by its name."""

    def taken() -> Any:
        for block in blocks:
            block.open()
        return take()

    return taken


def _end_in_server(process: Process, error: BaseException) -> None:
    """The fork server ends its copy of itself by the back door, and what was printed is lost; it tells of what is an
    Exception, and of nothing else."""
    if isinstance(error, Exception):
        say(process, complaints.complaint(None, error))
        output.flush(process, STDERR)
    exit_at_once(process, 1)
