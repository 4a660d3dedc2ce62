"""A table whose title the parent has written, and whose rows its child writes."""


def begin(path):
    table = open(path, "w")  # noqa: SIM115
    table.write("title\n")
    return table


def begin_and_flush(path):
    table = begin(path)
    table.flush()
    return table


def write_row(table):
    table.write("row\n")
    table.close()


def end(table):
    table.close()
