"""From a document to its variants: one tree of plain data for each, references replaced, replicas told apart.

This happens before validation, for a reference may stand for any value: what is validated is what will be run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..errors import Problem
from ..plan import PARENT, Reference
from ..primitives import TYPES, primitive
from ..words import near
from .matrix import BUILT_IN, RESERVED, Row, rows
from .references import Located, Scope, is_name, substitute, whole
from .targets import defined_names
from .tree import Document, Map, Mark, Seq

MAX_PROCESSES = 10_000
_REPLICA = re.compile(r"(.+)\[(\d+)\]")
_VERBATIM = frozenset({"description", "vars", "matrix"})


@dataclass(frozen=True)
class Tree:
    """One variant of a document. ``assignments`` are its row of the matrix.

    ``replicas`` has, for each process as it was written, the names of its replicas.
    """

    document: Document
    value: Map
    assignments: Mapping[str, Any]
    replicas: Mapping[str, Sequence[str]]

    @cached_property
    def process_names(self) -> frozenset[str]:
        """Whatever names a process, or all replicas of one."""
        return frozenset((*self.replicas, *(replica for names in self.replicas.values() for replica in names)))


def expand(
    document: Document, defaults: Mapping[str, str], forced: Mapping[str, str], problems: list[Problem]
) -> Iterator[Tree]:
    """The variants of ``document``, in the order of its matrix; what is wrong is added to ``problems``.

    ``defaults`` and ``forced`` hold the ``run_as`` and ``start_method`` that count where the scenario says nothing, and
    whatever it says; of a matrix over one that is forced, the other rows are left out.
    """
    if not isinstance(document.value, Map):
        problems.append(document.problem(document.mark, 'a scenario is a mapping: "processes: ...", "expect: ..."'))
        return
    root: Map = document.value
    scope = _scope(document, root, problems)
    for row in rows(root, scope):
        chosen = {name: substitute(*row[name], scope)[0] for name in row if name in BUILT_IN}
        if any(forced.get(name, value) != value for name, value in chosen.items()):
            continue
        yield _variant(document, root, scope, row, {**defaults, **_written(root, scope, row), **chosen, **forced})


def _scope(document: Document, root: Map, problems: list[Problem]) -> Scope:
    variables: dict[str, Located] = {}
    scope = Scope(document, variables, {}, problems, _code_names(root))
    for name, mark, value, value_mark in _entries(root, "vars", scope):
        if _is_good_name(name, mark, scope):
            variables[name] = value, value_mark
    names = {}
    for name, mark, _, _ in _entries(root, "shared", scope):
        if _is_good_name(name, mark, scope):
            names[name] = 0
            if name in variables:
                scope.problem(mark, f'"{name}" is the name of a variable, too')
    return replace(scope, ends=names).with_variables(index=0, process=PARENT)


def _is_good_name(name: Any, mark: Mark, scope: Scope) -> bool:
    if not is_name(name):
        scope.problem(mark, f'"{name}" cannot be referred to: a name is letters, digits, "_" and "-"')
    elif name in RESERVED:
        scope.problem(mark, f'"{name}" has a meaning of its own in references; choose another name')
    else:
        return True
    return False


def _entries(root: Map, key: str, scope: Scope) -> Iterator[tuple[Any, Mark, Any, Mark]]:
    """The entries of a section; none where it is missing or, to be told by validation, no mapping."""
    section, _ = whole(root.get(key), root.marks.get(key, Mark(0, 0)), scope)
    return section.entries() if isinstance(section, Map) else iter(())


def _code_names(root: Map) -> frozenset[str] | None:
    code = root.get("code", "")
    if not isinstance(code, str) or "${" in code:
        return None
    try:
        return defined_names(code)
    except SyntaxError:  # Told where targets are looked up, with its place.
        return None


def _ends(root: Map, scope: Scope) -> dict[str, int]:
    """How many endpoints each primitive has, in the variant that ``scope`` is of: a type may be a reference, too."""
    ends = dict(scope.ends)
    for name, _, value, mark in _entries(root, "shared", scope):
        value, mark = whole(value, mark, scope)
        kind, kind_mark = (
            (value.get("type"), value.marks.get("type", mark)) if isinstance(value, Map) else (value, mark)
        )
        kind, _ = substitute(kind, kind_mark, scope)
        ends[name] = primitive(kind).ends if isinstance(kind, str) and kind in TYPES else 0
    return ends


# One variant


def _written(root: Map, scope: Scope, row: Row) -> dict[str, Any]:
    """The ``run_as`` and ``start_method`` that the scenario itself asks for."""
    within = replace(scope, variables={**scope.variables, **row})
    written = {}
    for name in BUILT_IN:
        if root.get(name) is not None:
            written[name], _ = substitute(root[name], root.marks[name], within)
    return written


def _variant(document: Document, root: Map, scope: Scope, row: Row, chosen: Mapping[str, Any]) -> Tree:
    scope.budget.begin_variant()
    scope = replace(scope, variables={**scope.variables, **row}).with_variables(**chosen)
    scope = replace(scope, ends=_ends(root, scope))
    replicas: dict[str, list[str]] = {}
    value = Map()
    # Processes first: what is expected of them is told apart as they are.
    for key in sorted(root, key=lambda key: key != "processes"):
        item, mark, key_mark = root[key], root.marks[key], root.key_marks[key]
        if key == "processes":
            item, mark = _processes(item, mark, scope, replicas)
        elif key == "expect":
            item, mark = _expectation(item, mark, replace(scope, data_only=True), replicas)
        elif key == "code":
            item, mark = whole(item, mark, scope)
        elif key not in _VERBATIM and key not in BUILT_IN:
            item, mark = substitute(item, mark, scope)
            if key == "environment":
                item = _as_written(item)
        value.put(key, key_mark, item, mark)
    for name in BUILT_IN:
        found = row.get(name) or (None, root.marks.get(name, Mark(0, 0)))
        value.put(name, root.key_marks.get(name, found[1]), chosen[name], found[1])
    assignments = {name: _label(substitute(*located, scope)[0]) for name, located in row.items()}
    return Tree(document, value, assignments, replicas)


def _as_written(value: Any) -> Any:
    """Variables of the environment are text, so a bare number or boolean is taken as it is written in the file."""
    if not isinstance(value, Map):
        return value
    result = Map()
    for key, key_mark, item, mark in value.entries():
        scalar = isinstance(item, (bool, int, float)) and mark.written is not None
        result.put(key, key_mark, mark.written if scalar else item, mark)
    return result


def _label(value: Any) -> Any:
    return str(value) if isinstance(value, Reference) else value


def _processes(value: Any, mark: Mark, scope: Scope, replicas: dict[str, list[str]]) -> Located:
    """Each process once for each of its replicas, under the replica's name."""
    value, mark = whole(value, mark, scope)
    if not isinstance(value, Map):
        return value, mark
    result = Map()
    for name, key_mark, process, process_mark in value.entries():
        process, process_mark = whole(process, process_mark, scope)
        if not isinstance(name, str) or not name or "[" in name or "/" in name:
            scope.problem(key_mark, 'a process\'s name is text without "[" and "/"')
            result.put(name, key_mark, process, process_mark)
        elif not isinstance(process, Map) or "count" not in process:
            replicas[name] = [name]
            result.put(name, key_mark, *substitute(process, process_mark, scope.with_variables(index=0, process=name)))
        else:
            replicas[name] = [f"{name}[{index}]" for index in range(_count(process, scope))]
            for index, replica in enumerate(replicas[name]):
                within = scope.with_variables(index=index, process=replica)
                result.put(replica, key_mark, *substitute(process, process_mark, within))
    return result, mark


