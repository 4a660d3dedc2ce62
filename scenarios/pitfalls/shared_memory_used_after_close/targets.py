"""A process reads from a block of shared memory and closes it."""


def close_then_read(block):
    block.close()
    return block.buf[0]


def close_then_read_kept_view(block):
    view = block.buf
    block.close()
    return view[0]


def close_with_a_slice_left(block):
    part = block.buf[:2]
    block.close()
    return part[0]


def copy_then_close(block):
    part = bytes(block.buf[:2])
    block.close()
    return part
