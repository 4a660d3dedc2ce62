"""A process makes a block of shared memory, says its name, and ends; another looks whether the block is there."""

from multiprocessing.shared_memory import SharedMemory


def make_and_close(names):
    block = SharedMemory(create=True, size=16)
    names.put(block.name)
    block.close()


def make_and_unlink(names):
    block = SharedMemory(create=True, size=16)
    names.put(block.name)
    block.close()
    block.unlink()


def find_and_remove(names):
    block = SharedMemory(names.get())
    block.close()
    block.unlink()
    return "found"
