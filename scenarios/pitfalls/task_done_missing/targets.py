"""Workers that skip bad jobs: without a word, or saying that they are done."""


def give(jobs):
    for number in [4, -1, 9]:
        jobs.put(number)
    jobs.join()
    jobs.put(None)


def skip_silently(jobs):
    roots = []
    for number in iter(jobs.get, None):
        if number < 0:
            continue
        roots.append(number**0.5)
        jobs.task_done()
    return roots


def skip_and_say_done(jobs):
    roots = []
    for number in iter(jobs.get, None):
        try:
            if number < 0:
                continue
            roots.append(number**0.5)
        finally:
            jobs.task_done()
    return roots
