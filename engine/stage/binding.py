"""From names to objects: load the code, build the primitives, find the targets."""

from __future__ import annotations

import importlib
import importlib.util
import marshal
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import reduce
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING, Any

from .. import plain
from ..plan import CODE_MODULE, Code, Plan, Reference, reference_from
from ..primitives import Primitive, primitive
from . import blocks
from .watching import watch

if TYPE_CHECKING:
    from multiprocessing.managers import SyncManager

    from .baton import Baton


def install_code(code: Code, folder: str) -> None:
    """Make ``code`` importable from ``folder``, by this process and by any child of it under any start method.

    A bytecode file without source, because bytecode carries the scenario file's own name and line numbers: tracebacks
    show the lines of the YAML. Raises SyntaxError, at those lines, where this interpreter's grammar refuses the
    source.
    """
    compiled = compile("\n" * (code.line - 1) + code.source, code.file, "exec", dont_inherit=True)
    # PEP 552: magic number, flags, source mtime, source size; without a source file the last two are not looked at.
    header = importlib.util.MAGIC_NUMBER + bytes(12)
    with open(os.path.join(folder, f"{CODE_MODULE}.pyc"), "wb") as file:
        file.write(header + marshal.dumps(compiled))


class Bindings:
    """The objects of one run. They live as long as it does: a primitive that only a process's arguments refer to
    would be destroyed by ``start()``, before the child has taken it."""

    def __init__(self, plan: Plan, context: BaseContext, folder: str, baton: Baton | None = None) -> None:
        self.context = context
        self.folder = folder
        self._mark = blocks.mark(folder)
        self.shared: dict[str, Any] = {}
        self._primitives: dict[str, Primitive] = {}
        self._plan = plan
        self._baton = baton
        self._manager: SyncManager | None = None

    def new_path(self) -> str:
        handle, path = tempfile.mkstemp(dir=self.folder, prefix="shared-")
        os.close(handle)
        os.unlink(path)
        return path

    def new_name(self) -> str:
        return f"{self._mark}-{len(self.shared)}"

    def manager(self) -> SyncManager:
        if self._manager is None:
            self._manager = self.context.Manager() if self._baton is None else self._held_manager(self._baton)
        return self._manager

    def _held_manager(self, baton: Baton) -> SyncManager:
        """One whose server waits for its turn, made and started as ``Manager`` does."""
        from multiprocessing.managers import SyncManager

        from .served_waits import hold

        manager = SyncManager(ctx=self.context)
        manager.start(hold, (baton,))
        return manager

    def manager_pids(self) -> list[int]:
        """The manager process, if there is one."""
        return [self._manager._process.pid] if self._manager else []  # type: ignore[attr-defined]

    def build(self) -> None:
        """Build the primitives, in the order written. Raises whatever a constructor raises."""
        for shared in self._plan.shared:
            parameters: Any = self.resolve(shared.parameters)
            described = primitive(shared.type)()
            for parameter in described.parameters:
                if parameter.is_target and parameters.get(parameter.name):
                    parameters[parameter.name] = self.target(*parameters[parameter.name].split(":"))
            built = described.build(self, **{**described.defaults(), **parameters})
            if self._plan.is_traced or self._plan.faults or self._plan.delays is not None:
                watch(built, shared.name, described.operations)
            self.shared[shared.name] = built
            self._primitives[shared.name] = described

    def resolve(self, data: object) -> object:
        """Encoded arguments as the values they stand for."""
        return plain.decode(data, lambda data: self._find(reference_from(data)))

    def target(self, module: str, name: str) -> Any:
        """The function called ``name``. Raises ImportError or AttributeError where there is none."""
        return _attribute(importlib.import_module(module), name.split("."))

    def final_values(self) -> Mapping[str, object]:
        """What each primitive holds now, encoded, all of them within the bounds of one value.

        One that cannot be read is left out, and stderr says why.
        """
        values = {}
        encode = plain.encoder()
        for name, described in self._primitives.items():
            try:
                values[name] = encode(described.final(self.shared[name]))
            except Exception as error:
                print(f"the final value of {name} cannot be read: {plain.describe(error)}", file=sys.stderr)
        return values

    def dispose(self) -> None:
        """Remove what would outlive the processes, whatever they made of it."""
        for name, described in self._primitives.items():
            with suppress(Exception):
                described.dispose(self.shared[name])

    def _find(self, reference: Reference) -> object:
        if reference.kind == "code":
            return _attribute(importlib.import_module(CODE_MODULE), [reference.name, *reference.path])
        found = self.shared[reference.name]
        return reduce(lambda value, index: value[index], reference.path, found)


def _attribute(owner: Any, names: list[Any]) -> Any:
    return reduce(getattr, names, owner)
