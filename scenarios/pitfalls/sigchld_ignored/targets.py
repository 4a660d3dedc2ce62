"""A parent that ignores SIGCHLD so as to have no zombies, and one that joins its children."""

import signal
import sys
from multiprocessing import Process


def ignore_and_join():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    join()


def join():
    child = Process(target=sys.exit, args=(3,))
    child.start()
    child.join()
    print(child.exitcode, child.is_alive())
