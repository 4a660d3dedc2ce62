"""What Linux tells of processes: checked on this one, which knows better."""

from __future__ import annotations

import ctypes
import mmap
import os
import select
import signal
import socket
import threading

import pytest

from engine.backends.processes import kernel, sockets
from tests.processes_support import eventually


def test_a_thread_that_waits_is_in_a_system_call_and_does_not_run() -> None:
    reading, writing = os.pipe()
    thread = threading.Thread(target=os.read, args=(reading, 1))
    thread.start()
    tid = thread.native_id
    assert tid is not None
    waiting = eventually(lambda: (seen := kernel.thread(os.getpid(), tid)).state == "S" and seen.call and seen)

    assert waiting
    assert waiting.call is not None
    assert waiting.call[1][0] == reading
    assert kernel.thread(os.getpid(), tid) == waiting
    assert kernel.descriptor(os.getpid(), reading) == f"pipe:[{os.fstat(reading).st_ino}]"
    assert tid in kernel.threads(os.getpid())

    os.write(writing, b"x")
    thread.join()
    os.close(reading)
    os.close(writing)


def test_a_thread_that_runs_is_in_none() -> None:
    assert kernel.thread(os.getpid(), threading.get_native_id()).state == "R"


def test_process_ids_are_given_in_order() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    given = kernel.last_pid()
    os.waitpid(child, 0)

    assert given >= child or given < os.getpid()  # They have begun anew.


def test_what_is_polled_and_selected_is_read_from_memory() -> None:
    polled = (ctypes.c_uint64 * 2)(5, 0xFFFFFFFF)
    chosen = (ctypes.c_uint8 * 128)()
    chosen[1] = 0b101

    assert kernel.polled(os.getpid(), ctypes.addressof(polled), 2) == [5]
    assert kernel.selected(os.getpid(), ctypes.addressof(chosen), 11) == [8, 10]
    assert kernel.selected(os.getpid(), 0, 11) == []


def test_what_an_epoll_descriptor_watches_is_listed() -> None:
    reading, writing = os.pipe()
    with select.epoll() as poll:
        poll.register(reading)

        assert kernel.watched(os.getpid(), poll.fileno()) == [reading]

    os.close(reading)
    os.close(writing)


def test_a_path_in_memory_is_read_up_to_its_end() -> None:
    text = ctypes.create_string_buffer("/tmp/é".encode())

    assert kernel.text_at(os.getpid(), ctypes.addressof(text)) == "/tmp/é"


def test_shared_memory_is_known_by_the_file_it_is_of() -> None:
    fd = os.memfd_create("shared")
    os.ftruncate(fd, 4096)
    with mmap.mmap(fd, 4096) as shared:
        view = ctypes.c_char.from_buffer(shared)

        assert kernel.mapped(kernel.mappings(os.getpid()), ctypes.addressof(view)) == os.fstat(fd).st_ino

        del view
    private = ctypes.create_string_buffer(8)
    assert kernel.mapped(kernel.mappings(os.getpid()), ctypes.addressof(private)) is None
    os.close(fd)


def test_a_handler_for_a_signal_is_seen() -> None:
    before = signal.signal(signal.SIGVTALRM, lambda *_: None)

    assert kernel.catches(os.getpid(), frozenset({signal.SIGVTALRM}))

    signal.signal(signal.SIGVTALRM, before)
    assert not kernel.catches(os.getpid(), frozenset({signal.SIGVTALRM}))


def test_the_other_end_of_a_socket_is_told() -> None:
    one, other = socket.socketpair()
    with one, other, socket.socket(socket.AF_UNIX) as bound:
        inodes = [os.fstat(end.fileno()).st_ino for end in (one, other, bound)]
        bound.bind(f"\0engine-test-{os.getpid()}")

        peers = sockets.peers()

        assert (peers[inodes[0]], peers[inodes[1]]) == (inodes[1], inodes[0])
        assert inodes[2] not in peers
        assert kernel.socket_path(inodes[0]) == ""
        assert kernel.socket_path(inodes[2]) == f"@engine-test-{os.getpid()}"
    with pytest.raises(ValueError, match="no Unix socket"):
        kernel.socket_path(-1)
