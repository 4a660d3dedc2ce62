"""Visitors sign a book, which by default is one and the same list at each call."""


def sign(name, book=[]):  # noqa: B006 - that it is kept between calls is what is relied on here
    book.append(name)
    return list(book)
