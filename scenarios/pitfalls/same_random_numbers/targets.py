"""Players who throw the die of their module, and players with a die of their own."""

import random

die = random.Random(42)


def throw():
    print(*(die.randint(1, 6) for _ in range(5)))


def throw_own(player):
    own = random.Random(f"42, player {player}")
    print(*(own.randint(1, 6) for _ in range(5)))
