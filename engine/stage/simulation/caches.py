"""``functools.lru_cache`` as Python has it where there is no C: what it keeps can be copied for a forked process."""

from __future__ import annotations

import functools
import importlib.util
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

from .here import here
from .process import Process

_in_c: Callable[..., Any] = functools._lru_cache_wrapper


def wrapper_of(process: Process, function: Callable[..., Any], *given: Any) -> Any:
    """What ``lru_cache`` makes of a ``function``, with the limit and so on that it is given."""
    is_scenarios = here.world.life.library.owns(getattr(function, "__module__", None) or "")
    return (_in_python() if is_scenarios else _in_c)(function, *given)


@functools.lru_cache
def _in_python() -> Callable[..., Any]:
    """That function of ``functools``, which its own module replaces by one written in C as it is loaded."""
    spec: Any = importlib.util.find_spec("functools")
    module = importlib.util.module_from_spec(spec)
    in_c = sys.modules["_functools"]
    sys.modules["_functools"] = None  # type: ignore[assignment]
    try:
        spec.loader.exec_module(module)
    finally:
        sys.modules["_functools"] = in_c
    module._make_key = functools._make_key  # type: ignore[attr-defined]
    wrapper: Callable[..., Any] = module._lru_cache_wrapper
    wrapper.__code__ = _as_ours(wrapper.__code__)
    return wrapper


def _as_ours(code: CodeType) -> CodeType:
    """The same, as if it were written here: a traceback shows no line of it, as it shows none of what is written in
    C."""
    inner = tuple(_as_ours(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_filename=__file__, co_consts=inner)
