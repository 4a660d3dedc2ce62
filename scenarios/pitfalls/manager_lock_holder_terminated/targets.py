"""A worker is terminated while it holds a manager's lock."""

import os
import signal
import sys


def be_terminated_holding(lock):
    with lock:
        os.kill(os.getpid(), signal.SIGTERM)  # what Process.terminate() sends


def heed_sigterm_and_be_terminated_holding(lock):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
    be_terminated_holding(lock)


def work(lock):
    acquired = lock.acquire(timeout=0.1)
    if acquired:
        lock.release()
    return acquired
