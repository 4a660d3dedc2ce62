"""What importing is for a target: the scenario's own modules are those of the process that runs."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from ...plan import CODE_MODULE
from . import here as place
from .library import Library, real_import
from .process import Process
from .refusal import NotSimulated
from .standard import is_standard


def _imported_for_all(
    name: str, globals: Mapping[str, Any] | None, locals: Mapping[str, Any] | None, fromlist: Sequence[str] | None
) -> ModuleType:
    if name in sys.modules:
        return real_import(name, globals, locals, fromlist or (), 0)
    try:
        if not is_standard(name):
            return real_import(name, globals, locals, fromlist or (), 0)
        # What a module of the standard library does as it is loaded, it does for all.
        with place.nobody():
            return real_import(name, globals, locals, fromlist or (), 0)
    finally:
        place.here.world.life.library.loaded.note()


def imported(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """What ``__import__`` is: the scenario's own modules are those of the process that runs."""
    process = place.process()
    if process is None:
        return real_import(name, globals, locals, fromlist or (), level)
    library: Library = place.here.world.life.library
    process = library.loaded.importing or process
    if not isinstance(name, str) or level < 0 or not (name or level):
        return real_import(name, globals, locals, fromlist or (), level)  # Which raises what that is.
    absolute = name
    if level:
        package = _package(globals or {})
        if not library.owns(package):
            return real_import(name, globals, locals, fromlist or (), level)
        absolute = importlib.util.resolve_name("." * level + name, package)
    if not library.owns(absolute):
        module = _imported_for_all(name, globals, locals, fromlist)
        if library.owns(str((globals or {}).get("__name__"))):
            library.note_import(name)
        return module
    module = library.load(process, absolute)
    if not fromlist:
        _, dot, rest = name.partition(".")
        return library.load(process, absolute[: -len(dot + rest)]) if dot else module
    if hasattr(module, "__path__"):
        _load_those_in(library, process, module, fromlist)
    return module


def _package(globals: Mapping[str, Any]) -> str:
    """That of who imports. Source: CPython, Lib/importlib/_bootstrap.py (``_calc___package__``)."""
    if (package := globals.get("__package__")) is not None:
        return str(package)
    if (spec := globals.get("__spec__")) is not None:
        return str(spec.parent)
    name = str(globals.get("__name__") or "")
    return name if "__path__" in globals else name.rpartition(".")[0]


def _load_those_in(
    library: Library, process: Process, package: ModuleType, names: Sequence[str], is_all: bool = False
) -> None:
    """Load what ``names`` are called in a package, as far as they are modules of its that it has not yet."""
    for name in names:
        if not isinstance(name, str):
            where = f"{package.__name__}.__all__" if is_all else "``from list''"
            raise TypeError(f"Item in {where} must be str, not {type(name).__name__}")
        if name == "*":
            if not is_all and hasattr(package, "__all__"):
                _load_those_in(library, process, package, package.__all__, is_all=True)
        elif not hasattr(package, name):
            _load_if_there(library, process, f"{package.__name__}.{name}")


def _load_if_there(library: Library, process: Process, name: str) -> None:
    try:
        library.load(process, name)
    except ModuleNotFoundError as error:
        if error.name != name or process.modules.get(name, error) is None:
            raise


def module_imported(process: Process, name: str, package: str | None = None) -> Any:
    """What ``importlib.import_module`` is."""
    library: Library = place.here.world.life.library
    is_relative = name.startswith(".") and isinstance(package, str) and package
    absolute = importlib.util.resolve_name(name, package) if is_relative else name
    if library.owns(absolute):
        return library.load(library.loaded.importing or process, absolute)
    try:
        module = _real_import_module(name, package)
    finally:
        library.loaded.note()
    library.note_import(module.__name__)
    return module


_real_import_module = importlib.import_module


def reloaded(process: Process, module: Any) -> Any:
    """What ``importlib.reload`` is."""
    if getattr(module, "__name__", None) == CODE_MODULE:
        raise NotSimulated("importlib.reload of the scenario's own code")
    return _real_reload(module)


_real_reload = importlib.reload
