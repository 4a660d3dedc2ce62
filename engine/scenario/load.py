"""From files to valid variants, or to all that is wrong with the files, at once.

Nothing of the scenarios' code is executed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Position, Problem, ScenarioError
from ..expectation import Expectation
from ..plan import CODE_MODULE, Code, Reference
from ..primitives import TYPES, primitive
from ..words import near
from . import targets
from .expectation import expectation
from .faults import fault_problems
from .files import Settings, read_bytes
from .model import Scenario
from .problems import validate
from .shared import specification, type_of
from .source import read
from .targets import Target, TargetProblem, code_of
from .tree import Document, Map, Mark, Seq
from .variants import Tree, expand


@dataclass(frozen=True)
class Variant:
    """One valid variant: what will be run, and what must come of it.

    ``name`` is the scenario's, ``assignments`` its row of the matrix. ``targets`` has every target that ``scenario``
    names.
    """

    name: str
    file: str
    assignments: Mapping[str, Any]
    scenario: Scenario
    code: Code | None
    targets: Mapping[str, Target]
    expectation: Expectation


def load(files: Iterable[str], settings: Settings) -> list[Variant]:
    """Every variant of every file. Raises ScenarioError with all that is wrong in all of them."""
    variants: list[Variant] = []
    problems: list[Problem] = []
    for file in files:
        try:
            documents, wrong = read(file, read_bytes(file))
        except OSError as error:
            problems.append(Problem(Position(file, 1, 1), f"cannot read it: {(error.strerror or str(error)).lower()}"))
            continue
        problems += wrong
        for document in documents:
            try:
                variants += _variants(document, settings, problems)
            except ScenarioError as error:
                problems += error.problems
            except RecursionError:
                problems.append(document.problem(document.mark, "references lead too deep into each other"))
    if problems:
        raise ScenarioError(problems)
    return variants


def _variants(document: Document, settings: Settings, problems: list[Problem]) -> Iterator[Variant]:
    for tree in expand(document, settings.defaults, settings.forced, problems):
        variant, wrong = _variant(tree, settings)
        problems += wrong
        if variant:
            yield variant


def _variant(tree: Tree, settings: Settings) -> tuple[Variant | None, list[Problem]]:
    document = tree.document
    scenario, problems = validate(Scenario, tree.value, document.mark, document)
    for name, _, value, mark in _entries(tree.value, "shared"):
        problems += _shared_problems(name, value, mark, document)
    problems += _name_problems(tree)
    problems += fault_problems(tree)
    code = None
    if isinstance(tree.value.get("code"), str):
        code = code_of(document, tree.value["code"], tree.value.marks["code"])
    found, wrong = _targets(tree, code, settings)
    problems += wrong
    if problems:
        return None, problems
    stem = os.path.splitext(os.path.basename(document.file))[0]
    name = scenario.name or (stem if document.number == 1 else f"{stem}#{document.number}")
    return Variant(name, document.file, tree.assignments, scenario, code, found, expectation(tree)), []


def target_parameters(given: Any) -> list[str]:
    """The parameters of an entry of ``shared`` that name functions."""
    kind = type_of(given)
    if kind is None or not isinstance(given, dict):
        return []
    return [one.name for one in primitive(kind).parameters if one.is_target and isinstance(given.get(one.name), str)]


def _entries(root: Map, key: str) -> Iterator[tuple[Any, Mark, Any, Mark]]:
    """The entries of the mapping under ``key``; none where there is none, for validation has said so."""
    section = root.get(key)
    return section.entries() if isinstance(section, Map) else iter(())


def _shared_problems(name: Any, value: Any, mark: Mark, document: Document) -> list[Problem]:
    if isinstance(value, str):
        kind, kind_mark, parameters = value, mark, Map()
    elif isinstance(value, Map) and "type" in value:
        kind, kind_mark, parameters = value["type"], value.marks["type"], Map()
        for key, key_mark, item, item_mark in value.entries():
            if key != "type":
                parameters.put(key, key_mark, item, item_mark)
    else:
        return [document.problem(mark, f'"{name}" must say its type: {{type: Queue}}')]
    if not isinstance(kind, str) or kind not in TYPES:
        return [document.problem(kind_mark, f'unknown type "{kind}"{near(kind, TYPES)}')]
    model, hints = specification(kind)
    problems = validate(model, parameters, mark, document, hints)[1]
    refusal = None if problems else primitive(kind)().refusal(parameters)
    return [document.problem(mark, f'"{name}": {refusal}')] if refusal else problems


def _name_problems(tree: Tree) -> list[Problem]:
    """Names that must be those of something else in the file, and are not."""
    root, document, problems = tree.value, tree.document, []
    for name, _, process, _ in _entries(root, "processes"):
        if not isinstance(process, Map) or "start_after" not in process:
            continue
        for other, mark in _words(process, "start_after"):
            if not isinstance(other, str):
                continue  # Validation says so.
            if other not in tree.process_names:
                problems.append(
                    document.problem(mark, f'there is no process "{other}"{near(other, tree.process_names)}')
                )
            elif _waits_for(name, other, tree):
                problems.append(document.problem(mark, f'"{name}" would start after itself'))
    problems += _order_problems(root, document)
    shared = root.get("shared")
    known = shared if isinstance(shared, Map) else {}
    for expect in _whens(root):
        for name, mark, _, _ in _entries(expect, "shared"):
            if name not in known:
                problems.append(document.problem(mark, f'there is no shared "{name}"{near(name, known)}'))
    return problems


def _order_problems(root: Map, document: Document) -> list[Problem]:
    """Primitives that need one which is built only after them."""
    problems: list[Problem] = []
    built: set[Any] = set()
    for name, _, value, mark in _entries(root, "shared"):
        for reference, place in _references_in(value, mark):
            if reference.kind == "shared" and reference.name not in built:
                message = f'"{name}" is built before "{reference.name}", which it needs'
                problems.append(document.problem(place, message))
        built.add(name)
    return problems


def _references_in(value: Any, mark: Mark) -> Iterator[tuple[Reference, Mark]]:
    if isinstance(value, Reference):
        yield value, mark
    elif isinstance(value, Map):
        for _, _, item, item_mark in value.entries():
            yield from _references_in(item, item_mark)
    elif isinstance(value, Seq):
        for item, item_mark in zip(value, value.marks, strict=True):
            yield from _references_in(item, item_mark)


def _words(mapping: Map, key: str) -> Iterator[tuple[Any, Mark]]:
    value = mapping[key]
    return zip(value, value.marks, strict=True) if isinstance(value, Seq) else iter([(value, mapping.marks[key])])


def _waits_for(name: Any, other: Any, tree: Tree) -> bool:
    """Whether ``other`` starts only after ``name``, by whatever way, or is it."""
    pending, seen = [other], set()
    while pending:
        one = pending.pop()
        for replica in tree.replicas.get(one, [one]):
            if replica == name:
                return True
            process = tree.value["processes"].get(replica)
            if replica not in seen and isinstance(process, Map) and "start_after" in process:
                seen.add(replica)
                pending += [word for word, _ in _words(process, "start_after") if isinstance(word, str)]
    return False


def _whens(root: Map) -> Iterator[Map]:
    expect = root.get("expect")
    if isinstance(expect, Map):
        yield expect
        outcomes = expect.get("outcomes")
        for outcome in outcomes if isinstance(outcomes, Seq) else ():
            if isinstance(outcome, Map) and isinstance(outcome.get("when"), Map):
                yield outcome["when"]


def _targets(tree: Tree, code: Code | None, settings: Settings) -> tuple[dict[str, Target], list[Problem]]:
    found: dict[str, Target] = {}
    problems: list[Problem] = []
    document = tree.document
    folder = os.path.dirname(os.path.abspath(document.file))
    if code and not settings.foreign and not _asks_for(tree, "python"):
        try:
            targets.check(code.source)
        except SyntaxError as error:
            mark = targets.syntax_error_mark(document, code, tree.value.marks["code"], error)
            problems.append(document.problem(mark, f"the code is not Python: {error.msg}"))
    for target, mark in _called(tree.value):
        try:
            foreign = settings.foreign or _asks_for(tree, "modules")
            found[target] = targets.find(target, code, folder, os.getcwd(), foreign)
        except TargetProblem as error:
            problems.append(document.problem(mark, str(error)))
        except SyntaxError:  # Said already, or right by another interpreter's grammar.
            found[target] = Target(CODE_MODULE, target)
    return found, problems


def _asks_for(tree: Tree, requirement: str) -> bool:
    """Whether the scenario requires certain versions, or modules, so that those of this interpreter say nothing of
    it."""
    requires = tree.value.get("requires")
    return isinstance(requires, Map) and requirement in requires


def _called(root: Map) -> Iterator[tuple[str, Mark]]:
    """Every target that the scenario names, and where."""
    for _, _, given, _ in _entries(root, "shared"):
        for name in target_parameters(given):
            yield given[name], given.marks[name]
    for section in ("processes", "parent"):
        for _, _, call, _ in _entries(root, section):
            if isinstance(call, Map) and isinstance(call.get("target"), str):
                yield call["target"], call.marks["target"]
