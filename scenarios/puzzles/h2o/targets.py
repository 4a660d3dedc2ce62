"""Atoms that bond as whole molecules: two hydrogen atoms and one oxygen atom at a time, and none in between."""

import time


def hydrogen(hydrogen_is_here, may_bond, bonds, molecule):
    hydrogen_is_here.release()
    may_bond.acquire()
    linger()
    bonds.put("H")
    molecule.wait()


def oxygen(one_oxygen_at_a_time, hydrogen_is_here, may_bond, bonds, molecule):
    with one_oxygen_at_a_time:
        hydrogen_is_here.acquire()
        linger()
        hydrogen_is_here.acquire()
        may_bond.release()
        may_bond.release()
        bonds.put("O")
        molecule.wait()


def greedy_oxygen(hydrogen_is_here, may_bond, bonds, molecule, each_oxygen_has_one):
    hydrogen_is_here.acquire()
    print("has one hydrogen atom", flush=True)
    each_oxygen_has_one.wait()
    hydrogen_is_here.acquire()
    print("has two hydrogen atoms", flush=True)
    may_bond.release()
    may_bond.release()
    bonds.put("O")
    molecule.wait()


def hydrogen_without_barrier(hydrogen_is_here, may_bond, bonds, every_oxygen_has_bonded):
    hydrogen_is_here.release()
    may_bond.acquire()
    every_oxygen_has_bonded.wait()
    bonds.put("H")


def oxygen_without_barrier(one_oxygen_at_a_time, hydrogen_is_here, may_bond, bonds, every_oxygen_has_bonded):
    with one_oxygen_at_a_time:
        hydrogen_is_here.acquire()
        hydrogen_is_here.acquire()
        may_bond.release()
        may_bond.release()
        bonds.put("O")
    every_oxygen_has_bonded.wait()


def molecules(bonds):
    """The atoms in the order in which they bonded, three by three."""
    atoms = []
    while not bonds.empty():
        atoms.append(bonds.get())
    return ["".join(sorted(atoms[start : start + 3])) for start in range(0, len(atoms), 3)]


def linger():
    """Leave the others time to get in the way, so that a wrong solution is noticed; a right one does not mind."""
    time.sleep(0.001)
