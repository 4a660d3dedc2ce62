"""A parent that joins its child, and one that also asks how it ended."""

from multiprocessing import Process


def join():
    child = Process(target=convert, args=("twelve",))
    child.start()
    child.join()
    print("converted")


def join_and_ask():
    child = Process(target=convert, args=("twelve",))
    child.start()
    child.join()
    if child.exitcode != 0:
        raise RuntimeError(f"the child ended with exit code {child.exitcode}")
    print("converted")


def convert(text):
    print(int(text))
