"""Jobs that are functions: one that cannot be pickled, and one that can."""

from functools import partial


def give_lambda(jobs, results):
    jobs.put(lambda: pow(2, 10))
    jobs.put(None)
    return results.get()


def give_partial(jobs, results):
    jobs.put(partial(pow, 2, 10))
    jobs.put(None)
    return results.get()


def work(jobs, results):
    results.put([job() for job in iter(jobs.get, None)])
