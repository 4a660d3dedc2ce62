"""A client asks a server twice, which is killed between the second request and its answer."""

from multiprocessing.connection import wait


def ask(line):
    for request in (1, 2):
        line.send(request)
        print(line.recv(), flush=True)


def serve(line):
    for _ in range(2):
        line.send(f"answer {line.recv()}")


def ask_while_it_lives(line, lifeline):
    with open(lifeline) as lifeline:  # Returns when the server has opened it too.
        for request in (1, 2):
            line.send(request)
            wait([line, lifeline])
            # Not what wait returned: an answer may have come since, just before the end.
            print(line.recv() if line.poll() else "the server is dead")


def serve_on_a_lifeline(line, lifeline):
    with open(lifeline, "w"):
        serve(line)
