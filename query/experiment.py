"""Experiments: which units saw which variant, what they did afterwards, and the variants compared.

1. A unit is a visit or an identified user. It is in the experiment from its first exposure in the range, whose variant
   is its own. Exposures without a variant are none.
2. A unit that was exposed to two variants in the range is in none of the numbers, but counted as such.
3. Filters and the breakdown ask the first exposure and its visit; they choose units, never conversions. So a group of a
   breakdown equals the answer filtered by its value.
4. A conversion is an event that is meant, by the same unit, after its first exposure and before the range's end. Order
   is time, then the client's sequence, then the event's id.
5. Weights name all variants: one that they leave out is refused, one that nobody saw has no exposures and counts for
   the mismatch of the split.

semantics: Experiment.
"""

# ruff: noqa: S608  (conditions are text of `Conditions`, values are bound)

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.v1 import query_pb2

from mesh.errors import invalid
from query.answer import refused_patterns
from query.breakdown import bounded, breakdown_of
from query.clickhouse import Pool
from query.conditions import Conditions, Parameters
from query.filters import Match
from query.language import Scoped, match_of
from query.moment import MOMENT
from query.sql import Statement
from query.tables import NO_UUID, VISIT_TEXTS

DEFAULT_GROUPS, MAX_GROUPS = 10, 100
MAX_VARIANTS, MAX_NAME = 20, 2_000
_LEAST_WEIGHT, _MOST_WEIGHT = 0.001, 1_000_000.0
CONTROL = "control"

_Measure, _Unit = query_pb2.ExperimentRequest.Measure, query_pb2.ExperimentRequest.Unit
_MEASURES = {_Measure.MEASURE_UNSPECIFIED: _Measure.MEASURE_CONVERSION}


