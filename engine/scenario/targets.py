"""Find the functions that targets name, without running any of their code."""

from __future__ import annotations

import ast
import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from ..modules import find_spec
from ..plan import CODE_MODULE, Code
from ..words import near
from .tree import Document, Mark

_BLOCK_SCALAR = re.compile(r"(?:[&!]\S*\s+)*[|>]")
MAX_CODE = 1 << 18
"""Characters of Python that are looked into: a megabyte of it becomes hundreds of megabytes of a syntax tree."""

_DYNAMIC = {"exec", "globals", "locals", "setattr", "vars"}


@dataclass(frozen=True)
class Target:
    """A function by name; ``folder`` is where its module is found, if not on the interpreter's own path."""

    module: str
    name: str
    folder: str | None = None

    @property
    def is_in_code(self) -> bool:
        return self.module == CODE_MODULE


class TargetProblem(Exception):
    """What is wrong with a target; its text is for the scenario's author."""


def code_of(document: Document, source: str, mark: Mark) -> Code:
    """The scenario's code with the line of the file on which its first line stands."""
    first = mark.line + 1 if _is_block(document, mark) else mark.line
    return Code(source, os.path.abspath(document.file), first + 1)


def syntax_error_mark(document: Document, code: Code, mark: Mark, error: SyntaxError) -> Mark:
    """Where in the file ``error``, met in ``code``, is; the place of the code where that cannot be said."""
    source_lines = code.source.splitlines()
    if not error.lineno or error.lineno > len(source_lines):
        return mark
    if _is_block(document, mark):
        line, start = code.line - 1 + error.lineno - 1, 0
    elif len(source_lines) == 1:
        line, start = mark.line, mark.column
    else:
        return mark
    indent = document.lines[line].find(source_lines[error.lineno - 1], start) if line < len(document.lines) else -1
    return Mark(line, indent + max(0, (error.offset or 1) - 1)) if indent >= 0 else mark


def _is_block(document: Document, mark: Mark) -> bool:
    """Whether a scalar is written as a block, whose lines are lines of the file."""
    return bool(_BLOCK_SCALAR.match(document.lines[mark.line][mark.column :]))


def find(target: str, code: Code | None, folder: str, working_folder: str, foreign: bool) -> Target:
    """The function that ``target`` names.

    ``folder`` is the scenario's. ``foreign`` says that the scenario will run on another interpreter, whose own packages
    cannot be looked for here. Raises TargetProblem where there is no such thing, SyntaxError for ``code`` that has one.
    """
    place, colon, name = target.rpartition(":")
    if not all(part.isidentifier() for part in name.split(".")):
        raise TargetProblem(f'"{target}" is no target: it is function, file.py:function or package.module:function')
    if not colon:
        if code is None:
            raise TargetProblem(f'the target "{name}" is looked for in "code", and there is none')
        _require(name, defined_names(code.source), "the code")
        return Target(CODE_MODULE, name)
    if place.endswith(".py"):
        return _in_file(place, name, folder, (folder, working_folder))
    return _in_module(place, name, (folder, working_folder), foreign)


def _in_file(place: str, name: str, folder: str, folders: Sequence[str]) -> Target:
    path = os.path.join(folder, place)
    if not os.path.isfile(path):
        raise TargetProblem(f'there is no file "{place}" beside the scenario{near(place, _python_files(folder))}')
    module = os.path.basename(place).removesuffix(".py")
    if module in sys.stdlib_module_names:
        raise TargetProblem(
            f'"{place}" has the name of a module of Python\'s own, which would be imported in its place'
        )
    if module == CODE_MODULE:
        raise TargetProblem(f'"{place}" has the name under which the scenario\'s own code is imported')
    hiding = next((found for earlier in folders if (found := _module_file(module, earlier))), path)
    if not os.path.samefile(hiding, path):
        raise TargetProblem(f'"{place}" is hidden by {hiding}, which would be imported in its place')
    _require(name, _names_in_file(path), place)
    return Target(module, name, os.path.abspath(os.path.dirname(path)))


def _in_module(place: str, name: str, folders: Sequence[str], foreign: bool) -> Target:
    if not all(part.isidentifier() for part in place.split(".")):
        raise TargetProblem(f'"{place}" is neither a file (workers.py) nor a module (package.module)')
    path = next((found for folder in folders if (found := _module_file(place, folder))), None)
    if path is not None:
        _require(name, _names_in_file(path), place)
    elif not foreign:
        spec = find_spec(place, sys.path)
        if spec is None:
            raise TargetProblem(f'there is no module "{place}"')
        if spec.origin and spec.origin.endswith(".py"):
            _require(name, _names_in_file(spec.origin), place)
    return Target(place, name)


def _require(name: str, names: frozenset[str] | None, where: str) -> None:
    first = name.partition(".")[0]
    if names is not None and first not in names:
        raise TargetProblem(f'there is no function "{first}" in {where}{near(first, names)}')


def _python_files(folder: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder or ".") if name.endswith(".py")]
    except OSError:
        return []


def _module_file(module: str, folder: str) -> str | None:
    base = os.path.join(folder, *module.split("."))
    for path in (f"{base}.py", os.path.join(base, "__init__.py")):
        if os.path.isfile(path):
            return path
    return None


def _names_in_file(path: str) -> frozenset[str] | None:
    return _names_in_version(path, os.stat(path).st_mtime_ns)


@lru_cache(maxsize=256)
def _names_in_version(path: str, _mtime_ns: int) -> frozenset[str] | None:
    with open(path, "rb") as file:
        try:
            return defined_names(file.read())
        except (SyntaxError, ValueError) as error:
            place = f":{error.lineno}:{error.offset}" if isinstance(error, SyntaxError) else ""
            message = error.msg if isinstance(error, SyntaxError) else str(error)
            raise TargetProblem(f"{path}{place}: it is not Python: {message}") from None


def check(source: str) -> None:
    """Raise SyntaxError where ``source`` is not Python: of some errors, such as a ``break`` outside of every loop, only
    ``compile`` tells. Nothing of it is run."""
    if len(source) > MAX_CODE:
        return
    with _compiling():
        tree = ast.parse(source)
        try:
            compile(tree, "code", "exec", dont_inherit=True)
        except SyntaxError as error:
            # What parses counts characters, what comes after it counts bytes.
            line = "".join(source.splitlines()[(error.lineno or 1) - 1 :][:1])
            if error.offset:
                error.offset = len(line.encode()[: error.offset - 1].decode(errors="ignore")) + 1
            raise


@contextmanager
def _compiling() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # What Python has to say of the code it says when the code is run.
            yield
    except (RecursionError, MemoryError, ValueError) as error:
        raise SyntaxError(str(error) or "too deeply nested", ("code", 1, 1, "")) from None


@lru_cache(maxsize=256)
def defined_names(source: str | bytes) -> frozenset[str] | None:
    """The names that a module binds at its top level; None where only running it could tell.

    Raises SyntaxError as ``compile`` does.
    """
    if len(source) > MAX_CODE:
        return None
    with _compiling():
        tree = ast.parse(source)
    names = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    for node in _top_level(tree.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            if node.name == "*":
                return None
            names.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.Name):
            if node.id in _DYNAMIC and isinstance(node.ctx, ast.Load):
                return None
            if isinstance(node.ctx, ast.Store):
                names.add(node.id)
    return None if "__getattr__" in names else frozenset(names)


def _top_level(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))
