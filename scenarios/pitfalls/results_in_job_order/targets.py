"""Two workers answer two jobs; the boss matches answers with jobs by their order, or by name."""

JOBS = ["slow", "quick"]


def work(jobs, answers, quick_is_answered):
    job = jobs.get()
    if job == "slow":
        quick_is_answered.wait()
    answers.put((job, len(job)))
    quick_is_answered.set()


def match_by_order(jobs, answers):
    for job in JOBS:
        jobs.put(job)
    return {job: answers.get()[1] for job in JOBS}


def match_by_name(jobs, answers):
    for job in JOBS:
        jobs.put(job)
    return dict(answers.get() for _ in JOBS)
