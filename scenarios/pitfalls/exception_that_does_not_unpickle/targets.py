"""A task that fails with an exception of two arguments."""

from multiprocessing import Pool


class Unreadable(Exception):
    def __init__(self, line, problem):
        super().__init__(f"line {line}: {problem}")


class Readable(Exception):
    def __init__(self, line, problem):
        super().__init__(line, problem)


def ask_for_unreadable(patience):
    ask(fail_unreadably, patience)


def ask_for_readable(patience):
    ask(fail_readably, patience)


def ask(task, patience):
    pool = Pool(1)  # Without a `with`: terminating would fail as well, when the pool's own thread is dead.
    pool.apply_async(task).get(patience)


def fail_unreadably():
    raise Unreadable(3, "no number")


def fail_readably():
    raise Readable(3, "no number")
