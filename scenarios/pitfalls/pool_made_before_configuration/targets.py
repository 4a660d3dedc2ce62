"""A pool whose workers are to know a level."""

from multiprocessing import Pool

level = "warning"


def configure(chosen):
    global level
    level = chosen


def configure_after():
    with Pool(1) as pool:
        configure("debug")
        print(pool.apply(read_level))


def configure_workers():
    with Pool(1, initializer=configure, initargs=("debug",)) as pool:
        print(pool.apply(read_level))


def read_level():
    return level
