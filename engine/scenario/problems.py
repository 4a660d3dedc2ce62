"""From what pydantic says of a tree to what its author should read, at the very line and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ..errors import Problem
from ..plan import Reference
from ..words import near, show
from .tree import Document, Map, Mark, Seq

MAX_PROBLEMS = 1_000
"""Of one variant; nobody reads more, and each has its place and its line."""

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "greater_than_equal": "{ge:g} or more",
    "finite_number": "a finite number",
}


def validate(
    model: type[BaseModel], tree: Any, mark: Mark, document: Document, hints: Mapping[str, str | None] | None = None
) -> tuple[Any, list[Problem]]:
    """``tree`` as a ``model``, or None and the problems. ``hints`` explain the bounds of fields to who oversteps
    them."""
    try:
        return model.model_validate(tree), []
    except ValidationError as error:
        details = error.errors(include_url=False)[:MAX_PROBLEMS]
        return None, [_problem(detail, model, tree, mark, document, hints or {}) for detail in details]


def _problem(
    detail: Any, model: type[BaseModel], tree: Any, mark: Mark, document: Document, hints: Mapping[str, str | None]
) -> Problem:
    path = _Path(detail["loc"], tree, mark)
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        key = detail["loc"][-1]
        return document.problem(path.key_mark, f'unknown key "{key}"{near(key, _fields(model, detail["loc"]))}')
    if kind == "missing":
        return document.problem(path.key_mark, f'missing key "{detail["loc"][-1]}"')
    if kind == "too_short":
        return document.problem(path.mark, f"{path.name} must have at least one entry")
    if path.is_key and kind == "value_error":
        return document.problem(path.key_mark, f'the key "{given}" must be {context["error"]}')
    if path.is_key or kind == "invalid_key":
        return document.problem(path.key_mark, f'the key "{show(given)}" must be text')
    if kind == "literal_error":
        choices = [choice.strip("'") for choice in context["expected"].replace(" or ", ", ").split(", ")]
        few = len(choices) <= _FEW
        allowed = " or ".join(f'"{choice}"' for choice in choices) if few else f"one of {', '.join(choices)}"
        return document.problem(path.mark, f"{path.name} must be {allowed}, got {_shown(given)}{near(given, choices)}")
    if kind == "value_error":
        return document.problem(path.mark, f"{path.name} must be {context['error']}, got {_shown(given)}")
    if kind in _KINDS:
        message = f"{path.name} must be {_KINDS[kind].format(**context)}, got {_shown(given)}"
        return document.problem(path.mark, message, hints.get(path.field) if kind == "greater_than_equal" else None)
    return document.problem(path.mark, f"{path.name}: {detail['msg'][:1].lower()}{detail['msg'][1:]}")


_FEW = 5


class _Path:
    """Where in the tree a pydantic location is. It also holds labels of unions, which are passed over."""

    def __init__(self, location: Sequence[str | int], tree: Any, mark: Mark) -> None:
        self.mark = self.key_mark = mark
        self.field = "a scenario"
        self.is_key = location[-1:] == ("[key]",)
        item: int | None = None
        for step in location:
            key = _key(step, tree) if isinstance(tree, Map) else None
            if isinstance(tree, Map) and key in tree:
                self.mark, self.key_mark, tree = tree.marks[key], tree.key_marks[key], tree[key]
                self.field, item = str(key), None
            elif isinstance(tree, Seq) and isinstance(step, int) and step < len(tree):
                self.mark = self.key_mark = tree.marks[step]
                tree, item = tree[step], step
        name = f'"{self.field}"' if location else self.field
        self.name = name if item is None else f"item {item + 1} of {name}"


def _key(step: str | int, tree: Map) -> Any:
    """The key of ``tree`` that pydantic calls ``step``: it makes text of one that is none."""
    return step if step in tree else next((key for key in tree if str(key) == step), step)


def _fields(model: type[BaseModel], location: Sequence[str | int]) -> Iterator[str]:
    """The keys that are known at the place where an unknown one was found."""
    models = [model]
    for step in location[:-1]:
        deeper = [
            found
            for one in models
            for name, field in one.model_fields.items()
            if step == (field.alias or name)
            for found in _models_in(field.annotation)
        ]
        models = deeper or models
    for one in models:
        yield from (field.alias or name for name, field in one.model_fields.items())


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _shown(value: Any) -> str:
    if isinstance(value, Reference):
        return f"{value}, which only the scenario's own process has"
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = (
        {None: "nothing", True: "true", False: "false"}.get(value)
        if not isinstance(value, (int, float)) or isinstance(value, bool)
        else None
    )
    text = text or (f'"{value}"' if isinstance(value, str) else str(value))
    return text if len(text) <= 80 else text[:77] + "..."
