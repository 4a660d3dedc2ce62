"""Outlive the nursery, and tidy up what it can tidy up no more.

A nursery that is killed loses hold of its runs: whoever has moved to a session of its own would be nobody's. So it has
a guardian above it, which does nothing but wait for its end, and adopts what it leaves. When the nursery ends as it
should there is nothing left to do. A guardian that is killed first is not missed.
"""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import suppress

from . import blocks, descendants


def stand_guard(supervisor_fd: int, folder: str) -> None:
    """Return in a process of its own, the nursery; this one becomes its guardian and ends as it has ended.

    ``folder`` has those of its runs. ``supervisor_fd`` is left to the nursery, whose end must show there.
    """
    descendants.adopt_orphans()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nursery = os.fork()
    if nursery == 0:
        return
    os.close(supervisor_fd)
    _, status = os.waitpid(nursery, 0)
    descendants.end_all()
    remove(folder)
    exitcode = os.waitstatus_to_exitcode(status)
    if exitcode < 0:
        with suppress(OSError):
            signal.signal(-exitcode, signal.SIG_DFL)
        os.kill(os.getpid(), -exitcode)
    os._exit(exitcode)


def remove(folder: str) -> None:
    """Remove all that belongs to the runs that have their folders in ``folder``, and then that; if somebody else has
    removed it before, what the engine has made is still known by its name."""
    with suppress(OSError):
        for run in os.listdir(folder):
            with suppress(OSError):  # It is no folder.
                blocks.remove_left(os.path.join(folder, run))
    blocks.remove_marked(f"{os.path.basename(folder)}-")
    shutil.rmtree(folder, ignore_errors=True)
