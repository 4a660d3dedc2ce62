"""A seed that the parent sets for itself, and one that is given to the child."""

import random


def seed():
    random.seed(42)


def draw():
    return random.random()


def seed_and_draw(given):
    random.seed(given)
    return random.random()
