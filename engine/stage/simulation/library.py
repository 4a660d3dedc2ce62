"""The scenario's own modules, executed anew for each process that needs one of its own.

Processes share nothing, so each has its own copy of every module that can change; a module that cannot (it has only
functions and constants, and nothing in it assigns to a global or an attribute) is executed once for all. What is not
the scenario's own, such as the standard library, belongs to the interpreter and is shared by all.
"""

from __future__ import annotations

import builtins
import gc
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from contextvars import Context
from types import ModuleType
from typing import Any

from ...plan import Code
from . import here as place
from . import output
from .commons import Commons
from .constants import imports, is_constant
from .copier import Copier
from .forking import take_over
from .habits import Habits, habits_of
from .loaded import Loaded
from .process import Process
from .refusal import NotSimulated
from .sources import Source, Sources, new_module
from .surroundings import acting_as, surroundings_of


class Library:
    """The modules of one scenario; see ``Sources``."""

    def __init__(self, code: Code | None, search_path: Sequence[str], packages: Collection[str] = ()) -> None:
        self._sources = Sources(code, search_path, packages, self._decide_anew)
        self.loaded = Loaded()
        self._shared: dict[str, ModuleType | None] = {}
        self._targets: dict[tuple[str, str], Any] = {}
        self._imported_names: set[str] = set()
        self._searched, self._habits = 0, Habits()
        self.commons = Commons()
        self.commons.watch(builtins.__name__)

    def owns(self, module: str) -> bool:
        """Whether ``module`` is the scenario's own. What is loaded already from elsewhere is not."""
        return self._sources.owns(module)

    @property
    def habits(self) -> Habits:
        """What the scenario's code may do, as far as it is known."""
        if len(self._sources) != self._searched:
            self._searched = len(self._sources)
            self._habits = habits_of(self._sources.codes())
            if self._habits.sees_modules and not self.loaded.is_noted:
                self.loaded.note()
        return self._habits

    def begin(self) -> None:
        """A run begins: what is loaded by now is loaded for all, and nothing is left of others."""
        if self.habits.sees_modules:
            self.loaded.note()
        if self.habits.collects:
            gc.collect()

    def is_constant(self, name: str) -> bool:
        """Whether the module called ``name`` never changes."""
        return self._shared.get(name) is not None

    def load(self, process: Process, name: str) -> ModuleType:
        """The module called ``name`` as ``process`` has it. Raises whatever importing it raises."""
        module = self._had(process, name)
        if self.loaded.is_of_who_runs(process):
            sys.modules[name] = module
        return module

    def _had(self, process: Process, name: str) -> ModuleType:
        can_differ = self.habits.sees_modules and self.loaded.importing is None
        if can_differ and sys.modules.get(name, process) is not process.modules.get(name, process):
            raise NotSimulated(f"changing sys.modules[{name!r}]")
        if name in process.modules:
            found = process.modules[name]
            if found is None:
                raise ModuleNotFoundError(f"import of {name} halted; None in sys.modules", name=name)
            return found
        parent_name, _, last = name.rpartition(".")
        if not parent_name:
            return self._new(process, name)
        parent = self.load(process, parent_name)
        if name in process.modules:
            return self._had(process, name)
        self._look_at_path(parent_name, parent, name)
        module = self._new(process, name)
        setattr(parent, last, module)
        return module

    def _look_at_path(self, name: str, package: ModuleType, inner: str) -> None:
        """Raises ModuleNotFoundError if ``package`` is none, and NotSimulated where it has changed where it is."""
        try:
            folders = package.__path__
        except AttributeError:
            text = f"No module named {inner!r}; {name!r} is not a package"
            raise ModuleNotFoundError(text, name=inner) from None
        source = self._sources.source(name)
        if source is not None and tuple(folders) != source.folders:
            raise NotSimulated(f"changing {name}.__path__")

    def _new(self, process: Process, name: str) -> ModuleType:
        module = self._shared.get(name)
        if module is None:
            module = self._made(process, name)
        process.modules[name] = module
        return module

    def _made(self, process: Process, name: str) -> ModuleType:
        source = self._sources.source(name)
        if source is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name not in self._shared:
            self._find_imports(name, source)
        if self.habits.sees_modules:
            surroundings_of(process)  # Others may go on while the module is executed.
        printed = output.printed(process)
        module = self._executed(name, source, process)
        if name not in self._shared:
            is_silent = printed == output.printed(process)
            # A package has its modules as attributes, and these may be each process's own.
            is_shared = is_silent and not (source.folders or self.habits.sees_modules)
            is_shared = is_shared and is_constant(module, source.code, self._sources.codes(), self._changes)
            self._shared[name] = module if is_shared else None
        if not self.is_constant(name):
            surroundings_of(process)
        return module

    def _executed(self, name: str, source: Source, process: Process) -> ModuleType:
        """What is in ``sys.modules`` when a module was executed: it may have put something else there."""
        module = new_module(source)
        process.modules[name] = sys.modules[name] = module
        try:
            exec(source.code, vars(module))
            found = sys.modules.pop(name) if self.habits.sees_modules else module
        except BaseException:
            del process.modules[name]
            sys.modules.pop(name, None)
            raise
        finally:
            vars(module.__spec__)["_initializing"] = False
        sys.modules[name] = found
        if found is not module:
            process.replaced = {**process.replaced, name: module}
        return found

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
        real_import(name)
        self.note_import(name)
        return sys.modules[name]

    def note_import(self, name: str) -> None:
        """The scenario has imported a module that is not its own. Raises NotSimulated where it has one of that name."""
        top = name.partition(".")[0]
        if top not in self._imported_names:
            self._imported_names.add(top)
            if self._sources.is_hidden(top):
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
            self._copy(child, parent, own, copier)
        return copier

    def _copy(self, child: Process, parent: Process, own: list[tuple[str, ModuleType]], copier: Copier) -> None:
        # What the modules do as they are executed once more, the child has not done.
        actor = Process(child.number, child.key, child.name, child.parent, child.daemon)
        actor.is_muted, actor.modules, actor.built = True, child.modules, child.built
        with acting_as(actor), self.loaded.visible(actor):
            # In a context of its own: what its lines set there is what the starter's have set already.
            Context().run(self._load_all, actor, [name for name, _ in own])
        child.built = actor.built
        surroundings_of(child)
        pairs = [(parent.replaced.get(name, one), actor.replaced.get(name, child.modules[name])) for name, one in own]
        with place.nobody():  # What its lines have made goes away, which in reality is not there.
            take_over(copier, pairs, self.habits.finds_subclasses)
        for (name, one), (_, copy) in zip(own, pairs, strict=True):
            child.modules[name] = copy
            if name in parent.replaced:
                child.modules[name], child.replaced = copier.copied(one), {**child.replaced, name: copy}

    def _load_all(self, process: Process, names: Sequence[str]) -> None:
        for name in names:
            if name not in process.modules:
                self.load(process, name)

    def _find_imports(self, name: str, source: Source) -> None:
        """Find all that the module imports, and so on: another module may be what changes it."""
        for imported_name in imports(name, source.code, bool(source.folders)):
            with suppress(SyntaxError):  # That is the affair of who imports it.
                if imported_name not in self._sources and self.owns(imported_name):
                    other = self._sources.source(imported_name)
                    if other is not None:
                        self._find_imports(imported_name, other)

    def _decide_anew(self) -> None:
        """A module was found that nobody knew of when it was decided what cannot change."""
        self._shared.clear()
        self._targets.clear()

    def _changes(self, name: str) -> bool:
        """Whether each process has the module called ``name`` for itself."""
        return not self.is_constant(name) and self.owns(name)


real_import = builtins.__import__
"""The interpreter's own."""
