"""A download fails in one of a limited number of slots."""


def download():
    raise ConnectionError("the server hung up")


def acquire_download_release(slots):
    slots.acquire()
    download()
    slots.release()


def download_with_slot(slots):
    with slots:
        download()


def find_slot(slots):
    found = slots.acquire(timeout=0.1)
    if found:
        slots.release()
    return found
