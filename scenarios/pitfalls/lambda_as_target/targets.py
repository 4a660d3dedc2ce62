"""A child whose function is written on the spot, and one whose function can be found by its name."""

from multiprocessing import Process


def start_lambda():
    run(lambda: print("hello"))


def start_function():
    run(say_hello)


def say_hello():
    print("hello")


def run(target):
    child = Process(target=target)
    child.start()
    child.join()
