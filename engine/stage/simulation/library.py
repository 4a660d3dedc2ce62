"""The scenario's own modules: found once, executed anew for each process that needs one of its own.

Processes share nothing, so each has its own copy of every module that can change; a module that cannot (it has only
functions and constants, and nothing in it assigns to a global or an attribute) is executed once for all. The scenario's
own are those that are found where it looks for them, and the packages of its targets, wherever they are installed. What
is not its own, such as the standard library, belongs to the interpreter and is shared by all.
"""

from __future__ import annotations

import builtins
import gc
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from ...plan import CODE_MODULE, Code
from . import here as place
from . import output
from .commons import Commons
from .constants import imports, is_constant
from .copier import Copier
from .forking import take_over
from .habits import Habits, habits_of
from .process import Process
from .refusal import NotSimulated
from .standard import is_standard
from .surroundings import acting_as, surroundings_of


class Source(NamedTuple):
    """A module's code; ``folders`` is where its submodules are, if it is a package. Some packages have no ``file``, and
    the scenario's own code no ``spec``."""

    code: CodeType
    file: str | None
    folders: tuple[str, ...]
    spec: ModuleSpec | None = None


class Library:
    """The modules in ``search_path``, the one that is the scenario's own ``code``, and the ``packages`` of that name
    that are installed."""

    def __init__(self, code: Code | None, search_path: Sequence[str], packages: Collection[str] = ()) -> None:
        self._search_path = list(search_path)
        self._packages = packages
        self._sources: dict[str, Source | None] = {}
        self._shared: dict[str, ModuleType | None] = {}
        self._targets: dict[tuple[str, str], Any] = {}
        self._imported_names: set[str] = set()
        self._searched, self._habits = 0, Habits()
        self._loaded_for_all: dict[str, ModuleType] = {}
        self.importing: Process | None = None
        """The process in whose name something is pickled or unpickled, if not in that of the one that runs."""
        self._code = code
        self.commons = Commons()
        self.commons.watch(builtins.__name__)

    def owns(self, module: str) -> bool:
        """Whether ``module`` is the scenario's own. What is loaded already from elsewhere is not."""
        top = module.partition(".")[0]
        if top in self._sources:
            return self._sources[top] is not None
        if top in sys.modules or is_standard(top):
            return False
        return self._source(top) is not None

    @property
    def habits(self) -> Habits:
        """What the scenario's code may do, as far as it is known."""
        if len(self._sources) != self._searched:
            self._searched = len(self._sources)
            self._habits = habits_of(self._codes())
            if self._habits.sees_modules and not self._loaded_for_all:
                self.note_loaded()
        return self._habits

    def begin(self) -> None:
        """A run begins: what is loaded by now is loaded for all, and nothing is left of others."""
        if self.habits.sees_modules:
            self.note_loaded()
        if self.habits.collects:
            gc.collect()

    def put_away(self, process: Process) -> None:
        """Have in ``sys.modules`` what no process has loaded for itself. Raises NotSimulated where ``process`` has
        changed it in another way than by imports."""
        for name, module in process.modules.items():
            if sys.modules.pop(name, None) is not module:
                raise NotSimulated(f"changing sys.modules[{name!r}]")
        loaded = _loaded()
        if loaded != self._loaded_for_all:
            names = loaded.items() ^ self._loaded_for_all.items()
            raise NotSimulated(f"changing sys.modules[{min(name for name, _ in names)!r}]")

    def note_loaded(self) -> None:
        """An import has loaded modules that are one for all."""
        own = place.process()
        self._loaded_for_all = {
            name: module for name, module in _loaded().items() if own is None or name not in own.modules
        }

    def is_constant(self, name: str) -> bool:
        """Whether the module called ``name`` never changes."""
        return self._shared.get(name) is not None

    def load(self, process: Process, name: str) -> ModuleType:
        """The module called ``name`` as ``process`` has it. Raises whatever importing it raises."""
        module = self._loaded(process, name)
        if (self.importing or place.process()) is process:
            sys.modules[name] = module
        return module

    def _loaded(self, process: Process, name: str) -> ModuleType:
        found = process.modules.get(name)
        if found is not None:
            if self.habits.sees_modules and self.importing is None and sys.modules.get(name) is not found:
                raise NotSimulated(f"changing sys.modules[{name!r}]")
            return found
        parent_name, _, last = name.rpartition(".")
        parent = self.load(process, parent_name) if parent_name else None
        module = self._shared.get(name)
        if module is None:
            module = self._made(process, name)
        process.modules[name] = module
        if parent is not None:
            setattr(parent, last, module)
        return module

    def _made(self, process: Process, name: str) -> ModuleType:
        source = self._source(name)
        if source is None:
            parent = name.rpartition(".")[0]
            is_in_module = self._sources.get(parent) is not None and not hasattr(
                process.modules.get(parent), "__path__"
            )
            more = f"; {parent!r} is not a package" if is_in_module else ""
            raise ModuleNotFoundError(f"No module named {name!r}{more}", name=name)
        if name not in self._shared:
            self._find_imports(name, source)
        printed = output.printed(process)
        module = _executed(name, source, process)
        if name not in self._shared:
            is_silent = printed == output.printed(process)
            # A package has its modules as attributes, and these may be each process's own.
            is_shared = is_silent and not (source.folders or self.habits.sees_modules)
            is_shared = is_shared and is_constant(module, source.code, self._codes(), self._changes)
            self._shared[name] = module if is_shared else None
        if not self.is_constant(name):
            surroundings_of(process)
        return module

    def target(self, process: Process, module: str, path: str) -> Any:
        """The object that ``path`` names in a module. Raises ImportError or AttributeError where there is none."""
        known = self._targets.get((module, path))
        if known is not None:
            process.modules[module] = self._shared[module]  # type: ignore[assignment]
            return known
        found: Any = self.load(process, module) if self.owns(module) else self._imported(module)
        for name in path.split("."):
            found = getattr(found, name)
        if self.is_constant(module):
            self._targets[module, path] = found
        return found

    def _imported(self, name: str) -> ModuleType:
        """A module that is not the scenario's own."""
        _real_import(name)
        self.note_import(name)
        return sys.modules[name]

    def note_import(self, name: str) -> None:
        """The scenario has imported a module that is not its own. Raises NotSimulated where it has one of that name."""
        top = name.partition(".")[0]
        if top not in self._imported_names:
            self._imported_names.add(top)
            own = PathFinder.find_spec(top, self._search_path) if is_standard(top) else None
            if own is not None and own.origin is not None:
                # Which of the two it is hangs on what the interpreter has loaded until then.
                raise NotSimulated(f"a module of the scenario's that is called {top} as one of the standard library's")
        self.commons.watch(name)

    def inherit(self, child: Process, parent: Process) -> Copier:
        """Give ``child`` its copies of the modules of ``parent``, as fork does. Returns what copies all else. Raises
        NotSimulated where there is no copy of something."""
        copier, own = Copier(), []
        copier.modules.update(parent.modules)
        for name, module in parent.modules.items():
            if self._shared.get(name):
                child.modules[name] = module
            else:
                own.append((name, module))
        if own:
            self._copy(child, own, copier)
        return copier

    def _copy(self, child: Process, own: list[tuple[str, ModuleType]], copier: Copier) -> None:
        is_seeded, child.is_muted = child.is_seeded, True
        with acting_as(child), self.visible(child):
            copies = [self.load(child, name) for name, _ in own]
        # Who is forked has random numbers of his own, whatever his starter's modules have done with them.
        child.is_muted, child.is_seeded, child.random, child.system_random = False, is_seeded, None, None
        surroundings_of(child).forget()
        take_over(copier, [(module, copy) for (_, module), copy in zip(own, copies, strict=True)])

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
            if place.here.strand is not None:
                sys.modules.update(place.here.strand.process.modules)

    def _find_imports(self, name: str, source: Source) -> None:
        """Find all that the module imports, and so on: another module may be what changes it."""
        for imported_name in imports(name, source.code, bool(source.folders)):
            with suppress(SyntaxError):  # That is the affair of who imports it.
                if imported_name not in self._sources and self.owns(imported_name):
                    other = self._source(imported_name)
                    if other is not None:
                        self._find_imports(imported_name, other)

    def _changes(self, name: str) -> bool:
        """Whether each process has the module called ``name`` for itself."""
        return not self.is_constant(name) and self.owns(name)

    def _codes(self) -> list[CodeType]:
        return [source.code for source in self._sources.values() if source is not None]

    def _source(self, name: str) -> Source | None:
        if name not in self._sources:
            self._sources[name] = found = self._found(name)
            if found is not None and self._shared:
                # Nobody knew of this one when it was decided what cannot change.
                self._shared.clear()
                self._targets.clear()
        return self._sources[name]

    def _found(self, name: str) -> Source | None:
        if name == CODE_MODULE and (own := self._code):
            # Not before somebody asks for it: what another version's grammar refuses fails in who does.
            compiled = compile("\n" * (own.line - 1) + own.source, own.file, "exec", dont_inherit=True)
            return Source(compiled, own.file, ())
        parent, _, last = name.rpartition(".")
        path = [*self._search_path, *sys.path] if name in self._packages else self._search_path
        if parent:
            source = self._source(parent)
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
            return None if elsewhere and elsewhere.origin else Source(_NOTHING, None, folders, spec)
        if spec.origin is None or not spec.origin.endswith(".py"):
            return None
        with open(spec.origin, "rb") as file:
            code = compile(file.read(), spec.origin, "exec", dont_inherit=True)
        named = spec_from_file_location(name, spec.origin, submodule_search_locations=list(folders) or None)
        return Source(code, spec.origin, folders, named)


