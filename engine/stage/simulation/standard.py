"""Which modules are the standard library's."""

from __future__ import annotations

import sys


def is_standard(module: str | None) -> bool:
    """Whether the module of this name, if it is known, is one of them, or in a package that is."""
    return module is not None and module.partition(".")[0] in sys.stdlib_module_names
