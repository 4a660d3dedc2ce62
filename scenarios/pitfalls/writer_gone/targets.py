"""A child dies before it has sent all that its parent waits for."""

import os
import signal
from multiprocessing import Pipe, Process

EXPECTED = 3


def send_two_and_die(writer):
    writer.send("one")
    writer.send("two")
    os.kill(os.getpid(), signal.SIGKILL)


def start_child():
    reader, writer = Pipe(duplex=False)
    child = Process(target=send_two_and_die, args=(writer,))
    child.start()
    writer.close()
    return reader, child


def receive_all():
    reader, _ = start_child()
    return [reader.recv() for _ in range(EXPECTED)]


def receive_what_comes():
    reader, child = start_child()
    received = []
    try:
        for _ in range(EXPECTED):
            received.append(reader.recv())
    except EOFError:
        child.join()
    return received, child.exitcode
