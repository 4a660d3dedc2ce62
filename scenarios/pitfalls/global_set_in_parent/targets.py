"""A level that the parent sets in a global, and one that it gives to the child."""

level = "warning"


def configure(chosen):
    global level
    level = chosen


def work():
    print(level)


def work_at(chosen):
    print(chosen)
