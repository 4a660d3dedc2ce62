"""What an expectation may say of a text or of a value: the shapes, for validation and for editors.

What they mean is :mod:`engine.matching`.
"""

from __future__ import annotations

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from ..matching import is_value_matcher


class Model(BaseModel):
    """What all shapes share: nothing unknown, nothing converted, nothing changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


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


Because = Annotated[str | None, Field(description="Why this must hold; shown when it does not.")]
Regex = Annotated[str, AfterValidator(_regex), Field(json_schema_extra={"format": "regex"})]
Scalar = Annotated[
    Any, PlainValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean"], "description": "Equal to this text."})
]
class TextMatcher(Model):
    """What a text must be like. Where several are given, all must hold."""

    equals: Scalar = Field(None, description="Equal but for the last line break.")
    contains: Texts = Field(None, description="A part of the text, or several, in any order.")
    matches: Regex = Field(None, description="A regular expression, searched for; `^` and `$` also match at lines.")
    lines: list[Text] = Field(None, description="Just these lines, in this order.")
    in_order: list[Text] = Field(None, description="These lines in this order, others between them.")
    unordered: list[Text] = Field(None, description="Just these lines, in any order.")
    one_of: list[Text] = Field(None, description="Any one of these.")
    not_: Text = Field(None, alias="not", description="Anything but this.")
    because: Because = None


class ValueMatcher(Model):
    """What a value must be like. Where several are given, all must hold."""

    equals: Any = Field(None, description="Equal to this data, even if it looks like a matcher.")
    one_of: list[Value] = Field(None, description="Any one of these.")
    unordered: list[Value] = Field(None, description="Just these items, in any order.")
    contains: Any = Field(None, description="These items of a list, entries of a mapping, or parts of a text.")
    approx: float = Field(None, description="A number, or one near it.")
    within: float = Field(None, ge=0, description="How near; a millionth of the number where it is not said.")
    at_least: float = Field(None, description="A number not below this.")
    at_most: float = Field(None, description="A number not above this.")
    type: str = Field(None, description="The name of its type.")
    matches: Regex = Field(None, description="A regular expression, searched for in its repr.")
    not_: Value = Field(None, alias="not", description="Anything but this.")
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
    Annotated[Any, Tag("plain")] | Annotated[ValueMatcher, Tag("matcher")],
    Discriminator(lambda value: "matcher" if isinstance(value, Model) or is_value_matcher(value) else "plain"),
]
