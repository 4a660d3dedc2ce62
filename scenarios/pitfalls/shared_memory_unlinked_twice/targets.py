"""Two processes use a block of shared memory and clear up after themselves."""


def unlink_first(block, other_has_it, unlinked):
    other_has_it.wait()
    block.buf[0] = 1
    block.close()
    block.unlink()
    unlinked.set()


def unlink_second(block, has_it, other_has_unlinked):
    has_it.set()
    other_has_unlinked.wait()
    block.buf[1] = 1
    block.close()
    block.unlink()


def use(block, index):
    block.buf[index] = 1
    block.close()


def unlink(block):
    block.unlink()
