"""Producers that each end with a sentinel; a collector that knows, or does not know, how many they are."""


def produce(items, name):
    items.put(name)
    items.put(None)


def collect(items, producers):
    collected = []
    while producers:
        item = items.get()
        if item is None:
            producers -= 1
        else:
            collected.append(item)
    return collected
