"""Logging: its loggers, levels and handlers are each simulated process's own."""

from __future__ import annotations

import logging
from typing import Any

from .surroundings import Belonging

_NAMES = ("root", "_loggerClass", "_logRecordFactory", "_levelToName", "_nameToLevel")
"""But not in what order handlers are closed at the end: that is done where nobody is left."""

_Kept = tuple[logging.Manager, tuple[Any, ...]]
"""What knows all loggers, and the variables of ``logging``. A plain tuple, so that a copy of it is one of all that is
in it."""


def _take() -> _Kept:
    return logging.Logger.manager, tuple(getattr(logging, name) for name in _NAMES)


def _put(kept: _Kept) -> None:
    manager, variables = kept
    logging.Logger.root, logging.Logger.manager = manager.root, manager
    for name, value in zip(_NAMES, variables, strict=True):
        setattr(logging, name, value)


def _new(common: _Kept) -> _Kept:
    """In which there are no loggers yet: those that modules of the standard library have made are not in it."""
    _, (_, logger_class, record, names, levels) = common
    root = logging.RootLogger(logging.WARNING)
    return logging.Manager(root), (root, logger_class, record, {**names}, {**levels})


LOGGING = Belonging(_take, _put, _new)

USED_BY = (
    "getLogger basicConfig disable addLevelName setLoggerClass setLogRecordFactory debug info warning error exception "
    "critical log"
)
"""The functions of ``logging`` that find or change something of that."""
