"""Money goes from one account to another, and Ctrl-C is pressed meanwhile."""

import signal
from contextlib import contextmanager


def transfer(checking, savings, amount):
    if checking.value >= amount:
        checking.value -= amount
        savings.value += amount


def transfer_as_a_whole(checking, savings, amount):
    with interrupt_held_back():
        transfer(checking, savings, amount)


@contextmanager
def interrupt_held_back():
    """Let an interrupt wait for the end of the block."""
    held_back = []
    handler = signal.signal(signal.SIGINT, lambda *_: held_back.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if held_back:
            raise KeyboardInterrupt
