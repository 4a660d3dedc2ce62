"""From a variant to the plan that a backend carries out, or to the reason why it is skipped."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from .plan import Call, Interpreter, Plan, ProcessPlan, SharedPlan, encode_argument
from .scenario.load import Variant
from .scenario.model import Call as CallModel


def plan(variant: Variant, timeout_s: float | None = None) -> Plan:
    """What to do for ``variant``; ``timeout_s`` overrides the scenario's own."""
    scenario = variant.scenario
    folder = os.path.dirname(os.path.abspath(variant.file))
    folders = [folder, os.getcwd(), *(target.folder for target in variant.targets.values() if target.folder)]
    assert scenario.start_method is not None, "loading fills in the interpreter's default"
    return Plan(
        name=variant.name,
        file=os.path.abspath(variant.file),
        run_as=scenario.run_as,
        start_method=scenario.start_method,
        timeout_s=scenario.timeout if timeout_s is None else timeout_s,
        code=variant.code,
        shared=tuple(_shared(name, given) for name, given in scenario.shared.items()),
        processes=tuple(
            ProcessPlan(
                name=name,
                call=_call(process, variant),
                daemon=process.daemon,
                start_after=tuple(
                    replica for other in process.start_after for replica in _replicas(other, scenario.processes)
                ),
                delay_s=process.delay,
            )
            for name, process in scenario.processes.items()
        ),
        before=_call(scenario.parent.before, variant) if scenario.parent.before else None,
        after=_call(scenario.parent.after, variant) if scenario.parent.after else None,
        start_together=scenario.start_together,
        environment=scenario.environment,
        search_path=tuple(dict.fromkeys(folders)),
    )


def _call(call: CallModel, variant: Variant) -> Call:
    target = variant.targets[call.target]
    return Call(target.module, target.name, encode_argument(call.args), encode_argument(call.kwargs))


def _shared(name: str, given: object) -> SharedPlan:
    if isinstance(given, str):
        return SharedPlan(name, given, encode_argument({}))
    assert isinstance(given, dict)
    return SharedPlan(
        name, given["type"], encode_argument({key: value for key, value in given.items() if key != "type"})
    )


def _replicas(name: str, processes: Mapping[str, object]) -> list[str]:
    return [other for other in processes if other == name or other.startswith(f"{name}[")]


def unmet_requirement(
    variant: Variant, interpreter: Interpreter, missing_modules: Callable[[Sequence[str], Sequence[str]], Sequence[str]]
) -> str | None:
    """Why ``variant`` cannot run on ``interpreter``, or None.

    ``missing_modules`` tells which modules the interpreter cannot import, given folders to look in first.
    """
    requires = variant.scenario.requires
    if requires.platform and interpreter.platform not in requires.platform:
        return f"needs {' or '.join(requires.platform)}, and this is {interpreter.platform}"
    if requires.python is not None and not _admits(requires.python, interpreter.version):
        return f"needs Python {requires.python}, and this is {interpreter.version}"
    if requires.modules:
        missing = missing_modules(requires.modules, [os.path.dirname(os.path.abspath(variant.file)), os.getcwd()])
        if missing:
            return f"needs the module {', '.join(missing)}, and {interpreter.executable} has none"
    method = variant.scenario.start_method
    if method not in interpreter.start_methods:
        return f"needs the start method {method}, and there is none on {interpreter.platform}"
    return None


def _admits(specifier: str, version: str) -> bool:
    from packaging.specifiers import SpecifierSet  # Only few scenarios ask.

    return SpecifierSet(specifier).contains(version.rstrip("+"), prereleases=True)
