"""A parent that has locked a file, a forked child that tidies up, and a stranger who would like to have the lock."""

import fcntl


def lock(path):
    file = open(path)  # noqa: SIM115
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def tidy_up_by_unlocking(file):
    fcntl.flock(file, fcntl.LOCK_UN)


def tidy_up_by_closing(file):
    file.close()


def enter(path):
    with open(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            print("entered")
        except BlockingIOError:
            print("locked out")
