"""A task that kills its worker, in a ``Pool`` and in an executor."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pool


def ask_pool(patience):
    with Pool(1) as pool:
        pool.apply_async(die).get(patience)


def ask_executor(patience):
    with ProcessPoolExecutor(1) as executor:
        executor.submit(die).result(patience)


def die():
    os.kill(os.getpid(), signal.SIGKILL)
