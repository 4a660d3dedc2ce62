"""A program that reaps whatever has ended, and one that leaves this to ``multiprocessing``."""

import os
import sys
from multiprocessing import Process


def reap_and_join():
    child = start_child()
    os.waitpid(-1, 0)
    child.join()
    print(child.exitcode, child.is_alive())


def join():
    child = start_child()
    child.join()
    print(child.exitcode, child.is_alive())


def start_child():
    child = Process(target=sys.exit, args=(3,))
    child.start()
    return child
