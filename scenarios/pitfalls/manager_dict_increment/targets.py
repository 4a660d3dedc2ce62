"""Two processes count the hits of a page in a manager's dictionary."""


def count_hit(hits, both_have_read):
    # One request to read hits["page"], then the call of one(), then one request to write hits["page"].
    hits["page"] += one(both_have_read)


def one(both_have_read):
    both_have_read.wait()
    return 1


def count_hit_locked(hits, lock):
    with lock:
        hits["page"] += 1
