"""Somebody at the keyboard, and a child or a parent that asks for a name."""

import io
import sys
from multiprocessing import Process


def let_child_ask():
    sys.stdin = io.StringIO("Ada\n")  # Somebody has typed a name.
    return run(ask)


def ask_in_parent():
    sys.stdin = io.StringIO("Ada\n")
    return run(greet, input())


def run(target, *args):
    child = Process(target=target, args=args)
    child.start()
    child.join()
    return child.exitcode


def ask():
    greet(input())


def greet(name):
    print("hello", name)
