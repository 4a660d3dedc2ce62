"""One process gives a start signal, another waits for it."""


def set_and_clear(started):
    started.set()
    started.clear()


def set_for_good(started):
    started.set()


def wait(started):
    return started.wait(timeout=0.1)
