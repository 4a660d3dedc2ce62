"""Print a line in two pieces or in one; both processes have begun before either goes on."""


def print_in_pieces(both_have_begun):
    print("begin ", end="", flush=True)
    both_have_begun.wait()
    print("end", flush=True)


def print_at_once(both_have_begun):
    line = "begin "
    both_have_begun.wait()
    print(line + "end", flush=True)
