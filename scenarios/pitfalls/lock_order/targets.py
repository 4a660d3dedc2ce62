"""Two processes transfer money in opposite directions, each under the locks of both accounts."""


def transfer(source, target, both_hold_one):
    with source:
        print("has its first lock", flush=True)
        both_hold_one.wait()
        with target:
            print("has both", flush=True)


def transfer_in_order(first, second, transfers):
    for _ in range(1000):
        with first, second:
            transfers.value += 1
