"""A supervisor that starts a child of its own."""

from multiprocessing import Process


def supervise():
    child = Process(target=work)
    child.start()
    child.join()


def work():
    print("working")
