"""A lock of the default context, and one of the context that the child is of."""

import multiprocessing


def take_default_lock():
    run(multiprocessing.Lock())


def take_spawn_lock():
    run(multiprocessing.get_context("spawn").Lock())


def run(lock):
    child = multiprocessing.get_context("spawn").Process(target=work, args=(lock,))
    child.start()
    child.join()


def work(lock):
    with lock:
        print("working")
