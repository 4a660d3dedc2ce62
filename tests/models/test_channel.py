"""What a channel holds is what Linux was measured to hold."""

from __future__ import annotations

import pytest

from engine.models.channel import Channel


@pytest.mark.parametrize(
    ("size", "in_pipe", "in_socket"),
    [
        # So many messages of this size were written by a process before it was blocked (Linux 6.18, x86-64).
        (5, 13_104, 278),
        (20, 3264, 278),
        (100, 640, 278),
        (200, 320, 167),
        (700, 80, 167),
        (1000, 64, 93),
        (1500, 32, 93),
        (2000, 32, 49),
        (3000, 16, 49),
        (4000, 16, 44),
        (4096, 16, 44),
        (5000, 10, 34),
        (8192, 8, 24),
        (10_000, 6, 17),
        (16_388, 3, 13),
        (20_000, 3, 11),
        (32_768, 2, 7),
        (40_000, 1, 5),
        (65_536, 1, 3),
        (100_000, 0, 2),
        (200_000, 0, 1),
        (219_264, 0, 1),
        (219_268, 0, 0),
    ],
)
def test_as_many_messages_fit_as_were_measured(size: int, in_pipe: int, in_socket: int) -> None:
    assert _count(Channel(is_socket=False), size) == in_pipe
    assert _count(Channel(is_socket=True), size) == in_socket


def test_of_a_large_message_a_pipe_takes_65536_bytes_and_a_socket_219264() -> None:
    assert Channel(is_socket=False).write("all", 300_000, 0, 300_000).last.stop == 65_536
    assert Channel(is_socket=True).write("all", 300_000, 0, 300_000).last.stop == 219_264


def _count(channel: Channel, size: int) -> int:
    """How many messages are wholly written before one is not. Costs are added up, as no one reads."""
    count = 0
    while True:
        grown = channel.write(None, size, 0, size)
        if grown is channel or grown.last.stop < size:
            return count
        count += 1
        # All as one, so that what is left need not be added up each time.
        cost = sum(segment.cost for chunk in grown.segments for segment in chunk)
        channel = grown._replace(segments=((grown.first._replace(cost=cost),),))
