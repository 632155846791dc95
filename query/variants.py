"""An experiment's variants, compared: from exact sums to the numbers of an answer. semantics: Experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.v1 import query_pb2

from query import bayes, statistics
from query.statistics import Sample, Test

_Measure = query_pb2.ExperimentRequest.Measure
# what a unit of the sums is worth in the answer: points of a rate; money comes in micros
_SCALE = {_Measure.MEASURE_CONVERSION: 100.0, _Measure.MEASURE_COUNT: 1.0, _Measure.MEASURE_REVENUE: 1e-6}
# A mean without any spread would be a point; this share of the widest is near enough to one, and shares a tie fairly.
_POINT = 1e-6


@dataclass(frozen=True, slots=True)
class Arm:
    """A variant and its units. `weight` is its expected share, against the others'."""

    name: str
    sample: Sample
    weight: float


def group(
    value: str, arms: Sequence[Arm], several: int, measure: query_pb2.ExperimentRequest.Measure
) -> query_pb2.ExperimentGroup:
    """A group's answer. The control is the first of the arms, if any; `several` are units that saw two variants."""
    ratio = statistics.ratio_p([arm.sample.units for arm in arms], [arm.weight for arm in arms])
    posteriors = _posteriors(arms, measure)
    standings = dict(zip(posteriors, bayes.contest(list(posteriors.values())), strict=True)) if posteriors else {}
    rows: list[query_pb2.ExperimentVariant] = []
    for arm in arms:
        row = _counted(arm, measure)
        if standing := standings.get(arm.name):
            row.chance_to_be_best = standing.chance_to_be_best
            row.expected_loss = standing.expected_loss * _SCALE[measure]
        control = arms[0]
        if arm is not control:
            _compare(row, arm.sample, control.sample, measure)
            if arm.name in posteriors and control.name in posteriors:
                _lead(row, posteriors[arm.name], posteriors[control.name], _SCALE[measure])
        rows.append(row)
    return query_pb2.ExperimentGroup(
        value=value,
        variants=rows,
        several_variants=several,
        ratio_p=ratio,
        ratio_mismatch=ratio is not None and ratio < statistics.RATIO_P,
    )


def _counted(arm: Arm, measure: query_pb2.ExperimentRequest.Measure) -> query_pb2.ExperimentVariant:
    sample = arm.sample
    row = query_pb2.ExperimentVariant(variant=arm.name, exposures=sample.units, conversions=sample.converted)
    if sample.units:
        row.rate = 100 * sample.rate
        if measure != _Measure.MEASURE_CONVERSION:
            row.mean = sample.mean * _SCALE[measure]
    if sample.units > 1 and measure != _Measure.MEASURE_CONVERSION:
        row.standard_deviation = sample.variance**0.5 * _SCALE[measure]
    return row


def _posteriors(arms: Sequence[Arm], measure: query_pb2.ExperimentRequest.Measure) -> Mapping[str, bayes.Posterior]:
    """What is known of each variant that has units enough: one for a rate, two for a mean, and any spread at all."""
    if measure == _Measure.MEASURE_CONVERSION:
        return {arm.name: bayes.Rate(arm.sample.converted, arm.sample.units) for arm in arms if arm.sample.units}
    errors = {arm.name: (arm.sample.variance / arm.sample.units) ** 0.5 for arm in arms if arm.sample.units > 1}
    widest = max(errors.values(), default=0.0)
    if not widest:
        return {}
    return {
        arm.name: bayes.Mean(arm.sample.mean, max(errors[arm.name], widest * _POINT))
        for arm in arms
        if arm.name in errors
    }


def _compare(
    row: query_pb2.ExperimentVariant, sample: Sample, control: Sample, measure: query_pb2.ExperimentRequest.Measure
) -> None:
    if not (sample.units and control.units):
        return
    scale = _SCALE[measure]
    if measure == _Measure.MEASURE_CONVERSION:
        test, own, base = statistics.two_proportions(sample, control), sample.rate, control.rate
    else:
        test, own, base = statistics.welch(sample, control), sample.mean, control.mean
    row.difference = own * scale - base * scale
    if base:
        row.lift = 100 * (own - base) / base
    _test(row, test, sample.units + control.units, scale)


def _test(row: query_pb2.ExperimentVariant, test: Test, units: int, scale: float) -> None:
    if test.statistic is not None and test.p is not None:
        row.p_value = test.p
        row.always_valid_p = statistics.always_valid_p(test.statistic, units)
    if test.low is not None and test.high is not None:
        row.confidence_low, row.confidence_high = test.low * scale, test.high * scale


def _lead(row: query_pb2.ExperimentVariant, posterior: bayes.Posterior, control: bayes.Posterior, scale: float) -> None:
    lead = bayes.lead(posterior, control)
    row.chance_to_beat_control = lead.chance
    row.credible_low, row.credible_high = lead.low * scale, lead.high * scale
