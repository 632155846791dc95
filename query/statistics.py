"""Tests of a variant against the control, and of an experiment's split. Two-sided, deterministic, in closed form.

Nothing is corrected for several variants: each is compared with the control alone. semantics: Experiment.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special

CONFIDENCE = 0.95
TIGHTEST_AT = 5_000
RATIO_FROM, RATIO_P = 100, 0.001

_ALPHA = 1 - CONFIDENCE
_Z = float(special.ndtri(1 - _ALPHA / 2))


@dataclass(frozen=True, slots=True)
class Sample:
    """A variant's units: how many, how many of them converted, the sum of their values and of the values' squares.

    The sums are exact; money is in micros.
    """

    units: int
    converted: int
    total: int
    squares: int

    @property
    def rate(self) -> float:
        return self.converted / self.units

    @property
    def mean(self) -> float:
        return self.total / self.units

    @property
    def variance(self) -> float:
        """Sample variance, of n − 1. Whole numbers until the last step, so nothing cancels. Needs two units."""
        return (self.units * self.squares - self.total**2) / (self.units * (self.units - 1))


@dataclass(frozen=True, slots=True)
class Test:
    """A difference: its statistic, p and interval. None where the sample says too little: no spread at all."""

    statistic: float | None
    p: float | None
    low: float | None
    high: float | None


UNTESTED = Test(None, None, None, None)


def two_proportions(variant: Sample, control: Sample) -> Test:
    """z test of a difference of rates. p is by the pooled rate, which holds where there is no difference; the interval
    by each rate's own variance. Both need a unit in each sample.
    """
    if not (variant.units and control.units):
        return UNTESTED
    difference = variant.rate - control.rate
    pooled = (variant.converted + control.converted) / (variant.units + control.units)
    error = math.sqrt(pooled * (1 - pooled) * (1 / variant.units + 1 / control.units))
    statistic = difference / error if error else None
    own = math.sqrt(sum(each.rate * (1 - each.rate) / each.units for each in (variant, control)))
    return Test(
        statistic,
        None if statistic is None else 2 * float(special.ndtr(-abs(statistic))),
        difference - _Z * own if own else None,
        difference + _Z * own if own else None,
    )


def welch(variant: Sample, control: Sample) -> Test:
    """Welch's t test of a difference of means, degrees of freedom by Welch and Satterthwaite. Needs two units each."""
    if min(variant.units, control.units) < 2:
        return UNTESTED
    squared = [each.variance / each.units for each in (variant, control)]
    error = math.sqrt(sum(squared))
    if not error:
        return UNTESTED
    # shares of the squared error, whose own squares neither overflow nor vanish
    shares = [each / sum(squared) for each in squared]
    freedom = 1 / (shares[0] ** 2 / (variant.units - 1) + shares[1] ** 2 / (control.units - 1))
    difference = variant.mean - control.mean
    statistic = difference / error
    reach = float(special.stdtrit(freedom, 1 - _ALPHA / 2)) * error
    return Test(statistic, 2 * float(special.stdtr(freedom, -abs(statistic))), difference - reach, difference + reach)


def always_valid_p(statistic: float, units: int) -> float:
    """p that holds at whatever moment one looks and stops: the inverse of the mixture likelihood ratio.

    The ratio is that of Johari, Koomen, Pekelis and Walsh, "Peeking at A/B Tests" (KDD 2017), a normal mixture of
    variance τ² around no difference: √(V / (V + nτ²)) · exp(n²τ²d² / (2V(V + nτ²))). With the statistic z = d / √(V/n)
    it is 1/√(1 + r) · exp(z²r / (2(1 + r))), r = nτ²/V. τ²/V is fixed ahead by where the test is to be sharpest, at
    `TIGHTEST_AT` units of both variants: (−2 ln α + ln(1 − 2 ln α)) / n (Waudby-Smith, Arbour, Sinha, Kennedy and
    Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences"); 5,000 is what GrowthBook and
    PostHog take.
    """
    ratio = units * (-2 * math.log(_ALPHA) + math.log(1 - 2 * math.log(_ALPHA))) / TIGHTEST_AT
    return min(1.0, math.sqrt(1 + ratio) * math.exp(-(statistic**2) * ratio / (2 * (1 + ratio))))


def ratio_p(units: Sequence[int], weights: Sequence[float]) -> float | None:
    """p of χ² that so uneven a split comes by chance; weights are positive. None below `RATIO_FROM` units in all, and
    for a single variant.
    """
    total = sum(units)
    if total < RATIO_FROM or len(units) < 2:
        return None
    expected = [total * weight / math.fsum(weights) for weight in weights]
    chi = math.fsum((came - wanted) ** 2 / wanted for came, wanted in zip(units, expected, strict=True))
    return float(special.chdtrc(len(units) - 1, chi))
