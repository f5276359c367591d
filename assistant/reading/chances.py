"""Chances and their log odds, and two chances of the same thing as one."""

import math


def log_odds(chance: float, least: float) -> float:
    """The log odds of a chance, which is taken to lie between `least` and 1 - `least`."""
    kept = min(max(chance, least), 1 - least)
    return math.log(kept / (1 - kept))


def pooled(one: float, other: float, least: float) -> float:
    """Two chances of the same thing as one: that of the mean of their log odds (a logarithmic
    opinion pool, Genest and Zidek 1986). Rounded, so that the last bits decide nothing."""
    odds = (log_odds(one, least) + log_odds(other, least)) / 2
    return 1 / (1 + math.exp(-round(odds, 9)))


def moved(chance: float, by: float, least: float = 1e-4) -> float:
    """A chance after news that are worth so much in log odds (Bayes). Rounded as `pooled` is."""
    return 1 / (1 + math.exp(-round(log_odds(chance, least) + by, 9)))
