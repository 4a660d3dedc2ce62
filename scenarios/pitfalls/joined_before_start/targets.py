"""A child that is to be joined whatever happens, and something happens before it was started."""

from multiprocessing import Process


def join_in_any_case():
    child = Process(target=print, args=("working",))
    try:
        prepare()
        child.start()
    finally:
        child.join()


def join_what_was_started():
    child = Process(target=print, args=("working",))
    prepare()
    child.start()
    try:
        print("meanwhile")
    finally:
        child.join()


def prepare():
    raise ValueError("no configuration")
