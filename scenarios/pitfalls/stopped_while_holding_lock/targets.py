"""A clerk pays in under a lock and is stopped; the next one waits for the lock, or does something about it."""

import os
import signal
from contextlib import suppress


def pay_in(balance, lock, holder, taken, amount):
    with lock:
        holder.value = os.getpid()
        taken.set()
        balance.value += amount


def wait_and_pay_in(balance, lock, taken, patience, amount):
    taken.wait()
    if not lock.acquire(timeout=patience):
        return False
    balance.value += amount
    lock.release()
    return True


def resume_and_pay_in(balance, lock, holder, taken, patience, amount):
    taken.wait()
    while not lock.acquire(timeout=patience):
        with suppress(ProcessLookupError):  # It may have released the lock and ended just now.
            os.kill(holder.value, signal.SIGCONT)  # Does nothing to a process that runs.
    balance.value += amount
    lock.release()
