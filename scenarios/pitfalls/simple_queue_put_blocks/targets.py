"""Put a large item, then get it, in one process."""

LARGE = bytes(2**20)


def put_then_get(items):
    items.put(LARGE)
    return len(items.get())
