"""What an experiment's numbers say about its variants by Bayes, integrated, never sampled.

A rate has the posterior Beta(1 + c, 1 + n − c). A mean has the normal one of a flat prior and a known variance, that of
the sample: N(mean, s²/n). semantics: Experiment.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

Numbers = NDArray[np.float64]

# A posterior's range is cut at these tail probabilities, from both ends; between two cuts it is smooth enough for a
# dozen points of Gauss and Legendre. What lies beyond the first is less than a float can tell from 1.
_TAILS = np.array([1e-16, 1e-8, 1e-3, 0.05, 0.5])
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_MARGIN = 0.025
_MAX_STEPS = 100
# in spreads; what is left after one of Newton's steps is of the order of its square
_LAST_STEP = 1e-4


class Posterior(Protocol):
    """What is known of a variant's rate or mean."""

    @property
    def mean(self) -> float: ...
    @property
    def spread(self) -> float:
        """Its standard deviation, above 0."""
        ...

    def density(self, x: Numbers) -> Numbers: ...
    def below(self, x: Numbers) -> Numbers:
        """The chance that it is at most x."""
        ...

    def cuts(self) -> Numbers:
        """Ascending, from one end of its range to the other."""
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    """Beta(1 + converted, 1 + units − converted)."""

    converted: int
    units: int

    @property
    def mean(self) -> float:
        return (1 + self.converted) / (2 + self.units)

    @property
    def spread(self) -> float:
        return math.sqrt(self.mean * (1 - self.mean) / (3 + self.units))

    def density(self, x: Numbers) -> Numbers:
        a, b = self.converted, self.units - self.converted
        inside = np.clip(x, 0.0, 1.0)
        height = special.xlogy(a, inside) + special.xlog1py(b, -inside) - special.betaln(1 + a, 1 + b)
        return np.where((x < 0) | (x > 1), 0.0, np.exp(height))

    def below(self, x: Numbers) -> Numbers:
        return special.betainc(1 + self.converted, 1 + self.units - self.converted, np.clip(x, 0.0, 1.0))

    def cuts(self) -> Numbers:
        a, b = 1 + self.converted, 1 + self.units - self.converted
        return np.concatenate([special.betaincinv(a, b, _TAILS), special.betainccinv(a, b, _TAILS[-2::-1])])


@dataclass(frozen=True, slots=True)
class Mean:
    """N(mean, spread²)."""

    mean: float
    spread: float

    def density(self, x: Numbers) -> Numbers:
        return np.exp(-(((x - self.mean) / self.spread) ** 2) / 2) / (self.spread * math.sqrt(2 * math.pi))

    def below(self, x: Numbers) -> Numbers:
        return special.ndtr((x - self.mean) / self.spread)

    def cuts(self) -> Numbers:
        half = special.ndtri(_TAILS)
        return self.mean + self.spread * np.concatenate([half, -half[-2::-1]])


@dataclass(frozen=True, slots=True)
class Standing:
    """A variant among all: the chance that it is the best, and what choosing it costs on average."""

    chance_to_be_best: float
    expected_loss: float


@dataclass(frozen=True, slots=True)
class Lead:
    """A variant before the control: the chance that it is ahead, and 95 % of the difference, equal tails outside."""

    chance: float
    low: float
    high: float


def contest(posteriors: Sequence[Posterior]) -> list[Standing]:
    """Each variant's standing among all, in their order.

    The chance to be best is ∫ f ∏F of the others. The loss E[max − X] is ∫ F(1 − ∏F of the others), which is never
    negative and loses no digits where it is tiny.
    """
    x, weights = _nodes(np.concatenate([each.cuts() for each in posteriors]))
    below = np.array([each.below(x) for each in posteriors])
    found: list[Standing] = []
    for index, each in enumerate(posteriors):
        others = np.delete(below, index, axis=0).prod(axis=0)
        found.append(
            Standing(_chance(weights @ (each.density(x) * others)), float(weights @ (below[index] * (1 - others))))
        )
    return found


def lead(variant: Posterior, control: Posterior) -> Lead:
    """How a variant stands against the control alone."""
    if isinstance(variant, Mean) and isinstance(control, Mean):
        difference, error = variant.mean - control.mean, math.hypot(variant.spread, control.spread)
        reach = -float(special.ndtri(_MARGIN)) * error
        return Lead(float(special.ndtr(difference / error)), difference - reach, difference + reach)
    pair = _Difference(variant, control)
    chance = _chance(1 - pair.at(0.0)[0])
    return Lead(chance, pair.quantile(_MARGIN), pair.quantile(1 - _MARGIN))


class _Difference:
    """The distribution of variant − control."""

    def __init__(self, variant: Posterior, control: Posterior) -> None:
        self._variant, self._control = variant, control
        self._of_variant, self._of_control = variant.cuts(), control.cuts()

    def at(self, difference: float) -> tuple[float, float]:
        """The chance to be at most this, and the density here: ∫ f_control(x) F_variant(x + difference) dx."""
        low, high = self._of_control[0], self._of_control[-1]
        shifted = np.clip(self._of_variant - difference, low, high)
        x, weights = _nodes(np.concatenate([self._of_control, shifted]))
        weighted, moved = weights * self._control.density(x), x + difference
        return float(weighted @ self._variant.below(moved)), float(weighted @ self._variant.density(moved))

    def quantile(self, share: float) -> float:
        """Newton's steps from the normal approximation, halving instead where one would leave the bracket."""
        low = float(self._of_variant[0] - self._of_control[-1])
        high = float(self._of_variant[-1] - self._of_control[0])
        spread = math.hypot(self._variant.spread, self._control.spread)
        found = self._variant.mean - self._control.mean + spread * float(special.ndtri(share))
        for _ in range(_MAX_STEPS):
            chance, density = self.at(found)
            low, high = (found, high) if chance < share else (low, found)
            step = (share - chance) / density if density > 0 else math.inf
            if abs(step) <= _LAST_STEP * spread:
                return found + step
            found = found + step if low < found + step < high else (low + high) / 2
        return found


def _nodes(cuts: Numbers) -> tuple[Numbers, Numbers]:
    """Points between the cuts, and the weights by which their values sum to the integral."""
    edges = np.unique(cuts)
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    return (middle + half * _POINTS).ravel(), (half * _WEIGHTS).ravel()


def _chance(value: Any) -> float:
    return min(1.0, max(0.0, float(value)))
