"""What the parameters of each type of ``shared`` must be, read off the primitive's own description of itself."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints

from pydantic import Field, create_model

from ..primitives import primitive
from .matchers import Model


@cache
def specification(name: str) -> tuple[type[Model], Mapping[str, str | None]]:
    """The shape of the parameters of the type called ``name``, and what explains their bounds."""
    described = primitive(name)
    hints = get_type_hints(described)
    parameters: dict[str, Any] = {
        field.name: (
            hints[field.name],
            Field(field.default, ge=field.metadata["at_least"], description=field.metadata["doc"]),
        )
        for field in fields(described)
    }
    model = create_model(described.__name__, __base__=Model, __doc__=inspect.getdoc(described), **parameters)
    return model, {field.name: field.metadata["hint"] for field in fields(described)}
