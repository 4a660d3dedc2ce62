"""A process doubles the numbers of an array."""


def double(numbers):
    values = numbers[:]
    for index in range(len(values)):
        values[index] *= 2


def double_and_store(numbers):
    with numbers.get_lock():
        values = numbers[:]
        for index in range(len(values)):
            values[index] *= 2
        numbers[:] = values
