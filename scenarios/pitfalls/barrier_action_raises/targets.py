"""Two processes meet at a barrier whose action saves their work, on a disk that is full."""

from multiprocessing import Barrier


def save():
    raise OSError("disk full")


def save_or_say_so():
    try:
        save()
    except OSError as error:
        print("not saved:", error)


def barrier_that_saves():
    return Barrier(2, action=save)


def barrier_that_saves_or_says_so():
    return Barrier(2, action=save_or_say_so)


def is_broken(barrier):
    return barrier.broken


def meet(barrier):
    try:
        barrier.wait()
        print("went on")
    except Exception as error:
        print("stopped by", type(error).__name__)