@dataclass(frozen=True, slots=True)
class Trial:
    """A request with everything resolved. `currency` is set for revenue alone; `control` may be left open."""

    scoped: Scoped
    name: str
    conversion: Match
    measure: query_pb2.ExperimentRequest.Measure
    by_user: bool
    control: str
    weights: Mapping[str, float]
    currency: str
    breakdown: str
    limit: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Units of a group and variant; `several` are those that saw another variant too, and are none of the units."""

    value: str
    variant: str
    units: int
    several: int
    converted: int
    total: int
    squares: int


async def experiment(
    pool: Pool, request: query_pb2.ExperimentRequest, scoped: Scoped
) -> list[query_pb2.ExperimentGroup]:
    """The variants compared, for each group of the breakdown; without one, one group.

    Raises INVALID_ARGUMENT at the place in the JSON that is wrong.
    """
    trial = parse(request, scoped)
    asked = statement(trial)
    async with refused_patterns(pool, [*scoped.filters, *trial.conversion.filters]):
        seen = [Seen(*row) for row in await pool.rows(asked.text, asked.parameters)]
    variants = variants_of(trial, seen)
    # the mathematics takes tens of milliseconds, and the first time half a second to load
    return await asyncio.to_thread(_groups, trial, seen, variants)


def parse(request: query_pb2.ExperimentRequest, scoped: Scoped) -> Trial:
    """What a request asks. Raises INVALID_ARGUMENT at the place in the JSON that is wrong."""
    if not request.experiment or len(request.experiment) > MAX_NAME or "\0" in request.experiment:
        raise invalid("experiment", "give the prop `experiment` of its exposures, without NUL, like checkout-button")
    if request.measure not in _Measure.values():
        raise invalid("measure", f"{request.measure} is none; give conversion, count or revenue")
    if request.unit not in _Unit.values():
        raise invalid("unit", f"{request.unit} is none; give visit or user")
    if not request.HasField("conversion"):
        raise invalid("conversion", 'give the events that count, like {"event":"signup"} or {"goal":"Signup"}')
    conversion = match_of(request.conversion, "conversion", scoped.definitions)
    measure = _MEASURES.get(request.measure, request.measure)
    _check_weights(request.weights)
    groups = bounded("limit", request.limit, DEFAULT_GROUPS, MAX_GROUPS)
    if request.control and request.weights and request.control not in request.weights:
        raise invalid("control", f'"{request.control[:100]}" has no weight; {_names(request.weights)} have')
    return Trial(
        scoped=scoped,
        name=request.experiment,
        conversion=conversion,
        measure=measure,
        by_user=request.unit == _Unit.UNIT_USER,
        control=request.control,
        weights=dict(request.weights),
        currency=_currency(request.currency, measure == _Measure.MEASURE_REVENUE, conversion),
        breakdown=breakdown_of(request.breakdown),
        limit=groups if request.breakdown else 1,
    )


def _check_weights(weights: Mapping[str, float]) -> None:
    if len(weights) > MAX_VARIANTS:
        raise invalid("weights", f"{len(weights)} variants; at most {MAX_VARIANTS}")
    for name, weight in weights.items():
        if not name or "\0" in name:
            raise invalid("weights", "a variant without a name; give the prop `variant` of its exposures")
        if not _LEAST_WEIGHT <= weight <= _MOST_WEIGHT:
            raise invalid(f"weights.{name[:100]}", f"{weight} is no share; give a number from 0.001 to 1,000,000")


def _currency(came: str, is_revenue: bool, conversion: Match) -> str:
    if not is_revenue:
        if came:
            raise invalid("currency", "is of measure revenue alone; leave it out")
        return ""
    if came and not (len(came) == 3 and came.isascii() and came.isalpha() and came.isupper()):
        raise invalid("currency", f'"{came[:40]}" is no ISO 4217 code of three capitals, like EUR')
    if came and conversion.currency and came != conversion.currency:
        raise invalid("currency", f"{came}, but the goal's revenue is in {conversion.currency}; leave it out")
    if not (came or conversion.currency):
        raise invalid("currency", 'revenue is of one currency; give it, like "EUR", or a goal that has one')
    return came or conversion.currency


def statement(trial: Trial) -> Statement:
    """The statement whose rows are the fields of `Seen`, groups with most units first, one row more than allowed where
    there are too many variants.
    """
    parameters = Parameters()
    conditions = Conditions(parameters, trial.scoped, [trial.breakdown] if trial.breakdown else [])
    total = "toInt256(total)"
    by_variant = (
        "SELECT value, variant, countIf(NOT several) AS units, countIf(several) AS several_units, "
        f"countIf(conversions > 0 AND NOT several) AS converted, sumIf({total}, NOT several) AS sum, "
        f"sumIf({total} * {total}, NOT several) AS squares FROM ({_grouped(trial, conditions)}) GROUP BY value, variant"
    )
    sized = f"SELECT *, sum(units) OVER (PARTITION BY value) AS size FROM ({by_variant})"
    ranked = f"SELECT *, dense_rank() OVER (ORDER BY size DESC, value) AS rank FROM ({sized})"
    limit = parameters.bind(trial.limit, "UInt32")
    most = parameters.bind(trial.limit * MAX_VARIANTS + 1, "UInt32")
    text = (
        "SELECT value, variant, units, several_units, converted, sum, squares "
        f"FROM ({ranked}) WHERE rank <= {limit} ORDER BY rank, variant LIMIT {most}"
    )
    return Statement(text, parameters.values)


def _grouped(trial: Trial, conditions: Conditions) -> str:
    """A unit a row, with what it did and its group: a value of the first exposure's visit."""
    acted = _acted(trial, conditions)
    if not trial.breakdown:
        return f"SELECT '' AS value, * FROM ({acted})"
    return (
        f"SELECT {conditions.label(trial.breakdown, 'e')} AS value, e.variant AS variant, e.several AS several, "
        f"e.conversions AS conversions, e.total AS total "
        f"FROM ({acted}) AS e LEFT JOIN {conditions.visits()} AS v ON v.visit_id = e.visit_id"
    )


def _acted(trial: Trial, conditions: Conditions) -> str:
    """A unit a row, with how often and how much it converted after its first exposure."""
    unit, named = _unit(trial)
    told = ["variant", "several", "visit_id", *_own(trial)]
    worth = "1"
    if trial.currency:
        currency = conditions.bind(trial.currency, "String")
        worth = f"if(e.revenue_currency = {currency}, toInt128(e.revenue_micros), 0)"
    meant = (
        f"SELECT {unit} AS unit, {MOMENT} AS moment, {worth} AS worth FROM events AS e WHERE {conditions.placed('e.')} "
        f"AND {conditions.happened()} AND {named} AND {conditions.match(trial.conversion)}"
    )
    # a unit without any has one row of zeros, which lie before every exposure
    return (
        f"SELECT {', '.join(f'any(u.{name}) AS {name}' for name in told)}, countIf(m.moment > u.since) AS conversions, "
        f"sumIf(m.worth, m.moment > u.since) AS total "
        f"FROM ({meant}) AS m RIGHT JOIN ({_units(trial, conditions)}) AS u ON u.unit = m.unit GROUP BY u.unit"
    )


