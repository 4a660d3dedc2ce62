"""A manager's dictionary that nobody keeps but the arguments of a process, and one that the parent keeps."""

from multiprocessing import Manager, Pipe, Process


class SlowArgument:
    """Keeps the child from its next argument until it is told to go on: a slow start, made certain."""

    def __init__(self, connection):
        self.connection = connection

    def __reduce__(self):
        return receive, (self.connection,)


def receive(connection):
    return connection.recv()


def keep_no_proxy():
    started, starting = Pipe(duplex=False)
    with Manager() as manager:
        child = Process(target=count, args=(SlowArgument(started), manager.dict()))
        return run(child, starting)


def keep_proxy():
    started, starting = Pipe(duplex=False)
    with Manager() as manager:
        stock = manager.dict()
        child = Process(target=count, args=(SlowArgument(started), stock))
        return run(child, starting)


def run(child, starting):
    child.start()
    starting.send("go on")
    child.join()
    return child.exitcode


def count(slow, stock):
    stock["apples"] = 3
    print(stock)
