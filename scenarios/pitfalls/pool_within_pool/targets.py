"""A task that uses a pool itself, in a ``Pool`` and in an executor."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pool


def ask_pool():
    with Pool(1) as pool:
        return pool.apply(map_in_pool)


def ask_executor():
    with ProcessPoolExecutor(1) as executor:
        return executor.submit(map_in_pool).result()


def map_in_pool():
    with Pool(1) as pool:
        return pool.map(abs, [-1, -2])
