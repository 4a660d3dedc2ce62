"""What the parameters of each type of ``shared`` must be, read off the primitive's own description of itself."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import Field, create_model

from ..primitives import TYPES, primitive
from .matchers import Model


def type_of(given: Any) -> str | None:
    """The type that an entry of ``shared`` names, in the short form or the full one; None where there is no such
    type."""
    kind = given.get("type") if isinstance(given, Mapping) else given
    return kind if isinstance(kind, str) and kind in TYPES else None


@cache
def specification(name: str) -> tuple[type[Model], Mapping[str, str | None]]:
    """The shape of the parameters of the type called ``name``, and what explains their bounds."""
    described = primitive(name)
    fields: dict[str, Any] = {
        one.name: (one.kind, Field(one.default, ge=one.at_least, description=one.doc)) for one in described.parameters
    }
    model = create_model(described.__name__, __base__=Model, __doc__=inspect.getdoc(described), **fields)
    return model, {one.name: one.hint for one in described.parameters}
