"""Jobs for two workers, of whom the first is killed between getting a job and reporting it."""

from contextlib import ExitStack
from multiprocessing.connection import wait


def put_jobs(jobs, amount):
    for job in range(1, amount + 1):
        jobs.put(job)
    jobs.join()
    print("all jobs are done")


def take_jobs(jobs):
    while True:
        job = jobs.get()
        print("done:", job, flush=True)
        jobs.task_done()


def give_jobs(amount, lines, lifelines):
    results = []
    with ExitStack() as files:
        # Each open returns when that worker has opened it too.
        team = [(line, files.enter_context(open(path))) for line, path in zip(lines, lifelines, strict=True)]
        while len(results) < amount:
            line, lifeline = team[0]
            line.send(len(results) + 1)
            wait([line, lifeline])
            if line.poll():
                results.append(line.recv())
            else:
                del team[0]
        for line, _ in team:
            line.send(None)
    return results


def do_jobs(line, lifeline):
    with open(lifeline, "w"):  # Nobody else opens it to write: its end of file is this process's death.
        for job in iter(line.recv, None):
            line.send(f"done: {job}")
