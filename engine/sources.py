"""The files that a plan's targets are made of, found without executing anything."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any, NamedTuple

from .modules import find_spec
from .plan import CODE_MODULE, Plan

MAX_LENGTH = 1 << 18
"""How much of Python is looked into: a megabyte of it becomes hundreds of megabytes of a syntax tree."""


class File(NamedTuple):
    """``name`` is how the scenario's folder leads to it, or, of what is installed, the folder of its package."""

    name: str
    path: str


def files(plan: Plan) -> list[File]:
    """The files of the modules that targets are in, and of those in the scenario's folders that these, or ``code``,
    import, and so on. What only running them would tell (``importlib.import_module``) is not among them."""
    PathFinder.invalidate_caches()
    found: dict[str, File | None] = {}
    pending = list(_imported(plan.code.source, "", False)) if plan.code else []
    calls = [*(process.call for process in plan.processes), plan.before, plan.after]
    targets = dict.fromkeys(call.module for call in calls if call is not None and call.module != CODE_MODULE)
    for module in targets:
        for name in _with_packages(module):
            found[name] = file = _found(name, plan, is_installed=True)
            pending += _imports(name, file)
    while pending:
        for name in _with_packages(pending.pop()):
            if name not in found:
                found[name] = file = _found(name, plan, is_installed=False)
                pending += _imports(name, file)
    return sorted(file for file in found.values() if file is not None)


def _with_packages(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _found(module: str, plan: Plan, is_installed: bool) -> File | None:
    """``module`` in the scenario's folders, or also ``is_installed`` elsewhere."""
    if module.partition(".")[0] in sys.stdlib_module_names:
        return None
    path = _python(find_spec(module, plan.search_path))
    if path is not None:
        return File(os.path.relpath(path, os.path.dirname(plan.file)), path)
    path = _python(find_spec(module, sys.path)) if is_installed else None
    if path is None:
        return None
    depth = module.count(".") + 1 + (os.path.basename(path) == "__init__.py")
    return File(os.path.join(*path.split(os.sep)[-depth:]), path)


def _python(spec: ModuleSpec | None) -> str | None:
    return spec.origin if spec is not None and spec.origin is not None and spec.origin.endswith(".py") else None


def _imports(module: str, file: File | None) -> Iterator[str]:
    if file is None:
        return iter(())
    return _imported(read(file.path), module, os.path.basename(file.path) == "__init__.py")


def _imported(source: str | bytes, module: str, is_package: bool) -> Iterator[str]:
    """What ``source`` imports, and names in that which may be modules, too."""
    tree = _parsed(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            kept = parts[: len(parts) - node.level + is_package] if node.level else []
            base = ".".join([*kept, *([node.module] if node.module else [])])
            yield from filter(None, [base, *(f"{base}.{alias.name}" for alias in node.names if base)])


def read(path: str) -> bytes:
    """The file's source; nothing where it cannot be read, which is what importing it would come to."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def meaning(source: str | bytes) -> object:
    """``source`` without its comments and layout; as it stands where this Python cannot read it, or it is too long."""
    tree = _parsed(source)
    if tree is not None:
        return _shape(tree)
    return source if isinstance(source, str) else source.decode("latin-1")


def _parsed(source: str | bytes) -> ast.Module | None:
    if len(source) > MAX_LENGTH:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python says what it has to say of it when it is run.
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _shape(node: Any) -> object:
    # Not ``ast.dump``, whose text is another one in another version of Python.
    if isinstance(node, list):
        return [_shape(item) for item in node]
    if not hasattr(node, "_fields"):
        return repr(node)
    fields = [(name, getattr(node, name, None)) for name in node._fields]
    return [type(node).__name__, *([name, _shape(value)] for name, value in fields if value not in (None, []))]
