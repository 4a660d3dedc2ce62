"""Two processes transfer money in opposite directions, and give up if a lock is not to be had."""


def transfer_or_give_up(source, target, both_hold_one, both_have_tried, transfers):
    with source:
        both_hold_one.wait()
        if target.acquire(timeout=0.1):
            transfers.value += 1
            target.release()
        both_have_tried.wait()


def transfer_in_order(first, second, transfers):
    with first, second:
        transfers.value += 1
