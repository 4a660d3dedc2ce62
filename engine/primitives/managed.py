"""What lives in a manager's process, seen whole."""

from __future__ import annotations

from multiprocessing.managers import BaseProxy


def contents(value: object) -> object:
    """``value`` with every proxy in it replaced by a copy of what it stands for."""
    if isinstance(value, BaseProxy):
        return contents(value._getvalue())
    if type(value) is dict:
        return {key: contents(item) for key, item in value.items()}
    if type(value) is list:
        return [contents(item) for item in value]
    if type(value) is tuple:
        return tuple(contents(item) for item in value)
    return value
