"""Put values in the place of ``${...}``.

A reference is a name, an index or a field; nothing in it is evaluated. As a whole value it stands for the thing
itself, inside a longer text for a variable's text as it was written. What only the scenario's parent process has
(shared primitives, objects of ``code``) stays a :class:`engine.plan.Reference` until that process binds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import Problem, ScenarioError
from ..plan import Reference
from ..words import near
from .files import MAX_BYTES
from .tree import MAX_NODES, Document, Map, Mark, Seq

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_NAME = re.compile(r"([^\W\d][\w-]*)((?:\[\d+\]|\.[^\W\d]\w*|\[[^\]]+\])*)")
_STEP = re.compile(r"\[(\d{1,9})\]|\.(\w+)|\[([^\]]+)\]")

Located = tuple[Any, Mark]

MAX_CHAIN = 100
MAX_VALUES = 2_000_000
MAX_CHARACTERS = 64_000_000
"""For all variants of a document together."""

MAX_VALUES_AT_ONCE = 2 * MAX_NODES
MAX_CHARACTERS_AT_ONCE = 8 * MAX_BYTES
"""For one variant, which is in memory as a whole."""

_MAX_LINES = 1000
NOWHERE = -1
"""The line of what no file says; it is taken to stand where it is referred to."""


class Budget:
    """How much references may still make of one document: like aliases, they can multiply."""

    def __init__(self) -> None:
        self._values = MAX_VALUES
        self._characters = MAX_CHARACTERS
        self.begin_variant()

    def begin_variant(self) -> None:
        self._least_values = self._values - MAX_VALUES_AT_ONCE
        self._least_characters = self._characters - MAX_CHARACTERS_AT_ONCE

    def is_spent_by(self, value: Any) -> bool:
        self._values -= 1
        if isinstance(value, str):
            self._characters -= len(value)
        return self._values < max(0, self._least_values) or self._characters < max(0, self._least_characters)


@dataclass(frozen=True)
class Scope:
    """What can be referred to, and where what is wrong is collected.

    ``ends`` says, for each shared primitive, how many endpoints it has. ``code_names`` are the names that the
    scenario's ``code`` defines, empty where there is none, or None where that cannot be told without running it.
    """

    document: Document
    variables: Mapping[str, Located]
    ends: Mapping[str, int]
    problems: list[Problem]
    code_names: frozenset[str] | None
    resolving: tuple[str, ...] = ()
    data_only: bool = False
    """Whether what only the scenario's own process has is out of place here."""
    budget: Budget = field(default_factory=Budget)

    def with_variables(self, **variables: Any) -> Scope:
        """This scope with these values in it, which stand nowhere in the file."""
        nowhere = {name: (value, Mark(NOWHERE, 0, str(value))) for name, value in variables.items()}
        return replace(self, variables={**self.variables, **nowhere})

    def problem(self, mark: Mark, message: str, hint: str | None = None) -> None:
        self.problems.append(self.document.problem(mark, message, hint))


def substitute(value: Any, mark: Mark, scope: Scope) -> Located:
    """``value`` with every reference in it replaced; a replaced value keeps the mark of where it was written.

    Raises ScenarioError where that would make far more of the file than is written there.
    """
    if scope.budget.is_spent_by(value):
        raise ScenarioError([scope.document.problem(mark, "references make too much of this file")])
    if isinstance(value, Map):
        result = Map()
        for key, key_mark, item, item_mark in value.entries():
            result.put(key, key_mark, *substitute(item, item_mark, scope))
        return result, mark
    if isinstance(value, Seq):
        items = Seq()
        for item, item_mark in zip(value, value.marks, strict=True):
            items.put(*substitute(item, item_mark, scope))
        return items, mark
    if isinstance(value, str) and "${" in value:
        return _substitute_text(value, mark, scope)
    return value, mark


def whole(value: Any, mark: Mark, scope: Scope) -> Located:
    """What ``value`` is where it is one reference, with nothing replaced inside; any other value as it is."""
    if not isinstance(value, str) or not (match := _REFERENCE.fullmatch(value.strip())) or match.group(1) is None:
        return value, mark
    name = _NAME.fullmatch(match.group(1))
    if name and name.group(1) in scope.variables and name.group(1) not in scope.resolving:
        found, found_mark = scope.variables[name.group(1)]
        within = replace(scope, resolving=(*scope.resolving, name.group(1)))
        if found_mark.line != NOWHERE and len(scope.resolving) < MAX_CHAIN:
            found, found_mark = whole(found, found_mark, within)
            for step in _steps(name.group(2)):
                if not (
                    (isinstance(found, Map) and step in found) or (isinstance(found, Seq) and step in range(len(found)))
                ):
                    return substitute(value.strip(), mark, scope)  # Which says what is wrong.
                found, found_mark = whole(found[step], found.marks[step], within)
            return found, found_mark
    return substitute(value.strip(), mark, scope)


