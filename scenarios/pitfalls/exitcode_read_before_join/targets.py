"""A child that fails, and a parent that asks too early, or at the right time."""

import sys
from multiprocessing import Pipe, Process


def ask_then_join():
    child, line = start_child()
    failed = bool(child.exitcode)
    finish(child, line)
    print("failed" if failed else "no failure")


def join_then_ask():
    child, line = start_child()
    finish(child, line)
    failed = bool(child.exitcode)
    print("failed" if failed else "no failure")


def start_child():
    hear, line = Pipe(duplex=False)
    child = Process(target=fail, args=(hear,))
    child.start()
    return child, line


def finish(child, line):
    line.send("go on")
    child.join()


def fail(hear):
    hear.recv()
    sys.exit(3)
