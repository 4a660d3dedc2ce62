"""What the tests of the stage share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from engine.stage import journal, slots

Told = Callable[[], list[tuple[str, str, str]]]


@pytest.fixture
def told() -> Iterator[Told]:
    """What this process's operations were told to be: label, arguments, result."""
    fd = slots.new_file()
    journal.begin(journal.Journal(fd, (), lambda *_, **__: None))
    yield lambda: [(slot.label, slot.arguments, slot.result) for slot in slots.read(fd)]
    journal.begin(None)
    os.close(fd)
