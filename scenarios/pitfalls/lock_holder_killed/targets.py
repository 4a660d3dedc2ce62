"""A worker is killed while it holds a lock that the next one needs."""

import fcntl
import os
import signal


def be_killed_holding(lock):
    with lock:
        os.kill(os.getpid(), signal.SIGKILL)


def work(lock):
    acquired = lock.acquire(timeout=0.1)
    if acquired:
        lock.release()
    return acquired


def be_killed_holding_file(path):
    with open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.kill(os.getpid(), signal.SIGKILL)


def work_with_file(path):
    with open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return True
