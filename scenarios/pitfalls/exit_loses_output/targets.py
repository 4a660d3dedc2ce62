"""Print and leave by os._exit, with and without flushing."""

import os


def print_and_exit():
    print("done")
    os._exit(0)


def print_flush_and_exit():
    print("done", flush=True)
    os._exit(0)
