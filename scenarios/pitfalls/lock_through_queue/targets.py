"""Lend a lock to a process that is already running, through a queue."""


def lend(locks, lock):
    locks.put(lock)
    locks.put(None)
    locks.close()
    locks.join_thread()


def borrow(locks):
    used = 0
    for lock in iter(locks.get, None):
        with lock:
            used += 1
    return used
