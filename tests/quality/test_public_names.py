"""What ``import engine`` offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import engine


def test_every_public_name_is_there() -> None:
    for name in engine.__all__:
        assert getattr(engine, name).__name__ == name


def test_there_are_no_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Scenario'"):
        engine.Scenario  # noqa: B018


def test_importing_the_package_imports_nothing_else() -> None:
    code = (
        "import sys, engine; print([name for name in sys.modules if name.startswith(('engine.', 'pydantic', 'yaml'))])"
    )

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed == "[]\n"
