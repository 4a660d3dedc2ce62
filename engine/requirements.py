"""Whether an interpreter offers what a scenario requires."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .plan import Interpreter
from .preparation import Prepared


def unmet(
    prepared: Prepared,
    interpreter: Interpreter,
    missing_modules: Callable[[Sequence[str], Sequence[str]], Sequence[str]],
) -> str | None:
    """Why ``prepared`` cannot run on ``interpreter``, or None.

    ``missing_modules`` tells which modules the interpreter cannot import, given folders to look in first.
    """
    required, method = prepared.requirements, prepared.plan.start_method
    if required.platforms and interpreter.platform not in required.platforms:
        return f"needs {' or '.join(required.platforms)}, and this is {interpreter.platform}"
    if required.python is not None and not _admits(required.python, interpreter.version):
        return f"needs Python {required.python}, and this is {interpreter.version}"
    if required.modules:
        missing = missing_modules(required.modules, prepared.plan.search_path)
        if missing:
            return f"needs the module {', '.join(missing)}, which {interpreter.executable} has not"
    if prepared.plan.faults and prepared.plan.run_as == "thread":
        return "a thread cannot be killed: faults need processes"
    if method not in interpreter.start_methods:
        return f"needs the start method {method}, which is not there on {interpreter.platform}"
    return None


def _admits(specifier: str, version: str) -> bool:
    from packaging.specifiers import SpecifierSet  # Only few scenarios ask.

    return SpecifierSet(specifier).contains(version, prereleases=True)
