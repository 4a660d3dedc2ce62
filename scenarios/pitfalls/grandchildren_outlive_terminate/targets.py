"""A child that has a child, and a parent that wants to be rid of both."""

import os
import signal
from multiprocessing import Pipe, Process


def terminate_child(patience):
    child, line = start_family()
    child.terminate()
    child.join()
    report(line, patience)
    os.killpg(child.pid, signal.SIGKILL)


def terminate_group(patience):
    child, line = start_family()
    os.killpg(child.pid, signal.SIGTERM)
    child.join()
    report(line, patience)


def start_family():
    line, other_end = Pipe(duplex=False)
    child = Process(target=have_child, args=(other_end,))
    child.start()
    other_end.close()  # Only the family holds it now, so the line ends with the last of them.
    line.recv()
    return child, line


def have_child(line):
    os.setpgid(0, 0)  # A process group of its own, into which its children are born.
    Process(target=wait_for_ever, args=(line,)).start()
    signal.pause()


def wait_for_ever(line):
    line.send("all are there")
    signal.pause()


def report(line, patience):
    print("all are gone" if line.poll(patience) else "the grandchild lives on")
