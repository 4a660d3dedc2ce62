"""Payments to a server that may be killed; the client asks the next one again, and none is booked twice."""

import json
import os
from contextlib import ExitStack
from multiprocessing.connection import wait


def serve(line, lifeline, book):
    with open(lifeline, "w"):  # Nobody else opens it to write: its end of file is this process's death.
        for number, amount in iter(line.recv, None):
            line.send(pay_in(book, number, amount))


def pay_in(book, number, amount):
    """The balance after payment ``number``, which is booked unless it is already."""
    with open(book) as file:
        balances = json.load(file)
    if number == len(balances):
        balances.append(balances[-1] + amount)
        with open(book + ".new", "w") as file:
            json.dump(balances, file)
        os.replace(book + ".new", book)
    return balances[number]


def ask(amounts, lines, lifelines):
    balances = []
    with ExitStack() as files:
        # Each open returns when that server has opened it too.
        servers = [(line, files.enter_context(open(path))) for line, path in zip(lines, lifelines, strict=True)]
        for request in enumerate(amounts, 1):
            while len(balances) < request[0]:
                line, lifeline = servers[0]
                line.send(request)
                wait([line, lifeline])
                if line.poll():
                    balances.append(line.recv())
                else:
                    del servers[0]
        for line, _ in servers:
            line.send(None)
    return balances
