"""Two customers withdraw from an account that has enough for one of them."""


def check_then_withdraw(balance, amount, both_have_checked):
    with balance.get_lock():
        enough = balance.value >= amount
    both_have_checked.wait()
    if enough:
        with balance.get_lock():
            balance.value -= amount


def check_and_withdraw(balance, amount):
    with balance.get_lock():
        if balance.value >= amount:
            balance.value -= amount
