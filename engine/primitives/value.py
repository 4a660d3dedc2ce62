"""``multiprocessing.Value``: one C value in shared memory."""

from __future__ import annotations

from typing import Any

from .primitive import Parameter, Primitive, Site


class Value(Primitive):
    """A number (or one character) in shared memory, guarded by a lock that ``get_lock()`` returns.

    Reading and writing ``.value`` each take the lock; ``.value += 1`` is one of each, and not atomic.
    Final value: the number.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Value
    """

    parameters = (
        Parameter(
            "typecode", str, ..., "A type code of the `array` module (`i`, `d`, ...) or a type of `ctypes` (`c_int`)."
        ),
        Parameter("value", Any, 0, "What it holds at first."),
        Parameter("lock", Any, True, "True for a lock of its own, false for none, or a reference to a Lock or RLock."),
    )

    def build(self, site: Site, typecode: str, value: Any, lock: Any) -> Any:
        return site.context.Value(_ctype(typecode), value, lock=lock)

    def final(self, built: Any) -> object:
        # Not built.value: it takes the lock, which a killed process may still hold.
        return getattr(built, "_obj", built).value


def _ctype(name: str) -> Any:
    """The type that ``name`` means: a type code is taken as it is."""
    if len(name) == 1:
        return name
    import ctypes

    return getattr(ctypes, name.removeprefix("ctypes."))


PRIMITIVE = Value
