"""One process that has locked a file, and one that tries to, in the same way or in another."""

import fcntl


def occupy(path, occupied, tried):
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        occupied.set()
        tried.wait()


def enter_by_lockf(path, occupied, tried):
    enter(fcntl.lockf, path, occupied, tried)


def enter_by_flock(path, occupied, tried):
    enter(fcntl.flock, path, occupied, tried)


def enter(lock, path, occupied, tried):
    occupied.wait()
    with open(path, "w") as file:
        try:
            lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            print("entered")
        except BlockingIOError:
            print("locked out")
    tried.set()
