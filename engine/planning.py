"""From a variant to the plan that a backend carries out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from .plan import Call, Fault, Plan, ProcessPlan, SharedPlan, encode_argument
from .scenario.faults import Fault as FaultModel
from .scenario.load import Variant, target_parameters
from .scenario.model import Call as CallModel
from .scenario.tree import unmarked


def plan(variant: Variant) -> Plan:
    """What to do for ``variant``."""
    scenario = variant.scenario
    folder = os.path.dirname(os.path.abspath(variant.file))
    folders = [folder, os.getcwd(), *(target.folder for target in variant.targets.values() if target.folder)]
    assert scenario.start_method is not None, "loading fills in the interpreter's default"
    return Plan(
        name=variant.name,
        file=os.path.abspath(variant.file),
        run_as=scenario.run_as,
        start_method=scenario.start_method,
        timeout_s=scenario.timeout,
        code=variant.code,
        shared=tuple(_shared(name, given, variant) for name, given in scenario.shared.items()),
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
        faults=tuple(fault for said in scenario.faults for fault in _faults(said, scenario.processes)),
    )


def _call(call: CallModel, variant: Variant) -> Call:
    target = variant.targets[call.target]
    return Call(
        target.module, target.name, encode_argument(unmarked(call.args)), encode_argument(unmarked(call.kwargs))
    )


def _shared(name: str, given: object, variant: Variant) -> SharedPlan:
    if isinstance(given, str):
        return SharedPlan(name, given, encode_argument({}))
    assert isinstance(given, dict)
    parameters = {key: unmarked(value) for key, value in given.items() if key != "type"}
    for parameter in target_parameters(given):
        target = variant.targets[given[parameter]]
        parameters[parameter] = f"{target.module}:{target.name}"
    return SharedPlan(name, given["type"], encode_argument(parameters))


def _faults(said: FaultModel, processes: Mapping[str, object]) -> Iterator[Fault]:
    for process in _replicas(said.process, processes):
        yield Fault(said.action, process, said.at_s, said.moment, said.operation, said.nth)


def _replicas(name: str, processes: Mapping[str, object]) -> list[str]:
    return [other for other in processes if other == name or other.startswith(f"{name}[")]
