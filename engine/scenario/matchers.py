"""What an expectation may say of a text or of a value: the shapes, for validation and for editors.

What they mean is :mod:`engine.matching`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
    model_validator,
)

from ..matching import BECAUSE, VALUE_MATCHERS, is_value_matcher


class Model(BaseModel):
    """What all shapes share: nothing unknown, nothing converted, nothing changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


Matcher = TypeVar("Matcher", bound=Model)


def optional(description: str, **constraints: Any) -> Any:
    """A field that may be left out, which is not the same as giving it null."""
    return Field(None, description=description, **constraints)


def _saying_something(matcher: Matcher) -> Matcher:
    if matcher.model_fields_set <= {"because", "within"}:
        raise ValueError("a matcher that says what must hold")
    return matcher


def _scalar(value: object) -> object:
    if not isinstance(value, (str, int, float)):
        raise ValueError('text, or a matcher such as {contains: ...} (for no text at all, write "")')
    return value


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from None
    return value


def _data(value: object) -> object:
    """``because`` beside what is no matcher's key: a text with a comma that was not quoted, most likely."""
    if isinstance(value, dict) and BECAUSE in value and VALUE_MATCHERS & set(value):
        raise ValueError("data, or a matcher with nothing else beside it (quote a text that holds a comma)")
    return value


Because = Annotated[str | None, Field(description="Why this must hold; shown when it does not.")]
Regex = Annotated[str, AfterValidator(_regex), Field(json_schema_extra={"format": "regex"})]
Scalar = Annotated[
    Any,
    PlainValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean"], "description": "Equal to this text."}),
]


class TextMatcher(Model):
    """What a text must be like. Where several are given, all must hold."""

    @model_validator(mode="after")
    def _says_something(self) -> TextMatcher:
        return _saying_something(self)

    equals: Scalar = optional("Equal but for the last line break.")
    contains: Texts = optional("A part of the text, or several, in any order.")
    matches: Regex = optional("A regular expression, searched for; `^` and `$` also match at lines.")
    lines: list[Text] = optional("Just these lines, in this order.")
    in_order: list[Text] = optional("These lines in this order, others between them.")
    unordered: list[Text] = optional("Just these lines, in any order.")
    one_of: list[Text] = optional("Any one of these.")
    not_: Text = optional("Anything but this.", alias="not")
    because: Because = None


class ValueMatcher(Model):
    """What a value must be like. Where several are given, all must hold."""

    @model_validator(mode="after")
    def _says_something(self) -> ValueMatcher:
        return _saying_something(self)

    equals: Any = optional("Equal to this data, even if it looks like a matcher.")
    one_of: list[Value] = optional("Any one of these.")
    unordered: list[Value] = optional("Just these items, in any order.")
    contains: Any = optional("These items of a list, entries of a mapping, or parts of a text.")
    approx: float = optional("A number, or one near it.")
    within: float = optional("How near; a millionth of the number where it is not said.", ge=0)
    at_least: float = optional("A number not below this.")
    at_most: float = optional("A number not above this.")
    type: str = optional("The name of its type.")
    matches: Regex = optional("A regular expression, searched for in its repr.")
    not_: Value = optional("Anything but this.", alias="not")
    because: Because = None


Text = Annotated[
    Annotated[Scalar, Tag("text")] | Annotated[TextMatcher, Tag("matcher")],
    Discriminator(lambda value: "matcher" if isinstance(value, (dict, Model)) else "text"),
]
Texts = Annotated[
    Annotated[list[Text], Tag("texts")] | Annotated[Text, Tag("one")],
    Discriminator(lambda value: "texts" if isinstance(value, list) else "one"),
]
Value = Annotated[
    Annotated[Any, AfterValidator(_data), Tag("plain")] | Annotated[ValueMatcher, Tag("matcher")],
    Discriminator(lambda value: "matcher" if isinstance(value, Model) or is_value_matcher(value) else "plain"),
]
