"""What stands in ``sys.modules``: what is loaded for all, and meanwhile what the process that runs has for itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from . import here as place
from .process import Process
from .refusal import NotSimulated


class Loaded:
    """``importing`` is the process in whose name something is pickled or unpickled, if not in that of the one that
    runs."""

    def __init__(self) -> None:
        self._for_all: dict[str, ModuleType] = {}
        self.importing: Process | None = None

    @property
    def is_noted(self) -> bool:
        return bool(self._for_all)

    def note(self) -> None:
        """An import has loaded modules that are one for all."""
        own = place.process()
        self._for_all = {name: module for name, module in _now().items() if own is None or name not in own.modules}

    def is_of_who_runs(self, process: Process) -> bool:
        """Whether what ``process`` loads now is what is found there."""
        return (self.importing or place.process()) is process

    def put_away(self, process: Process) -> None:
        """Have in ``sys.modules`` what no process has loaded for itself. Raises NotSimulated where ``process`` has
        changed it in another way than by imports."""
        for name, module in process.modules.items():
            if sys.modules.pop(name, None) is not module:
                raise NotSimulated(f"changing sys.modules[{name!r}]")
        loaded = _now()
        if loaded != self._for_all:
            names = loaded.items() ^ self._for_all.items()
            raise NotSimulated(f"changing sys.modules[{min(name for name, _ in names)!r}]")

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


def _now() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if not name.startswith(_OURS)}


_OURS = __name__.partition(".stage.")[0]
