"""Put a batch and make room for the next: by clearing the list, or by taking a new one."""


def put_and_clear(batches, put_all):
    batches.put(bytes(2**20))  # Keeps the feeder thread busy until somebody reads.
    batch = ["a", "b"]
    batches.put(batch)
    batch.clear()
    put_all.set()


def put_and_renew(batches, put_all):
    batches.put(bytes(2**20))
    batch = ["a", "b"]
    batches.put(batch)
    batch = []
    put_all.set()
    return batch


def get_second(batches, put_all):
    put_all.wait()
    batches.get()
    return batches.get()
