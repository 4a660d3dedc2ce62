"""A log that a child opens and leaves open, and one that it closes."""


def write_and_leave(path):
    global log
    log = open(path, "w")  # noqa: SIM115
    log.write("finished\n")


def write_and_close(path):
    with open(path, "w") as log:
        log.write("finished\n")
