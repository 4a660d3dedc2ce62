"""A writer dies while its message is under way: a large one, or the path of a file."""

import os
import signal

REPORT = "x" * 2**20


def send_report(messages):
    messages.put(REPORT)
    die_while_it_arrives(messages)


def send_path(messages, path):
    with open(path, "w") as file:
        file.write(REPORT)
    messages.put(path)
    die_while_it_arrives(messages)


def die_while_it_arrives(messages):
    while messages.empty():
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def read_report(messages):
    return len(messages.get(timeout=5))


def read_path(messages):
    with open(messages.get(timeout=5)) as file:
        return len(file.read())
