"""A process puts what it has found into a list that it was given."""


def seek(found):
    found.append("gold")
    print(found[0])
