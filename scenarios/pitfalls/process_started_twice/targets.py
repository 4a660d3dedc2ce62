"""A bell that is to ring twice."""

from multiprocessing import Process


def start_again():
    bell = Process(target=ring)
    for _ in range(2):
        bell.start()
        bell.join()


def start_another():
    for _ in range(2):
        bell = Process(target=ring)
        bell.start()
        bell.join()


def ring():
    print("ding")
