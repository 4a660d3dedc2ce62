"""Where the scenario's own modules are: found once, and compiled once.

They are those that are found where it looks for them, and the packages of its targets, wherever they are installed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourcelessFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from ...plan import CODE_MODULE, Code
from .standard import is_standard


class Source(NamedTuple):
    """A module's code; ``folders`` is where its submodules are, if it is a package, and ``attributes`` what it has
    before it is executed."""

    code: CodeType
    folders: tuple[str, ...]
    attributes: Mapping[str, Any]


class Sources:
    """The modules in ``search_path``, the one that is the scenario's own ``code``, and the ``packages`` of that name
    that are installed. ``tell`` is called for each that is found."""

    def __init__(
        self, code: Code | None, search_path: Sequence[str], packages: Collection[str], tell: Callable[[], object]
    ) -> None:
        self._code = code
        self._search_path = list(search_path)
        self._packages = packages
        self._tell = tell
        self._sources: dict[str, Source | None] = {}

    def __len__(self) -> int:
        """For how many it is known whether there are any."""
        return len(self._sources)

    def __contains__(self, name: str) -> bool:
        return name in self._sources

    def codes(self) -> list[CodeType]:
        return [source.code for source in self._sources.values() if source is not None]

    def owns(self, module: str) -> bool:
        """Whether ``module`` is the scenario's own. What is loaded already from elsewhere is not."""
        top = module.partition(".")[0]
        if top in self._sources:
            return self._sources[top] is not None
        if top in sys.modules or is_standard(top):
            return False
        return self.source(top) is not None

    def source(self, name: str) -> Source | None:
        """That of the module called ``name``. Raises SyntaxError where this interpreter's grammar refuses it."""
        if name not in self._sources:
            self._sources[name] = found = self._found(name)
            if found is not None:
                self._tell()
        return self._sources[name]

    def is_hidden(self, name: str) -> bool:
        """Whether the standard library has a module of that name, and where the scenario looks for its own there is
        one, too."""
        spec = PathFinder.find_spec(name, self._search_path) if is_standard(name) else None
        return spec is not None and spec.origin is not None

    def _found(self, name: str) -> Source | None:
        if name == CODE_MODULE and (own := self._code):
            # Not before somebody asks for it: what another version's grammar refuses fails in who does.
            compiled = compile("\n" * (own.line - 1) + own.source, own.file, "exec", dont_inherit=True)
            return Source(compiled, (), vars(module_from_spec(_spec_of_code(own))))
        parent, _, last = name.rpartition(".")
        path = [*self._search_path, *sys.path] if name in self._packages else self._search_path
        if parent:
            source = self.source(parent)
            if source is None or not source.folders:
                return None
            path = [*source.folders]
        spec = PathFinder.find_spec(last, path)
        if spec is None:
            return None
        folders = tuple(spec.submodule_search_locations or ())
        if spec.origin is None and folders:
            # A folder is a package only if nothing of that name is found further on.
            elsewhere = None if parent else PathFinder.find_spec(last)
            return None if elsewhere and elsewhere.origin else Source(_NOTHING, folders, _of_folders(name, spec))
        if spec.origin is None or not spec.origin.endswith(".py"):
            return None
        with open(spec.origin, "rb") as file:
            code = compile(file.read(), spec.origin, "exec", dont_inherit=True)
        named = spec_from_file_location(name, spec.origin, submodule_search_locations=list(folders) or None)
        return Source(code, folders, vars(module_from_spec(named or spec)))


_NOTHING = compile("", "<nothing>", "exec")
"""The code of a package without an ``__init__``."""


def _spec_of_code(code: Code) -> ModuleSpec:
    """As that of the bytecode file that a real run has, but that it is the scenario's."""
    spec = ModuleSpec(CODE_MODULE, SourcelessFileLoader(CODE_MODULE, code.file), origin=code.file)
    spec.has_location, spec.cached = True, code.file
    return spec


def _of_folders(name: str, spec: ModuleSpec) -> Mapping[str, Any]:
    """What a package has that has no file."""
    of_all = {"__name__": name, "__package__": name, "__doc__": None, "__file__": None}
    return {**of_all, "__spec__": spec, "__loader__": spec.loader}


def new_module(source: Source) -> ModuleType:
    """One that has yet to be executed, with a spec of its own, which says so meanwhile."""
    spec = object.__new__(ModuleSpec)
    vars(spec).update(vars(source.attributes["__spec__"]), _initializing=True)
    module = ModuleType(source.attributes["__name__"])
    vars(module).update(source.attributes, __spec__=spec)
    if source.folders:
        module.__path__ = [*source.folders]
    return module