def _steps(path: str) -> list[Any]:
    """``[0].field`` as its indices and fields."""
    return [int(index) if index else field or key for index, field, key in _STEP.findall(path)]


def is_name(name: Any) -> bool:
    """Whether ``name`` can be referred to."""
    return isinstance(name, str) and re.fullmatch(r"[^\W\d][\w-]*", name) is not None


def _substitute_text(text: str, mark: Mark, scope: Scope) -> Located:
    whole = _REFERENCE.fullmatch(text)
    if whole and whole.group(1) is not None:
        return _find(whole, _mark_of(whole, mark, scope), scope)

    def text_of(match: re.Match[str]) -> str:
        if match.group(1) is None:
            return "${"
        here = _mark_of(match, mark, scope)
        value, found = _find(match, here, scope)
        if isinstance(value, (Map, Seq, Reference)):
            scope.problem(here, f'"{match.group()}" stands inside a text, so it must be a variable that is text itself')
            return match.group()
        return value if isinstance(value, str) else str(found.written)

    replaced = _REFERENCE.sub(text_of, text)
    return replaced, mark._replace(written=replaced)


def _find(match: re.Match[str], mark: Mark, scope: Scope) -> Located:
    """What a reference refers to. Where there is no such thing, that is a problem, and the value is None."""
    nothing = None, mark
    expression, closing = match.groups()
    parsed = _NAME.fullmatch(expression)
    if not closing:
        scope.problem(mark, 'this "${" is never closed', "write $${ for a plain ${")
        return nothing
    if not parsed:
        scope.problem(
            mark,
            f'"${{{expression}}}" is not a reference: it takes a name, then [index] or .field',
            "write $${ for a plain ${",
        )
        return nothing
    name = parsed.group(1)
    path = _steps(parsed.group(2))
    if scope.data_only and (name == "code" or name in scope.ends):
        scope.problem(
            mark, f'"${{{expression}}}" is an object of the scenario\'s own process, and not data to compare with'
        )
        return nothing
    if name == "code":
        return _code_reference(path, mark, scope)
    if name in scope.ends:
        return _shared_reference(name, path, mark, scope)
    if name in scope.resolving:
        scope.problem(mark, f'"${{{expression}}}" refers to itself')
        return nothing
    if name not in scope.variables:
        scope.problem(mark, f'unknown reference "${{{expression}}}"{near(name, (*scope.variables, *scope.ends))}')
        return nothing
    if len(scope.resolving) >= MAX_CHAIN:
        scope.problem(mark, f"more than {MAX_CHAIN} references one after the other")
        return nothing
    return _variable(name, path, expression, mark, scope)


def _variable(name: str, path: list[Any], expression: str, mark: Mark, scope: Scope) -> Located:
    value, found = substitute(*scope.variables[name], replace(scope, resolving=(*scope.resolving, name)))
    if found.line == NOWHERE:
        found = mark._replace(written=found.written)
    for step in path:
        try:
            value, found = value[step], value.marks[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            known = value if isinstance(value, Map) else ()
            kind = {Map: "a mapping", Seq: "a list"}.get(type(value), "neither a list nor a mapping")
            scope.problem(mark, f'"${{{expression}}}": it is {kind}, without "{step}"{near(step, known)}')
            return None, mark
    return value, found


def _code_reference(path: list[Any], mark: Mark, scope: Scope) -> Located:
    if scope.code_names is not None and not scope.code_names:
        scope.problem(mark, '"${code...}" refers to the scenario\'s "code", and nothing is defined there')
    elif not path or not all(isinstance(step, str) for step in path):
        scope.problem(mark, "an object of the code is referred to as ${code.NAME}")
    elif scope.code_names is not None and path[0] not in scope.code_names:
        scope.problem(mark, f'there is no "{path[0]}" in the code{near(path[0], scope.code_names)}')
    else:
        return Reference("code", path[0], tuple(path[1:])), mark
    return None, mark


def _shared_reference(name: str, path: list[Any], mark: Mark, scope: Scope) -> Located:
    ends = scope.ends[name]
    if not path:
        return Reference("shared", name), mark
    if len(path) == 1 and isinstance(path[0], int) and path[0] < ends:
        return Reference("shared", name, (path[0],)), mark
    either = f'"{name}" has the ends ' + " and ".join(f"${{{name}[{end}]}}" for end in range(ends))
    scope.problem(mark, either if ends else f'"{name}" is one object: refer to it as ${{{name}}}')
    return None, mark


def _mark_of(match: re.Match[str], mark: Mark, scope: Scope) -> Mark:
    """Where a reference stands: in the scalar that begins at ``mark``, on whichever of its lines."""
    lines = scope.document.lines
    for line in range(max(0, mark.line), min(mark.line + _MAX_LINES, len(lines))):
        column = lines[line].find(match.group(), mark.column if line == mark.line else 0)
        if column >= 0:
            return Mark(line, column)
    return mark
