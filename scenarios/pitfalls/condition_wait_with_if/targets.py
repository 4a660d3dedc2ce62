"""Two buyers wait for goods, which come one at a time."""


def buy_with_if(delivered, stock, has_looked):
    with delivered:
        if stock.value == 0:
            has_looked.release()
            delivered.wait()
        stock.value -= 1
        print(stock.value)
        has_looked.release()


def buy_with_while(delivered, stock, has_looked):
    with delivered:
        while stock.value == 0:
            has_looked.release()
            delivered.wait()
        stock.value -= 1
        print(stock.value)
        has_looked.release()


def deliver_twice(delivered, stock, has_looked):
    for _ in range(2):
        for _ in range(2):
            has_looked.acquire()  # both buyers have looked since the last delivery
        with delivered:
            stock.value += 1
            delivered.notify_all()
