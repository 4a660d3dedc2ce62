"""A mode for the second of two children: in the environment, or as an argument."""

import os
from multiprocessing import Process


def set_variable():
    run()
    os.environ["MODE"] = "test"
    run()


def pass_argument():
    run()
    run("test")


def run(mode=None):
    child = Process(target=report, args=(mode,))
    child.start()
    child.join()


def report(mode):
    print(mode or os.environ["MODE"])
