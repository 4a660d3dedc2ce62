"""What importing is for a target: the scenario's own modules are those of the process that runs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from . import here as place
from .library import Library, real_import
from .process import Process
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
    if level:
        package = str((globals or {}).get("__package__") or "")
        if not library.owns(package):
            return real_import(name, globals, locals, fromlist or (), level)
        base = package.rsplit(".", level - 1)[0] if level > 1 else package
        name = f"{base}.{name}" if name else base
    if not library.owns(name):
        module = _imported_for_all(name, globals, locals, fromlist)
        if library.owns(str((globals or {}).get("__name__"))):
            library.note_import(name)
        return module
    module = library.load(process, name)
    if not fromlist:
        return library.load(process, name.partition(".")[0])
    for attribute in fromlist:
        if hasattr(module, "__path__") and not hasattr(module, attribute):
            _load_if_there(library, process, f"{name}.{attribute}")
    return module


def _load_if_there(library: Library, process: Process, name: str) -> None:
    try:
        library.load(process, name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise


def module_imported(process: Process, name: str, package: str | None = None) -> Any:
    """What ``importlib.import_module`` is."""
    library: Library = place.here.world.life.library
    if not name.startswith(".") and library.owns(name):
        return library.load(process, name)
    try:
        module = _real_import_module(name, package)
    finally:
        library.loaded.note()
    library.note_import(module.__name__)
    return module


_real_import_module = importlib.import_module
