"""A plan travels to another interpreter as JSON."""

from __future__ import annotations

import json

import pytest

from engine import plain
from engine.plan import Call, Code, Fault, Plan, ProcessPlan, Reference, SharedPlan, encode_argument, reference_from


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        (Reference("shared", "queue"), "${queue}"),
        (Reference("shared", "pipe", (1,)), "${pipe[1]}"),
        (Reference("code", "Point", ("origin",)), "${code.Point.origin}"),
    ],
)
def test_a_reference_is_shown_as_its_author_wrote_it(reference: Reference, text: str) -> None:
    assert str(reference) == text


def test_an_argument_arrives_with_the_references_inside_it() -> None:
    argument = [1, ("a", Reference("shared", "pipe", (0,))), {"limit": Reference("code", "LIMIT")}]

    arrived = plain.decode(json.loads(json.dumps(encode_argument(argument))), reference_from)

    assert arrived == argument


CALL = Call("scenario_code", "work", encode_argument([Reference("shared", "queue")]), encode_argument({"number": 1}))
PLAN = Plan(
    name="a queue",
    file="/scenarios/queue.yaml",
    run_as="process",
    start_method="spawn",
    timeout_s=1.5,
    code=Code("def work(): ...\n", "/scenarios/queue.yaml", 3),
    shared=(SharedPlan("queue", "Queue", encode_argument({"maxsize": 1})),),
    processes=(ProcessPlan("first", CALL), ProcessPlan("second", CALL, True, ("first",), 0.25)),
    before=CALL,
    after=None,
    start_together=True,
    environment={"NAME": "text"},
    search_path=("/scenarios", "/elsewhere"),
)


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        PLAN._replace(code=None, shared=(), before=None, after=CALL, environment={}),
        PLAN._replace(is_traced=True, faults=(Fault("kill", "first", 0.5), Fault("stop", "second", nth=0))),
        PLAN._replace(faults=(Fault("kill", "first", None, "before", ("pipe[0]", "recv"), 2),)),
    ],
)
def test_a_plan_arrives_as_it_was_sent(plan: Plan) -> None:
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("kill", "worker", 0.5), "kill worker at 0.5 s"),
        (Fault("stop", "worker[1]", None, "before", ("lock", "release")), "stop worker[1] before lock.release"),
        (Fault("kill", "worker", None, "after", ("pipe[0]", "recv"), 2), "kill worker after pipe[0].recv, time 2"),
        (Fault("kill", "worker", nth=7), "kill worker at point 7"),
    ],
)
def test_a_fault_is_told_in_words(fault: Fault, text: str) -> None:
    assert str(fault) == text
