"""A pool that is used after its ``with``, and one that is used within."""

from multiprocessing import Pool


def map_after_with():
    with Pool(1) as pool:
        print(pool.map(abs, [-1, -2]))
    print(pool.map(abs, [-3, -4]))


def map_within():
    with Pool(1) as pool:
        print(pool.map(abs, [-1, -2]))
        print(pool.map(abs, [-3, -4]))
