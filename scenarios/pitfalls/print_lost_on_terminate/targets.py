"""A worker that reports its progress, and is terminated."""

import signal
from multiprocessing import Pipe, Process


def terminate_buffering():
    terminate(print_and_wait)


def terminate_flushing():
    terminate(flush_and_wait)


def terminate(target):
    line, other_end = Pipe(duplex=False)
    worker = Process(target=target, args=(other_end,))
    worker.start()
    line.recv()
    worker.terminate()
    worker.join()


def print_and_wait(line):
    print("step 1 done")
    line.send("printed")
    signal.pause()


def flush_and_wait(line):
    print("step 1 done", flush=True)
    line.send("printed")
    signal.pause()
