"""A lock that nobody keeps but the arguments of a process, and one that the parent keeps."""

from multiprocessing import Lock, Pipe, Process


class SlowArgument:
    """Keeps the child from its next argument until it is told to go on: a slow start, made certain."""

    def __init__(self, connection):
        self.connection = connection

    def __reduce__(self):
        return receive, (self.connection,)


def receive(connection):
    return connection.recv()


def keep_no_lock():
    started, starting = Pipe(duplex=False)
    child = Process(target=work, args=(SlowArgument(started), Lock()))
    return run(child, starting)


def keep_lock():
    started, starting = Pipe(duplex=False)
    lock = Lock()
    child = Process(target=work, args=(SlowArgument(started), lock))
    return run(child, starting)


def run(child, starting):
    child.start()
    starting.send("go on")
    child.join()
    return child.exitcode


def work(slow, lock):
    with lock:
        print("working")
