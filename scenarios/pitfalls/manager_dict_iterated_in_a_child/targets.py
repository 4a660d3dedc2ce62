"""A process lists what is in a manager's dictionary."""


def show(ages):
    for name in ages:
        print(name, ages[name])


def show_items(ages):
    for name, age in ages.items():
        print(name, age)
