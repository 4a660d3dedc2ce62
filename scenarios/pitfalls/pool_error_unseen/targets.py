"""A task that fails, and a program that does not ask for its result, or does."""

from multiprocessing import Pool


def ask_and_leave():
    with Pool(1) as pool:
        pool.apply_async(divide, (1, 0))
        pool.close()
        pool.join()
    print("all done")


def ask_and_get():
    with Pool(1) as pool:
        asked = pool.apply_async(divide, (1, 0))
        pool.close()
        pool.join()
        asked.get()
    print("all done")


def divide(number, by):
    return number / by