_NOTHING = compile("", "<nothing>", "exec")
"""The code of a package without an ``__init__``."""


def _loaded() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if not name.startswith(_OURS)}


_OURS = __name__.partition(".stage.")[0]


def _executed(name: str, source: Source, process: Process) -> ModuleType:
    module = ModuleType(name)
    if source.file is not None:
        module.__file__ = source.file
    module.__package__ = name if source.folders else name.rpartition(".")[0]
    if source.folders:
        module.__path__ = [*source.folders]
    if source.spec is not None:
        module.__spec__, module.__loader__ = source.spec, source.spec.loader
    process.modules[name] = sys.modules[name] = module
    try:
        exec(source.code, vars(module))
    except BaseException:
        del process.modules[name]
        sys.modules.pop(name, None)
        raise
    return module


# Imports that a target makes

_real_import = builtins.__import__


def _import_real(
    name: str, globals: Mapping[str, Any] | None, locals: Mapping[str, Any] | None, fromlist: Sequence[str] | None
) -> ModuleType:
    if name in sys.modules:
        return _real_import(name, globals, locals, fromlist or (), 0)
    try:
        if not is_standard(name):
            return _real_import(name, globals, locals, fromlist or (), 0)
        # What a module of the standard library does as it is loaded, it does for all.
        with place.nobody():
            return _real_import(name, globals, locals, fromlist or (), 0)
    finally:
        place.here.world.life.library.note_loaded()


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
        module = _import_real(name, globals, locals, fromlist)
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
