"""Find modules as an import would, without executing anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec, PathFinder


def find_spec(module: str, search_path: Sequence[str]) -> ModuleSpec | None:
    """The spec of ``module``, or None where there is no such module.

    ``importlib.util.find_spec`` would execute the packages above a dotted name.
    """
    if module == "os.path":  # The one module that is importable only because another one says so.
        module = os.path.__name__
    path: Sequence[str] | None = search_path
    spec = None
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        name = ".".join(parts[:depth])
        if depth == 1 and name in sys.builtin_module_names:
            spec = BuiltinImporter.find_spec(name)
        else:
            # By its last name: a package without an __init__ asks for the one above, which is not loaded.
            spec = PathFinder.find_spec(parts[depth - 1], path) or (
                FrozenImporter.find_spec(name) if depth == 1 else None
            )
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or ())
    return spec
