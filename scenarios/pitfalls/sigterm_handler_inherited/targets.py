"""A service that notes in a file when it is shut down, and that ends one of its workers."""

import signal
import sys
from multiprocessing import Pipe, Process


def serve_by_plain_worker(status):
    serve(status, work)


def serve_by_resetting_worker(status):
    serve(status, reset_and_work)


def serve(status, target):
    signal.signal(signal.SIGTERM, lambda number, frame: shut_down(status))
    line, other_end = Pipe()
    worker = Process(target=target, args=(other_end,))
    worker.start()
    line.recv()
    worker.terminate()
    worker.join()


def shut_down(status):
    with open(status, "w") as file:
        file.write("shut down\n")
    sys.exit(0)


def work(line):
    line.send("working")
    while not line.poll(0.01):
        pass


def reset_and_work(line):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    work(line)
