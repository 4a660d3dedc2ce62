"""The scenario's own modules: found once, executed anew for each process that needs one of its own.

Processes share nothing, so each has its own copy of every module that can change; a module that cannot (it has only
functions and constants, and nothing in it assigns to a global or an attribute) is executed once for all. What is not
the scenario's own, such as the standard library, belongs to the interpreter and is shared by all.
"""

from __future__ import annotations

import builtins
import os
import sys
import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import PathFinder
from itertools import pairwise
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from ...plan import CODE_MODULE, Code
from . import here as place
from . import output
from .process import Process


class Source(NamedTuple):
    """A module's code; ``folder`` is where its submodules are, if it is a package."""

    code: CodeType
    file: str
    folder: str | None


class Library:
    """The modules in ``search_path``, and the one that is the scenario's own ``code``."""

    def __init__(self, code: Code | None, search_path: Sequence[str]) -> None:
        self._search_path = list(search_path)
        self._sources: dict[str, Source | None] = {}
        self._shared: dict[str, ModuleType | None] = {}
        self._targets: dict[tuple[str, str], Any] = {}
        self.importing: Process | None = None
        """The process in whose name something is pickled or unpickled, if not in that of the one that runs."""
        if code:
            compiled = compile("\n" * (code.line - 1) + code.source, code.file, "exec", dont_inherit=True)
            self._sources[CODE_MODULE] = Source(compiled, code.file, None)

    def owns(self, module: str) -> bool:
        """Whether ``module`` is the scenario's own. What is loaded already from elsewhere is not."""
        top = module.partition(".")[0]
        if top in self._sources:
            return self._sources[top] is not None
        if top in sys.modules or top in sys.stdlib_module_names:
            return False
        return self._source(top) is not None

    def is_constant(self, name: str) -> bool:
        """Whether the module called ``name`` never changes."""
        return self._shared.get(name) is not None

    def load(self, process: Process, name: str) -> ModuleType:
        """The module called ``name`` as ``process`` has it. Raises whatever importing it raises."""
        module = self._loaded(process, name)
        if self.importing is process:
            sys.modules[name] = module
        return module

    def _loaded(self, process: Process, name: str) -> ModuleType:
        found = process.modules.get(name)
        if found is not None:
            return found
        shared = self._shared.get(name)
        if shared is not None:
            process.modules[name] = shared
            return shared
        parent_name, _, last = name.rpartition(".")
        parent = self.load(process, parent_name) if parent_name else None
        source = self._source(name)
        if source is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        printed = output.printed(process)
        module = _executed(name, source, process)
        if name not in self._shared:
            is_silent = printed == output.printed(process)
            self._shared[name] = module if is_silent and _is_constant(module, source.code) else None
        if parent is not None:
            setattr(parent, last, module)
        return module

    def target(self, process: Process, module: str, path: str) -> Any:
        """The object that ``path`` names in a module. Raises ImportError or AttributeError where there is none."""
        known = self._targets.get((module, path))
        if known is not None:
            process.modules[module] = self._shared[module]  # type: ignore[assignment]
            return known
        found: Any = self.load(process, module) if self.owns(module) else _imported(module)
        for name in path.split("."):
            found = getattr(found, name)
        if self.is_constant(module):
            self._targets[module, path] = found
        return found

    def inherit(self, child: Process, parent: Process) -> dict[int, Any]:
        """Give ``child`` its copies of the modules of ``parent``, as fork does.

        Returns what became of the functions and classes in them, by the ids of the originals, for whatever else is to
        be copied (a memo of ``copy.deepcopy``).
        """
        own = []
        for name, module in parent.modules.items():
            if self._shared.get(name):
                child.modules[name] = module
            else:
                own.append((name, module))
        return self._copy(child, own) if own else {}

    def _copy(self, child: Process, own: list[tuple[str, ModuleType]]) -> dict[int, Any]:
        memo: dict[int, Any] = {}
        pairs: list[tuple[Any, Any]] = []
        child.is_muted = True
        for name, module in own:
            with place.acting_as(child):
                copy = self.load(child, name)
            memo[id(module)] = copy
            for key, value in vars(module).items():
                twin = vars(copy).get(key)
                if _is_twin(value, twin):
                    memo[id(value)] = twin
                    pairs.append((value, twin))
        child.is_muted = False
        for original, copy in list(pairs):
            _take_over(original, copy, memo)
        for name, module in own:
            mine, theirs = vars(child.modules[name]), vars(module)
            for key in mine.keys() - theirs.keys():
                del mine[key]
            for key, value in theirs.items():
                if not key.startswith("__"):
                    mine[key] = memo[id(value)] if id(value) in memo else copied(value, memo)
        return memo

    @contextmanager
    def visible(self, process: Process) -> Iterator[None]:
        """Have the modules of ``process`` where pickling looks for them, also those that it loads meanwhile."""
        hidden = {name: sys.modules.get(name) for name in process.modules}
        sys.modules.update(process.modules)
        before, self.importing = self.importing, process
        try:
            yield
        finally:
            self.importing = before
            for name in process.modules:
                module = hidden.get(name)
                if module is None:
                    sys.modules.pop(name, None)
                else:
                    sys.modules[name] = module

    def _source(self, name: str) -> Source | None:
        if name not in self._sources:
            self._sources[name] = self._found(name)
        return self._sources[name]

    def _found(self, name: str) -> Source | None:
        parent, _, _ = name.rpartition(".")
        path = self._search_path
        if parent:
            source = self._source(parent)
            if source is None or source.folder is None:
                return None
            path = [source.folder]
        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            return None
        with open(spec.origin, "rb") as file:
            code = compile(file.read(), spec.origin, "exec", dont_inherit=True)
        folder = os.path.dirname(spec.origin) if spec.submodule_search_locations is not None else None
        return Source(code, spec.origin, folder)


