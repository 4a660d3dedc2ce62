"""What the kernel knows a primitive by: the semaphores, pipes, sockets and paths that it is made of.

So that whoever looks at a blocked process from outside can say which primitive it is that it waits for.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from . import proxies

_DEPTH = 5


class Handle(NamedTuple):
    """One such thing, of the primitive called ``name``.

    ``kind`` and ``key`` are: ``semaphore`` and its address in this process; ``descriptor`` and what Linux calls
    it (``pipe:[1234]``); ``path`` and itself; ``proxy`` and the function that its calls go through. ``part`` is the
    attribute it was found in, empty for the primitive itself. ``at`` is where in this process's memory a semaphore's
    Python object is, which counts what the process has taken of it.
    """

    kind: str
    key: str
    name: str
    part: str
    at: str


def handles(shared: Mapping[str, object]) -> list[Handle]:
    """The handles of all primitives. What several are made of belongs to the first of them."""
    found: dict[tuple[str, str], Handle] = {}
    for name, built in shared.items():
        ends = built if isinstance(built, tuple) else None
        named = {f"{name}[{index}]": end for index, end in enumerate(ends)} if ends else {name: built}
        for label, one in named.items():
            for kind, key, part, at in _parts(one, "", _DEPTH):
                # A one-way pipe is one thing with two ends.
                label = name if key.startswith("pipe:") else label
                found.setdefault((kind, key), Handle(kind, key, label, part, at))
    called = [Handle("proxy", function, name, "", "") for function, name in proxies.calls(shared).values()]
    return [*found.values(), *called]


def semaphores(things: Iterable[object]) -> list[tuple[str, str]]:
    """Of each semaphore in ``things``: its address in this process, and that of its Python object."""
    return [(key, at) for thing in things for kind, key, _, at in _parts(thing, "", _DEPTH) if kind == "semaphore"]


def _parts(thing: object, part: str, depth: int) -> Iterator[tuple[str, str, str, str]]:
    if isinstance(thing, str):
        if not part and os.path.isabs(thing):
            yield "path", thing, part, ""
        return
    kind = type(thing)
    if not kind.__module__.startswith(("multiprocessing.", "_multiprocessing", "socket", __name__.partition(".")[0])):
        return
    if kind.__name__ == "SemLock" and hasattr(thing, "handle"):
        yield "semaphore", str(thing.handle), part, str(id(thing))
    elif hasattr(thing, "fileno"):
        try:
            status = os.fstat(thing.fileno())
        except (OSError, ValueError):
            return
        word = "socket" if stat.S_ISSOCK(status.st_mode) else "pipe"
        yield "descriptor", f"{word}:[{status.st_ino}]", part, ""
    elif depth:
        for attribute, value in list(getattr(thing, "__dict__", {}).items()):
            deeper = part if attribute == "_semlock" else f"{part}.{attribute}".lstrip(".")
            yield from _parts(value, deeper, depth - 1)
