"""A library that needs ``spawn``, in a program that has chosen ``fork``."""

import multiprocessing


def set_for_everybody():
    multiprocessing.set_start_method("spawn")
    run(multiprocessing)


def use_own_context():
    run(multiprocessing.get_context("spawn"))


def run(context):
    child = context.Process(target=say_hello)
    child.start()
    child.join()


def say_hello():
    print("hello")
