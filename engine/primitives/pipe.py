"""``multiprocessing.Pipe``: two connections, each the other's far end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .primitive import Parameter, Primitive, Site, messages_left

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class Pipe(Primitive):
    """A pair of connected endpoints, ``${name[0]}`` and ``${name[1]}``.

    Final value: one list for each end, the messages that wait to be received there.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Pipe
    """

    ends = 2

    parameters = (
        Parameter(
            "duplex", bool, True, "Both ends send and receive; if false, end 0 only receives and end 1 only sends."
        ),
    )
    operations = ("send", "recv", "poll", "send_bytes", "recv_bytes", "recv_bytes_into", "close")
    simulation = "pipe:Pipe"

    def build(self, site: Site, duplex: bool) -> tuple[Connection, Connection]:
        return site.context.Pipe(duplex)

    def final(self, built: tuple[Connection, Connection]) -> list[list[object]]:
        return [messages_left(end) for end in built]


PRIMITIVE = Pipe
