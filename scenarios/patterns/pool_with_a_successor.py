"""Workers that share out jobs and hold nothing while they work, and one who comes after them and looks what is left."""


def work(jobs, results, first, step):
    """Do every ``step``-th job from ``first`` on that has no result yet."""
    for number in range(first, len(jobs), step):
        if not results[number]:
            results[number] = jobs[number] ** 2
