"""A worker that asks whether there is work, and one that works until it is told to stop."""


def work_while_not_empty(jobs, worker_has_looked):
    done = []
    while not jobs.empty():
        done.append(jobs.get())
    worker_has_looked.set()
    return done


def work_until_told(jobs, worker_has_looked):
    worker_has_looked.set()
    return list(iter(jobs.get, None))


def give(jobs, worker_has_looked):
    worker_has_looked.wait()
    for job in ["wash", "iron", None]:
        jobs.put(job)
