"""A log that the parent has opened, and one that the child opens itself."""


def open_log(path):
    return open(path, "a")


def write_to_file(log):
    log.write("started\n")
    log.flush()


def write_to_path(path):
    with open(path, "a") as log:
        log.write("started\n")
