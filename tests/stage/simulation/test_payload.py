"""What travels in messages."""

from __future__ import annotations

from multiprocessing.reduction import ForkingPickler
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stage.simulation.here import here
from engine.stage.simulation.payload import as_bytes, is_plain, pack, unpack
from engine.stage.simulation.system import new_names
from engine.stage.simulation.world import World

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda items: st.lists(items, max_size=4).map(tuple),
    max_leaves=8,
)


@pytest.mark.slow
@given(plain)
def test_what_cannot_change_travels_as_it_is_and_has_the_size_of_its_pickle(value: Any) -> None:
    load, size = pack(value, 1)

    assert load is value
    assert unpack(load, 2) is value
    assert size == len(ForkingPickler.dumps(value)) == len(as_bytes(load))


@pytest.mark.parametrize("value", [1, 1.0, True, (1,), (1.0,), (True,)])
def test_equal_values_of_different_types_have_sizes_of_their_own(value: Any) -> None:
    assert pack(value, 1)[1] == len(ForkingPickler.dumps(value))


@pytest.mark.parametrize("value", [[1], {"a": [1]}, (1, [2]), {1, 2}])
def test_what_can_change_is_copied(value: Any) -> None:
    here.world = World(new_names(), 10)

    load, size = pack(value, 1)

    assert not is_plain(value)
    assert size == len(ForkingPickler.dumps(value))
    assert unpack(load, 2) == value
    assert unpack(load, 2) is not value


class Signed:
    """Says who does it."""

    def dumps(self, value: Any, process: int) -> bytes:
        return f"{value} of {process}".encode()

    def loads(self, load: bytes, process: int) -> Any:
        return load, process


def test_the_world_can_pickle_each_process_s_own_way() -> None:
    here.world = World(new_names(), 10)
    here.world.pickling = Signed()

    load, size = pack(["x"], 1)

    assert size == len("['x'] of 1")
    assert unpack(load, 2) == (b"['x'] of 1", 2)
