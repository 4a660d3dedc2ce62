"""A child that has ended, before and after its parent takes notice of it."""

import os
from multiprocessing import Process


def look():
    child = start_and_await_end()
    print(state(child.pid))


def join_and_look():
    child = start_and_await_end()
    child.join()
    print(state(child.pid))


def start_and_await_end():
    child = Process(target=work)
    child.start()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # Wait for its end, and leave it as it is.
    return child


def work():
    pass


def state(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "gone"
