"""A child whose work is called, and one whose work is started."""

import os
from multiprocessing import Process


def call_run():
    child = Process(target=report, args=(os.getpid(),))
    child.run()


def call_start():
    child = Process(target=report, args=(os.getpid(),))
    child.start()
    child.join()


def report(parent):
    print("in the parent itself" if os.getpid() == parent else "in a process of its own")
