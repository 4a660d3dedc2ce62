"""Which files are meant, and what the command line adds to them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import Position, Problem, ScenarioError

SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Settings:
    """What the command line adds to the files.

    ``defaults`` and ``forced`` are described in :func:`engine.scenario.variants.expand`. ``foreign`` says that another
    interpreter will run the scenarios.
    """

    defaults: Mapping[str, str] = field(default_factory=lambda: {"run_as": "process", "start_method": "fork"})
    forced: Mapping[str, str] = field(default_factory=dict)
    foreign: bool = False


def find_files(paths: Sequence[str]) -> list[str]:
    """The scenario files that ``paths`` mean: files as they are, of folders all below, in path order.

    Raises ScenarioError for a path that is not there, and for a folder without any.
    """
    files: list[str] = []
    problems = []
    for path in paths:
        if os.path.isdir(path):
            found = sorted(_files_below(path), key=lambda file: file.split(os.sep))
            if not found:
                problems.append(Problem(Position(path, 1, 1), "there is no .yaml or .yml file in this folder"))
            files += found
        elif os.path.exists(path):
            files.append(path)
        else:
            problems.append(Problem(Position(path, 1, 1), "there is no such file or folder"))
    if problems:
        raise ScenarioError(problems)
    return list(dict.fromkeys(files))


def _files_below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (os.path.join(parent, name) for name in names if name.endswith(SUFFIXES))


def read_bytes(file: str) -> bytes:
    """A file's content, or as much of it as shows that it is too long.

    Raises OSError where it cannot be read, or is no file but a device or a pipe, which may have no end.
    """
    if not stat.S_ISREG(os.stat(file).st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", file)
    with open(file, "rb") as stream:
        return stream.read(MAX_BYTES + 1)
