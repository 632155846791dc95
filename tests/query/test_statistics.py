"""The statistics against published examples, closed forms in exact fractions, and scipy's own tests."""

import math
import time
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from analytics.v1 import query_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from query import bayes, statistics, variants
from query.statistics import Sample

CONVERSION = query_pb2.ExperimentRequest.MEASURE_CONVERSION
COUNT = query_pb2.ExperimentRequest.MEASURE_COUNT
REVENUE = query_pb2.ExperimentRequest.MEASURE_REVENUE


def rate(converted: int, units: int) -> Sample:
    return Sample(units, converted, converted, converted)


def sample(values: list[int]) -> Sample:
    return Sample(len(values), sum(1 for value in values if value), sum(values), sum(value * value for value in values))


@st.composite
def rates(draw: st.DrawFn) -> Sample:
    units = draw(st.one_of(st.integers(1, 40), st.sampled_from([1_000, 250_000, 5_000_000])))
    converted = draw(st.one_of(st.sampled_from([0, units]), st.integers(0, units), st.integers(0, max(1, units // 50))))
    return rate(min(converted, units), units)


def test_two_proportions_are_compared_as_statsmodels_does() -> None:
    # statsmodels, stats/tests/test_proportion.py, test_default_values: 5 of 83 against 12 of 99
    test = statistics.two_proportions(rate(5, 83), rate(12, 99))
    assert test.statistic == pytest.approx(-1.4078304151258787, abs=1e-12)
    assert test.p == pytest.approx(0.15918129181156992, abs=1e-12)


def test_the_interval_of_two_proportions_is_the_unpooled_one() -> None:
    # by hand: 0.08 − 0.05 ± 1.959964 √(0.05 · 0.95 / 1000 + 0.08 · 0.92 / 1000) = 0.03 ± 0.021569
    test = statistics.two_proportions(rate(80, 1000), rate(50, 1000))
    assert (test.low, test.high) == (pytest.approx(0.008431, abs=1e-6), pytest.approx(0.051569, abs=1e-6))


def test_means_are_compared_as_in_r_s_example_of_student_s_sleep_data() -> None:
    # R, `t.test(extra ~ group, data = sleep)`: t = -1.8608, df = 17.776, p-value = 0.07939, 95 percent confidence
    # interval -3.3654832 0.2054832; hours of sleep won by ten patients under each of two drugs (Student 1908), here
    # in tenths of an hour
    first, second = [7, -16, -2, -12, -1, 34, 37, 8, 0, 20], [19, 8, 11, 1, -1, 44, 55, 16, 46, 34]
    test = statistics.welch(sample(first), sample(second))
    assert test.statistic == pytest.approx(-1.8608, abs=5e-5)
    assert test.p == pytest.approx(0.07939, abs=5e-6)
    assert (test.low, test.high) == (pytest.approx(-33.654832, abs=5e-7), pytest.approx(2.054832, abs=5e-7))


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=30), st.lists(st.integers(0, 9), min_size=2, max_size=9))
@settings(max_examples=50, deadline=None)
def test_welch_agrees_with_scipy(first: list[int], second: list[int]) -> None:
    test = statistics.welch(sample(first), sample(second))
    if len({*first}) == len({*second}) == 1:
        assert test == statistics.UNTESTED
        return
    theirs = stats.ttest_ind_from_stats(
        *(np.mean(first), np.std(first, ddof=1), len(first)),
        *(np.mean(second), np.std(second, ddof=1), len(second)),
        equal_var=False,
    )
    assert test.statistic == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
    assert test.p == pytest.approx(theirs.pvalue, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize(
    ("units", "weights", "p"),
    [
        # Kohavi, Tang, Xu, "Trustworthy Online Controlled Experiments", chapter 3: 821,588 against 815,482, p 1.8E-6
        ([821_588, 815_482], [1, 1], pytest.approx(1.8e-6, rel=0.02)),
        # Wikipedia, "Sample ratio mismatch": 600 and 400 of 1,000, p 2.54 × 10⁻¹⁰
        ([600, 400], [1, 1], pytest.approx(2.54e-10, rel=0.002)),
        # Vermeer's SRM checker, FAQ: 502 and 498, p 0.899
        ([502, 498], [50, 50], pytest.approx(0.899, abs=5e-4)),
        # scipy.stats.chisquare, second example: χ² 3.5, p 0.62338762774958223; ten times the numbers, ten times χ²
        ([160, 180, 160, 140, 120, 120], [16, 16, 16, 16, 16, 8], pytest.approx(stats.chi2.sf(35, 5), rel=1e-9)),
    ],
)
def test_an_uneven_split_has_the_published_p(units: list[int], weights: list[float], p: object) -> None:
    assert statistics.ratio_p(units, weights) == p


def test_a_split_is_judged_from_a_hundred_units() -> None:
    assert statistics.ratio_p([99, 0], [1, 1]) is None
    assert statistics.ratio_p([100, 0], [1, 1]) == pytest.approx(stats.chi2.sf(100, 1))
    assert statistics.ratio_p([1_000], [1]) is None


def test_the_always_valid_p_is_the_inverse_of_johari_s_mixture_likelihood_ratio() -> None:
    # Johari et al. 2017, binary data: Λ = √(V/(V + nτ²)) exp(n²τ²d²/(2V(V + nτ²))), n units in each of both variants,
    # V = p(1−p) + q(1−q). n = 5,000, p = 0.10, q = 0.12: V = 0.0900 + 0.1056 = 0.1956, d = 0.02. τ² is such that
    # 2nτ²/V is 7.936…, twice n/5,000 of −2 ln α + ln(1 − 2 ln α) = 5.991465 + 1.944690
    n, v, d = 5_000, 0.1956, 0.02
    tau2 = 2 * (5.991465 + 1.944690) / 5_000 * v
    ratio = math.sqrt(v / (v + n * tau2)) * math.exp(n**2 * tau2 * d**2 / (2 * v * (v + n * tau2)))
    assert statistics.always_valid_p(d / math.sqrt(v / n), 2 * n) == pytest.approx(1 / ratio, rel=1e-5)
    # the same, worked out: r = 15.87231, z² = 10.22495, √16.87231 · exp(−10.22495 · 15.87231 / 33.74462) = 0.033486
    assert statistics.always_valid_p(d / math.sqrt(v / n), 2 * n) == pytest.approx(0.033486, abs=2e-6)


def test_looking_after_every_unit_finds_no_more_than_one_false_difference_in_twenty() -> None:
    generator = np.random.default_rng(20_170_813)
    false = 0
    for _ in range(200):
        variant, won = generator.random(4_000) < 0.5, generator.random(4_000) < 0.1
        ones, others = np.cumsum(variant), np.cumsum(~variant)
        converted, as_control = np.cumsum(won & variant), np.cumsum(won & ~variant)
        looks = range(20, 4_000, 20)
        ps = [
            (
                statistics.two_proportions(
                    rate(int(converted[i]), int(ones[i])), rate(int(as_control[i]), int(others[i]))
                ),
                i,
            )
            for i in looks
        ]
        false += any(
            test.statistic is not None and statistics.always_valid_p(test.statistic, i + 1) < 0.05 for test, i in ps
        )
    assert false <= 10


def beats(variant: Sample, control: Sample) -> Fraction:
    """Evan Miller, "Formulas for Bayesian A/B Testing", two tests: Σ B(α_A + i, β_A + β_B) / ((β_B + i) B(1 + i, β_B)
    B(α_A, β_A)), i from 0 to α_B − 1, in whole numbers.
    """

    def beta(a: int, b: int) -> Fraction:
        return Fraction(math.factorial(a - 1) * math.factorial(b - 1), math.factorial(a + b - 1))

    a_a, b_a = 1 + control.converted, 1 + control.units - control.converted
    a_b, b_b = 1 + variant.converted, 1 + variant.units - variant.converted
    return sum(
        (beta(a_a + i, b_a + b_b) / ((b_b + i) * beta(1 + i, b_b) * beta(a_a, b_a)) for i in range(a_b)), Fraction(0)
    )


def posterior(of: Sample) -> bayes.Rate:
    return bayes.Rate(of.converted, of.units)


@pytest.mark.parametrize(
    ("variant", "control"),
    [((0, 1), (0, 1)), ((3, 10), (1, 12)), ((0, 100), (1, 100)), ((60, 200), (50, 210)), ((5, 5), (0, 5))],
)
def test_the_chance_to_beat_the_control_is_miller_s_closed_form(
    variant: tuple[int, int], control: tuple[int, int]
) -> None:
    ours = bayes.lead(posterior(rate(*variant)), posterior(rate(*control))).chance
    assert ours == pytest.approx(float(beats(rate(*variant), rate(*control))), abs=1e-12)


@given(rates(), rates())
@settings(max_examples=15, deadline=None)
def test_the_credible_interval_holds_what_it_says(variant: Sample, control: Sample) -> None:
    ours, theirs = posterior(variant), posterior(control)
    lead = bayes.lead(ours, theirs)
    assert -1 < lead.low < lead.high < 1

    def at_most(difference: float) -> float:
        """P(variant − control ≤ difference), by scipy's adaptive integration over the control's quantiles."""
        one, other = (stats.beta(1 + each.converted, 1 + each.units - each.converted) for each in (variant, control))
        kinks = [other.cdf(one.ppf(share) - difference) for share in (1e-12, 0.001, 0.1, 0.5, 0.9, 0.999, 1 - 1e-12)]
        edges = sorted({0.0, 1.0, *(kink for kink in kinks if 0 < kink < 1)})
        return sum(
            integrate.quad(lambda u: one.cdf(other.ppf(u) + difference), low, high, limit=200)[0]
            for low, high in pairwise(edges)
            if high - low > 1e-12  # no integral over less adds a digit, and quad cannot divide it
        )

    assert at_most(lead.low) == pytest.approx(0.025, abs=1e-7)
    assert at_most(lead.high) == pytest.approx(0.975, abs=1e-7)


@given(st.lists(rates(), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_chances_to_be_best_make_one_and_the_losses_are_one_expectation(samples: list[Sample]) -> None:
    posteriors = [posterior(each) for each in samples]
    found = bayes.contest(posteriors)
    assert sum(each.chance_to_be_best for each in found) == pytest.approx(1, abs=1e-7)
    assert all(each.expected_loss >= 0 for each in found)
    # E[max] is the same, whichever variant it is reckoned from
    best = [each.expected_loss + known.mean for each, known in zip(found, posteriors, strict=True)]
    assert best == pytest.approx([best[0]] * len(best), abs=1e-9)


def test_two_variants_lose_what_stucchio_s_integral_says() -> None:
    # Chris Stucchio, "Easy Evaluation of Decision Rules in Bayesian A/B testing": the loss of choosing X, by whole
    # numbers: E[max(Y − X, 0)] = μ_Y h(c + 1, d, a, b) − μ_X h(c, d, a + 1, b), with h(a, b, c, d) the chance that
    # Beta(a, b) is above Beta(c, d)
    x, y = rate(3, 20), rate(5, 22)
    up = lambda of: Sample(of.units + 1, of.converted + 1, 0, 0)  # noqa: E731
    mean_x, mean_y = Fraction(4, 22), Fraction(6, 24)
    loss = mean_y * beats(up(y), x) - mean_x * beats(y, up(x))
    assert bayes.contest([posterior(x), posterior(y)])[0].expected_loss == pytest.approx(float(loss), abs=1e-13)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.01, 20)), min_size=2, max_size=4))
@settings(max_examples=30, deadline=None)
def test_means_compete_as_normal_posteriors(known: list[tuple[float, float]]) -> None:
    means = [bayes.Mean(*each) for each in known]
    found = bayes.contest(means)
    assert sum(each.chance_to_be_best for each in found) == pytest.approx(1, abs=1e-9)
    if len(means) == 2:
        # E[max(Y − X, 0)] of a normal difference, in closed form
        gap, spread = means[1].mean - means[0].mean, math.hypot(means[0].spread, means[1].spread)
        loss = gap * stats.norm.cdf(gap / spread) + spread * stats.norm.pdf(gap / spread)
        assert found[0].expected_loss == pytest.approx(loss, abs=1e-9)
        assert found[1].chance_to_be_best == pytest.approx(bayes.lead(means[1], means[0]).chance, abs=1e-9)


def compared(measure: query_pb2.ExperimentRequest.Measure, *samples: Sample) -> list[query_pb2.ExperimentVariant]:
    arms = [variants.Arm(name, each, 1.0) for name, each in zip("abcdefghij", samples, strict=False)]
    return list(variants.group("", arms, 0, measure).variants)


COMPARISON = ("chance_to_beat_control", "difference", "credible_low", "p_value", "confidence_low", "always_valid_p")


def said(row: query_pb2.ExperimentVariant) -> set[str]:
    return {name for name in COMPARISON if row.HasField(name)}


def test_nothing_is_said_where_there_is_too_little_to_say() -> None:
    control, unseen = compared(CONVERSION, rate(3, 10), rate(0, 0))
    assert not said(control) and not said(unseen) and not unseen.HasField("chance_to_be_best")
    assert control.chance_to_be_best == pytest.approx(1)
    _, nobody = compared(CONVERSION, rate(0, 10), rate(0, 12))
    assert said(nobody) == {"chance_to_beat_control", "difference", "credible_low"} and not nobody.HasField("lift")
    _, single = compared(COUNT, sample([1, 0]), sample([2]))
    assert said(single) == {"difference"} and single.mean == 2 and not single.HasField("standard_deviation")
    assert not any(row.HasField("chance_to_be_best") for row in compared(REVENUE, sample([0] * 5), sample([0] * 7)))


def test_a_variant_that_sold_nothing_stands_last_and_twins_share_the_chance() -> None:
    nothing = sample([0] * 1_000)
    first, second, third = compared(REVENUE, sample([5_000_000, 0] * 500), nothing, nothing)
    assert first.chance_to_be_best == pytest.approx(1) and first.mean == 2.5
    assert second.chance_to_be_best == third.chance_to_be_best == pytest.approx(0)
    assert second.expected_loss == pytest.approx(2.5, rel=1e-6) and second.lift == -100
    twins = compared(COUNT, sample([7, 7]), sample([7, 7]), sample([0, 1]))
    assert [row.chance_to_be_best for row in twins] == pytest.approx([0.5, 0.5, 0], abs=1e-9)


def test_money_is_summed_in_whole_micros_however_much_there_is() -> None:
    units, amount = 10_000_000, 9 * 10**15
    rich = Sample(units, units, units * amount + 1, units * amount**2 + 2 * amount + 1)
    assert rich.variance == pytest.approx(1 / units, rel=1e-6)


def test_ten_variants_of_millions_of_units_are_compared_in_well_under_a_second() -> None:
    samples = [rate(500_000 + 300 * index, 10_000_000 + index) for index in range(10)]
    compared(CONVERSION, *samples)
    took = []
    for _ in range(5):
        started = time.thread_time()
        rows = compared(CONVERSION, *samples)
        took.append(time.thread_time() - started)
    assert sum(row.chance_to_be_best for row in rows) == pytest.approx(1, abs=1e-7)
    assert min(took) < 0.05, f"{[round(1000 * each) for each in took]} ms"
