"""Two processes that add a line to the end of one file."""

import os


def seek_and_write(path, line, both):
    with open(path, "r+") as file:
        file.seek(0, os.SEEK_END)
        both.wait()
        file.write(line)


def append(path, line, both):
    with open(path, "a") as file:
        both.wait()
        file.write(line)
