"""A worker that is terminated, and one that makes an exception of it."""

import signal
import sys
from multiprocessing import Pipe, Process


def terminate_plain():
    terminate(work)


def terminate_heeding():
    terminate(heed_and_work)


def terminate(target):
    line, other_end = Pipe()
    worker = Process(target=target, args=(other_end,))
    worker.start()
    line.recv()
    worker.terminate()
    worker.join()
    print("exit code", worker.exitcode)


def work(line):
    try:
        line.send("working")
        while not line.poll(0.01):
            pass
    finally:
        print("tidied up")


def heed_and_work(line):
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    work(line)
