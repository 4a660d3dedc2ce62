"""A kitchen with one condition, where a washer waits for plates and an eater for meals."""


def wash(kitchen, plates, washer_waits):
    with kitchen:
        washer_waits.set()
        while plates.value == 0:
            kitchen.wait()
        plates.value -= 1
    print("washed")


def eat(kitchen, meals, plates, washer_waits, eater_waits):
    washer_waits.wait()
    with kitchen:
        eater_waits.set()
        while meals.value == 0:
            kitchen.wait()
        meals.value -= 1
        plates.value += 1
        kitchen.notify_all()
    print("eaten")


def cook_and_notify(kitchen, meals, eater_waits):
    eater_waits.wait()
    with kitchen:
        meals.value += 1
        kitchen.notify()
    print("cooked")


def cook_and_notify_all(kitchen, meals, eater_waits):
    eater_waits.wait()
    with kitchen:
        meals.value += 1
        kitchen.notify_all()
    print("cooked")
