"""The rows of a matrix: one for each variant."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

from .references import Located, Scope, is_name, substitute, whole
from .tree import Map, Mark, Seq

MAX_VARIANTS = 10_000
BUILT_IN = ("run_as", "start_method")
"""What a matrix may vary beside variables."""

RESERVED = ("code", "index", "process", *BUILT_IN)
"""Names that mean something of their own in references."""

Row = Mapping[str, Located]


def rows(root: Map, scope: Scope) -> Iterator[Row]:
    """The rows of the matrix of ``root``, in order; without one, a single empty row."""
    if root.get("matrix") is None:
        return iter([{}])
    matrix, mark = whole(root["matrix"], root.marks["matrix"], scope)
    if isinstance(matrix, Map):
        rows = _combinations(matrix, mark, scope)
    elif isinstance(matrix, Seq):
        rows = _listed(matrix, mark, scope)
    else:
        rows = _refuse(scope, mark, '"matrix" must be a mapping of name to list, or a list of mappings')
    for name, name_mark in dict(_names(matrix)).items():
        if name not in BUILT_IN and (name in RESERVED or name in scope.ends or not is_name(name)):
            scope.problem(name_mark, f'a matrix cannot vary "{name}"')
    return rows


def _names(matrix: Any) -> Iterator[tuple[Any, Mark]]:
    for mapping in [matrix] if isinstance(matrix, Map) else matrix if isinstance(matrix, Seq) else []:
        if isinstance(mapping, Map):
            yield from mapping.key_marks.items()


def _combinations(matrix: Map, mark: Mark, scope: Scope) -> Iterator[Row]:
    columns: dict[str, list[Located]] = {}
    for name, _, values, values_mark in matrix.entries():
        resolved, _ = substitute(values, values_mark, scope)
        if not isinstance(resolved, Seq) or not resolved:
            return _refuse(scope, values_mark, f'"{name}" must be a list with at least one value')
        columns[name] = list(zip(resolved, resolved.marks, strict=True))
    count = math.prod(map(len, columns.values()))
    if count > MAX_VARIANTS:
        return _refuse(scope, mark, f"{count:,} variants, more than {MAX_VARIANTS:,}")
    return (dict(zip(columns, values, strict=True)) for values in itertools.product(*columns.values()))


def _listed(matrix: Seq, mark: Mark, scope: Scope) -> Iterator[Row]:
    if not 0 < len(matrix) <= MAX_VARIANTS:
        return _refuse(scope, mark, f"{len(matrix):,} variants; there must be 1 to {MAX_VARIANTS:,}")
    rows = []
    for row, row_mark in zip(matrix, matrix.marks, strict=True):
        row, row_mark = whole(row, row_mark, scope)
        if not isinstance(row, Map):
            return _refuse(scope, row_mark, "a row of the matrix must be a mapping of name to value")
        rows.append({name: (value, value_mark) for name, _, value, value_mark in row.entries()})
    return iter(rows)


def _refuse(scope: Scope, mark: Mark, message: str) -> Iterator[Row]:
    scope.problem(mark, message)
    # One row all the same, so that what else is wrong is said, too.
    return iter([{}])