def _count(process: Map, scope: Scope) -> int:
    count, mark = substitute(process["count"], process.marks["count"], scope)
    if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MAX_PROCESSES:
        return count
    if isinstance(count, int) and count > MAX_PROCESSES:
        scope.problem(mark, f'"count" is {count:,}, and more than {MAX_PROCESSES:,} processes are not started')
    return 1  # Validation says what else is wrong with it.


def _expectation(value: Any, mark: Mark, scope: Scope, replicas: Mapping[str, Sequence[str]]) -> Located:
    """``expect``, or the ``when`` of an outcome, with what it says of processes told apart by replica."""
    value, mark = whole(value, mark, scope)
    if not isinstance(value, Map):
        return value, mark
    result = Map()
    special: dict[str, Callable[..., Located]] = {
        "processes": _expected_processes,
        "outcomes": _outcomes,
        "when": _expectation,
    }
    for key, key_mark, item, item_mark in value.entries():
        if key in special:
            result.put(key, key_mark, *special[key](item, item_mark, scope, replicas))
        else:
            result.put(key, key_mark, *substitute(item, item_mark, scope))
    return result, mark


def _outcomes(value: Any, mark: Mark, scope: Scope, replicas: Mapping[str, Sequence[str]]) -> Located:
    value, mark = whole(value, mark, scope)
    if not isinstance(value, Seq):
        return value, mark
    result = Seq()
    for item, item_mark in zip(value, value.marks, strict=True):
        result.put(*_expectation(item, item_mark, scope, replicas))
    return result, mark


def _expected_processes(value: Any, mark: Mark, scope: Scope, replicas: Mapping[str, Sequence[str]]) -> Located:
    """What is said of ``worker`` is said of each replica; what is said of ``worker[1]`` beside it counts for that
    one."""
    value, mark = whole(value, mark, scope)
    if not isinstance(value, Map):
        return value, mark
    result = Map()
    for name, key_mark, item, item_mark in sorted(value.entries(), key=lambda entry: entry[0] not in replicas):
        item, item_mark = whole(item, item_mark, scope)
        for replica in _replicas_called(name, key_mark, scope, replicas):
            index = _REPLICA.fullmatch(replica)
            within = scope.with_variables(index=int(index[2]) if index else 0, process=replica)
            said, said_mark = substitute(item, item_mark, within)
            if isinstance(said, Map) and isinstance(result.get(replica), Map):
                for key, mark_of_key, general, general_mark in result[replica].entries():
                    if key not in said:
                        said.put(key, mark_of_key, general, general_mark)
            result.put(replica, key_mark, said, said_mark)
    return result, mark


def _replicas_called(name: Any, mark: Mark, scope: Scope, replicas: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if name in replicas:
        return replicas[name]
    every = [replica for names in replicas.values() for replica in names]
    if name in every:
        return [name]
    scope.problem(mark, f'there is no process "{name}"{near(name, (*replicas, *every))}')
    return ()