def _is_twin(value: Any, twin: Any) -> bool:
    """Whether ``twin`` is what the same lines of the module have made for another process."""
    return (
        isinstance(value, (FunctionType, type))
        and type(twin) is type(value)
        and twin is not value
        and (twin.__module__, twin.__qualname__) == (value.__module__, value.__qualname__)
    )


def _take_over(original: Any, copy: Any, memo: dict[int, Any]) -> None:
    """Have the ``copy`` of a function or class hold what the original does: its defaults, its attributes."""
    if isinstance(original, FunctionType):
        copy.__defaults__ = copied(original.__defaults__, memo)
        copy.__kwdefaults__ = copied(original.__kwdefaults__, memo)
        copy.__dict__.update({name: copied(value, memo) for name, value in original.__dict__.items()})
        return
    for name, value in vars(original).items():
        if isinstance(value, FunctionType) and isinstance(vars(copy).get(name), FunctionType):
            _take_over(value, vars(copy)[name], memo)
        elif name[:2] != "__" and not hasattr(type(value), "__get__"):
            setattr(copy, name, copied(value, memo))


def copied(value: Any, memo: dict[int, Any]) -> Any:
    """``value`` as a forked process has it; what of it cannot be copied is the very same."""
    if type(value) in _IMMUTABLE:
        return value
    import copy  # Few scenarios have anything to copy.

    same: dict[int, Any] = {}
    while True:
        tried = {**memo, **same}
        try:
            made = copy.deepcopy(value, tried)
        except Exception as error:
            culprit = _not_copied(error, copy.deepcopy.__code__)
            if id(culprit) in same:
                return value
            same[id(culprit)] = culprit
        else:
            # What deepcopy keeps alive is under the memo's own id, so that no other object can have the id of one.
            kept = tried.pop(id(tried), [])
            memo.update(tried)
            memo.setdefault(id(memo), []).extend(kept)
            return made


def _not_copied(error: Exception, copier: CodeType) -> Any:
    """What ``copier`` was about to copy when it failed."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code is copier]
    return frames[-1].f_locals["x"]


def _executed(name: str, source: Source, process: Process) -> ModuleType:
    module = ModuleType(name)
    module.__file__ = source.file
    module.__package__ = name if source.folder else name.rpartition(".")[0]
    if source.folder:
        module.__path__ = [source.folder]
    process.modules[name] = module
    try:
        exec(source.code, vars(module))
    except BaseException:
        del process.modules[name]
        raise
    return module


# What cannot change

_IMMUTABLE = (type(None), bool, int, float, complex, str, bytes, type(...))
_CHANGING = frozenset(
    {"globals", "vars", "setattr", "delattr", "exec", "eval", "__dict__", "__import__", "__globals__"}
)


def _is_constant(module: ModuleType, code: CodeType) -> bool:
    """Whether nobody could tell that processes share ``module``: it holds nothing that changes, and does not change."""
    functions = {name for name, value in vars(module).items() if type(value) is FunctionType}
    return all(_is_constant_value(value) for name, value in vars(module).items() if name != "__builtins__") and not any(
        _assigns(one, functions) for one in _codes(code)
    )


def _is_constant_value(value: Any) -> bool:
    if type(value) in _IMMUTABLE or isinstance(value, ModuleType):
        return True
    if type(value) is FunctionType:
        given = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
        return not value.__closure__ and not value.__dict__ and all(type(one) in _IMMUTABLE for one in given)
    if type(value) in (tuple, frozenset):
        return all(map(_is_constant_value, value))
    return (isinstance(value, type) and value.__module__ in sys.stdlib_module_names) or (
        callable(value) and getattr(value, "__module__", None) in sys.stdlib_module_names | {"builtins"}
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _assigns(code: CodeType, functions: Collection[str]) -> bool:
    """Whether a function's code could change its module, or the attributes of the ``functions`` in it."""
    if code.co_name == "<module>":
        return False
    import dis

    if _CHANGING & {*code.co_names}:
        return True
    instructions = [one for one in dis.get_instructions(code) if one.opname not in ("CACHE", "PUSH_NULL")]
    return any(one.opname in ("STORE_GLOBAL", "DELETE_GLOBAL") for one in instructions) or any(
        # All that is done to a function as a rule is to call it, and to hand it on.
        one.opname == "LOAD_GLOBAL" and one.argval in functions and after.opname in _OF_ATTRIBUTES
        for one, after in pairwise(instructions)
    )


_OF_ATTRIBUTES = frozenset({"STORE_ATTR", "DELETE_ATTR", "LOAD_ATTR", "LOAD_METHOD", "COPY", "DUP_TOP", "STORE_FAST"})


# Imports that a target makes

_real_import = builtins.__import__


def _imported(name: str) -> ModuleType:
    _real_import(name)
    return sys.modules[name]


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
        return _real_import(name, globals, locals, fromlist or (), level)
    library: Library = place.here.world.life.library
    process = library.importing or process
    if level:
        package = str((globals or {}).get("__package__") or "")
        if not library.owns(package):
            return _real_import(name, globals, locals, fromlist or (), level)
        base = package.rsplit(".", level - 1)[0] if level > 1 else package
        name = f"{base}.{name}" if name else base
    if not library.owns(name):
        return _real_import(name, globals, locals, fromlist or (), 0)
    module = library.load(process, name)
    if not fromlist:
        return library.load(process, name.partition(".")[0])
    for attribute in fromlist:
        if not hasattr(module, attribute) and hasattr(module, "__path__"):
            with suppress(ModuleNotFoundError):
                library.load(process, f"{name}.{attribute}")
    return module
