"""A child that leaves its cleaning up to ``atexit``, and one that does it in a ``finally``."""

import atexit


def register_and_work():
    atexit.register(print, "tidied up", flush=True)
    print("working")


def work_and_tidy_up():
    try:
        print("working")
    finally:
        print("tidied up")
