"""Jobs, and sentinels after them; workers that stop at a sentinel."""


def give(jobs, sentinels):
    for job in ["wash", "iron", "fold"]:
        jobs.put(job)
    for _ in range(sentinels):
        jobs.put(None)


def work(jobs):
    for job in iter(jobs.get, None):
        print(job)
