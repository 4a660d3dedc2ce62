"""Remember on disk what took long to find out.

One file for each subject, in the user's own cache folder; an older finding on the same subject is replaced. What is
remembered holds only for just the same ``circumstances`` and the same engine. JSON, because a scenario's processes may
write to this folder as their user may, and the engine must not execute what they wrote. Losing it costs time and
nothing else, so whatever goes wrong with it is passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from functools import lru_cache
from typing import Any


def recall(subject: str, circumstances: str) -> Any:
    """What was remembered of ``subject`` in these ``circumstances``, or None."""
    try:
        with open(_path(subject), encoding="utf-8") as file:
            remembered = json.load(file)
        return remembered["found"] if remembered["circumstances"] == _digest(circumstances) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def remember(subject: str, circumstances: str, found: Any) -> None:
    """Keep ``found``, which is JSON-able."""
    path = _path(subject)
    unfinished = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump({"circumstances": _digest(circumstances), "found": found}, file)
        os.replace(unfinished, path)
    except (OSError, ValueError):
        pass


def _path(subject: str) -> str:
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(caches, "process-scenario-engine", f"{_hash(subject)}.json")


def _digest(circumstances: str) -> str:
    return _hash(f"{_engine()}\0{circumstances}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=1)
def _engine() -> str:
    """This very engine on this very Python: an edit of any of its files makes it another one."""
    here = os.path.dirname(__file__)
    edited = [
        f"{entry.path} {entry.stat().st_mtime_ns} {entry.stat().st_size}"
        for folder in (here, os.path.join(here, "scenario"), os.path.join(here, "primitives"))
        for entry in os.scandir(folder)
        if entry.name.endswith(".py")
    ]
    return "\0".join([sys.version, *sorted(edited)])
