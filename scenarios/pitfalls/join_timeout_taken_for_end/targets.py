"""A child that needs longer than its parent is willing to wait."""

from multiprocessing import Pipe, Process, Value


def read_after_join():
    child, line, result = start_child()
    child.join(timeout=0.1)
    print(result.value)
    finish(child, line)


def read_after_end():
    child, line, result = start_child()
    child.join(timeout=0.1)
    if child.exitcode is None:
        finish(child, line)
    print(result.value)


def start_child():
    hear, line = Pipe(duplex=False)
    result = Value("i", 0)
    child = Process(target=compute, args=(hear, result))
    child.start()
    return child, line, result


def finish(child, line):
    line.send("the last number")
    child.join()


def compute(hear, result):
    hear.recv()
    result.value = 42
