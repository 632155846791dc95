"""Plans as ClickHouse statements. Every value is a bound parameter; identifiers come from this module alone."""

# ruff: noqa: S608  (identifiers come from this module and the vocabulary, values are bound)

from dataclasses import dataclass
from typing import Any

from query.conditions import Conditions, Parameters
from query.language import Question, Scoped
from query.legs import LegText
from query.plan import BASES, PARTS, Base, Leg, kept_dimensions
from query.vocabulary import REACHED, SCROLLS, Metric, Of

_DAILY = "v.identity = 'IDENTITY_MODE_DAILY'"
_ARRAYS = frozenset({"currencies"})


@dataclass(frozen=True, slots=True)
class Statement:
    """Text and parameters. `dimensions` come first in a row, then metrics.

    A metric of revenue is a tuple: micros, number of events with revenue, currencies.
    """

    text: str
    parameters: dict[str, Any]


def _mean(total: str, count: str, nothing: str, factor: str) -> str:
    return f"if(sum({count}) = 0, {nothing}, {factor} * sum({total}) / sum({count}))"


METRIC = {
    "views_per_visit": _mean("pageviews", "visits", "0.", "1."),
    "bounce_rate": _mean("bounces", "entrances", "0.", "100."),
    "visit_duration": _mean("stay_us", "stays", "0.", "0.000001"),
    "time_on_page": _mean("engaged_ms", "engaged", "NULL", "0.001"),
    "scroll_depth": _mean("scroll_sum", "scrolled", "NULL", "1."),
    **{f"{SCROLLS}{depth}": _mean(f"reached_{depth}", "pairs", "0.", "100.") for depth in REACHED},
    "exit_rate": _mean("exits", "viewed", "NULL", "100."),
    "conversions": "sum(visitors)",
}
# rounded to whole micros, a half to the even one
_MEAN_MICROS = (
    "intDiv(sum(revenue_micros) - positiveModulo(sum(revenue_micros), toInt128(greatest(1, sum(revenues)))), "
    "toInt128(greatest(1, sum(revenues))))"
)
_REST_MICROS = "2 * positiveModulo(sum(revenue_micros), toInt128(greatest(1, sum(revenues))))"
_AVERAGE = (
    f"{_MEAN_MICROS} + toInt128({_REST_MICROS} > sum(revenues) "
    f"OR ({_REST_MICROS} = sum(revenues) AND positiveModulo({_MEAN_MICROS}, 2) = 1))"
)


def statement(question: Question, legs: tuple[Leg, ...]) -> Statement:
    """Rows of dimensions and metrics in the question's order; one row more than the limit tells that there are more."""
    builder = _Builder(question)
    text = builder.answer(legs)
    if question.dimensions:
        text += f" ORDER BY {', '.join(_ordered(question, item.key, item.descending) for item in question.order)}"
        if not (question.by_time_alone and question.fill):
            limit, offset = builder.bind(question.limit + 1, "UInt64"), builder.bind(question.offset, "UInt64")
            text += f" LIMIT {limit} OFFSET {offset}"
    return Statement(text, builder.parameters.values)


def count_statement(question: Question, legs: tuple[Leg, ...]) -> Statement:
    """How many rows there are in all."""
    builder = _Builder(question)
    return Statement(f"SELECT count() FROM ({builder.answer(legs)})", builder.parameters.values)


def sessions_statement(scoped: Scoped) -> Statement:
    """Of all sessions in the range: those in memory mode, those of them that continue another, those in daily mode."""
    parameters = Parameters()
    conditions = Conditions(parameters, scoped)
    counts = f"countIf(NOT {_DAILY}), countIf(v.continuation), countIf({_DAILY})"
    counted = conditions.counted()
    text = f"SELECT {counts} FROM {conditions.visits(counts, counted)} AS v WHERE {counted}"
    return Statement(text, parameters.values)


FIRST_EVENT = "SELECT count(), min(occurred_at) FROM events WHERE site_id = {site:UInt32}"


def _ordered(question: Question, key: str, descending: bool) -> str:
    if key in question.dimensions:
        name = f"d{question.dimensions.index(key)}"
    else:
        index = [metric.name for metric in question.metrics].index(key)
        name = f"m{index}"
        if question.metrics[index].of is Of.REVENUE:
            name = f"if(m{index}.2 = 0, NULL, m{index}.1)"
    return f"{name} {'DESC' if descending else 'ASC'} NULLS LAST"


class _Builder:
    """Texts that share one set of parameters."""

    def __init__(self, question: Question) -> None:
        self.parameters = Parameters()
        self.bind = self.parameters.bind
        self._question = question
        self._legs = LegText(Conditions(self.parameters, question, question.dimensions), question, self.bind)

    def answer(self, legs: tuple[Leg, ...]) -> str:
        question = self._question
        bases = {leg.base: leg for leg in legs}
        added = [leg for leg in legs if not leg.base]
        parts = sorted({part for leg in added for part in leg.parts})
        union = " UNION ALL ".join(self._legs.text(leg, parts) for leg in added)
        keys = [f"d{index}" for index in range(len(question.dimensions))]
        groups = bases.get(Base.GROUPS)
        kept = [f"d{question.dimensions.index(name)}" for name in kept_dimensions(question)]
        metrics = [f"{self._metric(metric, bases, kept)} AS m{index}" for index, metric in enumerate(question.metrics)]
        source = f"({union})"
        if groups and kept:
            source += f" AS u LEFT JOIN ({self._grouped_base(groups, kept)}) AS g USING ({', '.join(kept)})"
        text = f"SELECT {', '.join([*keys, *metrics])} FROM {source}"
        if keys:
            # a group that no metric knows anything of is no row
            known = dict.fromkeys(part for metric in question.metrics for part in PARTS[metric.name])
            something = " + ".join(f"sum({part})" for part in known if part not in (*_ARRAYS, "revenue_micros"))
            text += f" GROUP BY {', '.join(keys)} HAVING {something} > 0"
        return text

    def _metric(self, metric: Metric, bases: dict[Base | None, Leg], kept: list[str]) -> str:
        if metric.of is Of.REVENUE:
            found = "groupUniqArrayArray(currencies)"
            if not {"currency", "goal"} & {*self._question.dimensions}:
                # rows whose amounts cannot be compared are refused
                found = f"groupUniqArrayArray({found}) OVER ()"
            micros = "sum(revenue_micros)" if metric.name == "total_revenue" else _AVERAGE
            return f"tuple({micros}, sum(revenues), {found})"
        if metric.name not in BASES:
            return METRIC.get(metric.name, f"sum({metric.name})")
        leg = bases[BASES[metric.name]]
        if leg.base is Base.GROUPS and kept:
            by = "any(g.base)"
        else:
            by = f"(SELECT visitors FROM ({self._legs.text(leg, ['visitors'])}))"
        return f"if({by} = 0, 0., 100. * sum(visitors) / {by})"

    def _grouped_base(self, leg: Leg, kept: list[str]) -> str:
        """The base by the names that its dimensions have in the rows."""
        named = ", ".join(f"d{index} AS k{index}" for index in range(len(kept)))
        back = ", ".join(f"k{index} AS {name}" for index, name in enumerate(kept))
        rows = self._legs.text(leg, ["visitors"])
        return f"SELECT {back}, visitors AS base FROM (SELECT {named}, visitors FROM ({rows}))"