def _units(trial: Trial, conditions: Conditions) -> str:
    """A unit a row: since when it is in the experiment, with which variant, and what the breakdown asks of."""
    unit, named = _unit(trial)
    variant, name = "e.props['variant']", conditions.bind(trial.name, "String")
    told = {"variant": variant, "visit_id": "e.visit_id", **{own: f"e.{own}" for own in _own(trial)}}
    if trial.scoped.filters:
        told["kept"] = conditions.events(trial.scoped.filters)
    first = ", ".join(f"argMin({text}, {MOMENT}) AS {name}" for name, text in told.items())
    exposed = f"e.kind = 'EVENT_KIND_EXPOSURE' AND e.props['experiment'] = {name} AND {variant} != ''"
    return (
        f"SELECT {unit} AS unit, min({MOMENT}) AS since, {first}, min({variant}) != max({variant}) AS several "
        f"FROM events AS e WHERE {conditions.placed('e.')} AND {conditions.happened()} AND {named} AND {exposed} "
        f"GROUP BY unit{' HAVING kept' if trial.scoped.filters else ''}"
    )


def _unit(trial: Trial) -> tuple[str, str]:
    """A unit's name over `e`, and that the event has one."""
    return ("e.user_hash", "e.user_hash != ''") if trial.by_user else ("e.visit_id", f"e.visit_id != {NO_UUID}")


def _own(trial: Trial) -> list[str]:
    """What an event without a visit tells of the breakdown itself."""
    return [trial.breakdown] if trial.breakdown in VISIT_TEXTS else []


def variants_of(trial: Trial, seen: Sequence[Seen]) -> list[str]:
    """The variants' names, the control first. Raises INVALID_ARGUMENT where they are not those that the request names,
    or too many to compare.
    """
    names = sorted({row.variant for row in seen if row.units})
    narrower = 'the filter ["is","prop:variant",[…]] chooses some'
    if len(names) > MAX_VARIANTS or len(seen) > trial.limit * MAX_VARIANTS:
        raise invalid("experiment", f"has more than {MAX_VARIANTS} variants; {narrower}")
    if trial.weights and (missing := [name for name in names if name not in trial.weights]):
        have = f"{_names(trial.weights)} have; {narrower}"
        raise invalid("weights", f'units saw the variant "{missing[0][:100]}", which has none; {have}')
    names = sorted({*names, *trial.weights})
    if trial.control and names and trial.control not in names:
        raise invalid("control", f'no unit saw the variant "{trial.control[:100]}"; they saw {_names(names)}')
    control = trial.control or (CONTROL if CONTROL in names else "")
    return sorted(names, key=lambda name: (name != control, name))


def _names(names: Sequence[str] | Mapping[str, Any]) -> str:
    return ", ".join(f'"{name[:40]}"' for name in sorted(names))


def _groups(trial: Trial, seen: Sequence[Seen], names: Sequence[str]) -> list[query_pb2.ExperimentGroup]:
    # numpy and scipy cost 25 MB, which a process that answers no experiments need not have
    from query.statistics import Sample
    from query.variants import Arm, group

    values = list(dict.fromkeys(row.value for row in seen)) if trial.breakdown else [""]
    found: list[query_pb2.ExperimentGroup] = []
    for value in values:
        rows = {row.variant: row for row in seen if row.value == value}
        samples = {row.variant: Sample(row.units, row.converted, row.total, row.squares) for row in rows.values()}
        arms = [Arm(name, samples.get(name, Sample(0, 0, 0, 0)), trial.weights.get(name, 1.0)) for name in names]
        found.append(group(value, arms, sum(row.several for row in rows.values()), trial.measure))
    return found
