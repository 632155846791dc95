"""Goals and segments: what they may be, who may change them, and when every service knows."""

import asyncio
from typing import Any

import grpc
import pytest
from analytics.v1 import definition_pb2, query_pb2, site_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from mesh.directory import Snapshot
from mesh.errors import MeshError
from writer.control import definition_store, goals, segments
from writer.control.store import read_directory

Goal, Segment, Filter = definition_pb2.Goal, definition_pb2.Segment, query_pb2.Filter
PLAN = Filter(operator=Filter.OPERATOR_IS, dimension="prop:plan", values=["pro"])
COUNTRY = Filter(operator=Filter.OPERATOR_IS, dimension="country", values=["DE", "AT"])


def group(operator: Any, *children: Filter) -> Filter:
    return Filter(operator=operator, children=children)


def nested(depth: int) -> Filter:
    item = PLAN
    for _ in range(depth - 1):
        item = group(Filter.OPERATOR_NOT, item)
    return item


def test_a_goals_page_has_the_form_that_pages_have() -> None:
    def page(text: str) -> str:
        return goals.checked(Goal(site="demo", name="n", page=text)).page

    assert [page(text) for text in ("/caf%c3%a9/**", "/a b", "*.php", "/#/me", "/search?q=*")] == [
        "/café/*",
        "/a%20b",
        "*.php",
        "/#/me",
        "/search?q=*",
    ]


def test_what_is_output_only_is_not_taken_and_a_currency_is_in_upper_case() -> None:
    given = Goal(id="goal_mine", site="demo", name=" Signup ", event="signup", currency="eur", created_at_us=5)
    assert goals.checked(given) == Goal(site="demo", name="Signup", event="signup", currency="EUR")


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"site": ""}, "goal.site", "name the site"),
        ({"name": ""}, "goal.name", "1–120"),
        ({"name": "n" * 121}, "goal.name", "121 characters"),
        ({"name": "a\nb"}, "goal.name", "control characters"),
        ({"event": ""}, "goal.page", "neither is given"),
        ({"page": "/thanks"}, "goal.page", "both are given"),
        ({"event": "", "page": "thanks"}, "goal.page", "give one like /thanks"),
        ({"event": "", "page": "/" + "a" * 2_000}, "goal.page", "1–2,000 characters"),
        ({"event": "", "page": "/" + "é" * 1_999 + " "}, "goal.page", "1–2,000 characters"),
        ({"event": "", "page": "/" + "a*" * 11}, "goal.page", "more than 10 *"),
        ({"event": "e" * 121}, "goal.event", "1–120"),
        ({"event": "a\0"}, "goal.event", "control characters"),
        ({"scroll_threshold": 50}, "goal.scroll_threshold", "give a page"),
        ({"event": "", "page": "/a", "scroll_threshold": 101}, "goal.scroll_threshold", "1 to 100"),
        ({"event": "", "page": "/a", "currency": "EUR"}, "goal.currency", "give an event"),
        ({"event": "", "page": "/a", "filters": [PLAN]}, "goal.filters", "give an event"),
        ({"currency": "EURO"}, "goal.currency", "ISO 4217"),
        ({"filters": [PLAN, COUNTRY]}, "goal.filters[1][1]", "prop:plan"),
        ({"filters": [PLAN] * 21}, "goal.filters", "at most 20"),
        ({"filters": [group(Filter.OPERATOR_HAS_DONE, PLAN)]}, "goal.filters[0][0]", "has_done"),
        ({"filters": [Filter(dimension="prop:a", values=["b"])]}, "goal.filters[0][0]", "is_not"),
        (
            {"filters": [Filter(operator=Filter.OPERATOR_IS, dimension="prop:", values=["b"])]},
            "goal.filters[0][1]",
            "1–100",
        ),
        ({"filters": [Filter(operator=Filter.OPERATOR_IS, dimension="prop:a")]}, "goal.filters[0][2]", "0 values"),
    ],
)
def test_a_wrong_goal_is_refused_with_its_field_and_what_would_be_right(
    fields: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(MeshError) as caught:
        goals.checked(Goal(**({"site": "demo", "name": "Signup", "event": "signup"} | fields)))
    assert (caught.value.code, caught.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)
    assert says in caught.value.message


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "n" * 120, "event": "e" * 120, "filters": [PLAN] * 20, "currency": "EUR"},
        {"page": "/" + "a" * 1_999},
        {"page": "/" + "a*" * 10, "scroll_threshold": 100},
        {"event": "e", "filters": [nested(10)]},
    ],
)
def test_a_goal_at_its_limits_is_taken(fields: dict[str, Any]) -> None:
    taken = goals.checked(Goal(**({"site": "demo", "name": "n"} | fields)))
    assert goals.checked(taken) == taken


@pytest.mark.parametrize(
    ("filters", "field", "says"),
    [
        ([], "segment.filters", "at least one"),
        ([COUNTRY] * 101, "segment.filters", "at most 100"),
        ([group(Filter.OPERATOR_OR, *[COUNTRY] * 101)], "segment.filters", "101 conditions"),
        ([nested(11)], "segment.filters[0]" + "[1]" * 10, "10 deep"),
        ([COUNTRY, group(Filter.OPERATOR_AND)], "segment.filters[1][1]", "at least one filter"),
        ([group(Filter.OPERATOR_NOT, COUNTRY, PLAN)], "segment.filters[0][1]", "one filter, not 2"),
        (
            [
                group(
                    Filter.OPERATOR_OR,
                    COUNTRY,
                    Filter(operator=Filter.OPERATOR_IS, dimension="segment", values=["seg_1"]),
                )
            ],
            "segment.filters[0][1][1][1]",
            "cannot name a segment",
        ),
        ([Filter(operator=Filter.OPERATOR_IS, values=["DE"])], "segment.filters[0][1]", "no dimension"),
        (
            [Filter(operator=Filter.OPERATOR_IS, dimension="page", values=["/a", "x" * 2_001])],
            "segment.filters[0][2][1]",
            "2,000",
        ),
        (
            [Filter(operator=Filter.OPERATOR_IS, dimension="page", values=["/"] * 1_001)],
            "segment.filters[0][2]",
            "1–1,000",
        ),
        (
            [Filter(operator=Filter.OPERATOR_IS, dimension="page", values=["/"], children=[PLAN])],
            "segment.filters[0]",
            "no filters",
        ),
        ([Filter(operator=Filter.OPERATOR_NOT, dimension="page", children=[PLAN])], "segment.filters[0]", "group"),
    ],
)
def test_filters_of_a_wrong_shape_are_refused_at_their_place(filters: list[Filter], field: str, says: str) -> None:
    with pytest.raises(MeshError) as caught:
        segments.checked(Segment(site="demo", name="n", filters=filters))
    assert (caught.value.code, caught.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)
    assert says in caught.value.message


def test_a_segment_at_its_limits_is_taken() -> None:
    done = group(Filter.OPERATOR_HAS_NOT_DONE, nested(9))
    segments.checked(Segment(site="demo", name="n", filters=[COUNTRY] * 99 + [done]))


async def make(control: Any, token: str | None = None, **fields: Any) -> definition_pb2.CreateGoalResponse:
    request = definition_pb2.CreateGoalRequest(goal=Goal(**fields))
    return await control.call(control.goals.CreateGoal, request, *([token] if token else []))


async def segment(control: Any, **fields: Any) -> definition_pb2.CreateSegmentResponse:
    request = definition_pb2.CreateSegmentRequest(segment=Segment(**fields))
    return await control.call(control.segments.CreateSegment, request)


async def listed(control: Any, site: str) -> list[Goal]:
    return list((await control.call(control.goals.ListGoals, definition_pb2.ListGoalsRequest(site=site))).goals)


async def test_a_goal_made_is_in_every_directory_of_the_version_it_was_answered_with(control: Any) -> None:
    await control.site("made")
    both = group(Filter.OPERATOR_OR, PLAN, group(Filter.OPERATOR_NOT, PLAN))
    bought = await make(control, site="made", name="Bought", event="sale", filters=[both], currency="EUR")
    thanks = await make(control, site="made", name="Thanks", page="/thanks*", scroll_threshold=75)
    assert bought.goal.id.startswith("goal_") and bought.goal.created_at_us > 0
    assert bought.goal.filters == [both]
    assert control.directory.snapshot.version >= thanks.directory_version > bought.directory_version
    assert control.directory.snapshot.goals["made"] == {"Bought": bought.goal, "Thanks": thanks.goal}
    assert await listed(control, "made") == [bought.goal, thanks.goal]
    async with control.pool.acquire() as connection:
        assert Snapshot.of(await read_directory(connection)) == control.directory.snapshot


async def test_a_segment_made_changed_and_removed_is_what_the_directory_says(control: Any) -> None:
    await control.site("parts")
    made = await segment(control, site="parts", name="Near", filters=[COUNTRY, nested(3)])
    assert made.segment.id.startswith("seg_")
    assert control.directory.snapshot.segments["parts"] == {made.segment.id: made.segment}
    wanted = definition_pb2.UpdateSegmentRequest(
        segment=Segment(id=made.segment.id, name="Far", filters=[PLAN]), update_mask=FieldMask(paths=["filters"])
    )
    changed = (await control.call(control.segments.UpdateSegment, wanted)).segment
    assert (changed.name, list(changed.filters)) == ("Near", [PLAN])
    request = definition_pb2.ListSegmentsRequest(site="parts")
    assert list((await control.call(control.segments.ListSegments, request)).segments) == [changed]
    gone = definition_pb2.DeleteSegmentRequest(id=made.segment.id)
    version = (await control.call(control.segments.DeleteSegment, gone)).directory_version
    assert control.directory.snapshot.version >= version
    assert "parts" not in control.directory.snapshot.segments
    assert (await control.refused(control.segments.DeleteSegment, gone)).code == grpc.StatusCode.NOT_FOUND


async def test_an_update_changes_the_fields_of_the_mask_alone(control: Any) -> None:
    await control.site("changing-goals")
    made = (await make(control, site="changing-goals", name="A", event="a", filters=[PLAN], currency="EUR")).goal

    def update(*paths: str, **fields: Any) -> definition_pb2.UpdateGoalRequest:
        mask = FieldMask(paths=paths)
        return definition_pb2.UpdateGoalRequest(goal=Goal(id=made.id, **fields), update_mask=mask)

    changed = (await control.call(control.goals.UpdateGoal, update("name", "currency", name="B", event="x"))).goal
    assert (changed.name, changed.event, changed.currency, list(changed.filters)) == ("B", "a", "", [PLAN])
    whole = update("page", "event", "filters", page="/a")
    changed = (await control.call(control.goals.UpdateGoal, whole)).goal
    assert (changed.page, changed.event, list(changed.filters)) == ("/a", "", [])
    assert (changed.id, changed.created_at_us) == (made.id, made.created_at_us)
    assert await listed(control, "changing-goals") == [changed]

    before = control.directory.snapshot.version
    for request, field in (
        (update("event", event="both"), "goal.page"),
        (update("site", site="other"), "update_mask"),
        (update(), "update_mask"),
    ):
        error = await control.refused(control.goals.UpdateGoal, request)
        assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)
    await control.directory.refresh()
    assert control.directory.snapshot.version == before


async def test_a_name_is_taken_within_its_site_alone(control: Any) -> None:
    await control.site("names")
    await control.site("other-names")
    await make(control, site="names", name="Signup", event="signup")
    await make(control, site="other-names", name="Signup", event="signup")
    second = (await make(control, site="names", name="Second", page="/second")).goal
    before = control.directory.snapshot.version
    create = definition_pb2.CreateGoalRequest(goal=Goal(site="names", name="Signup ", page="/a"))
    rename = definition_pb2.UpdateGoalRequest(
        goal=Goal(id=second.id, name="Signup"), update_mask=FieldMask(paths=["name"])
    )
    for method, request in ((control.goals.CreateGoal, create), (control.goals.UpdateGoal, rename)):
        error = await control.refused(method, request)
        assert (error.code, error.field) == (grpc.StatusCode.ALREADY_EXISTS, "goal.name")
        assert '"Signup"' in error.message
    await segment(control, site="names", name="Signup", filters=[COUNTRY])
    taken = definition_pb2.CreateSegmentRequest(segment=Segment(site="names", name="Signup", filters=[PLAN]))
    error = await control.refused(control.segments.CreateSegment, taken)
    assert (error.code, error.field) == (grpc.StatusCode.ALREADY_EXISTS, "segment.name")
    await control.directory.refresh()
    assert control.directory.snapshot.version == before + 1


async def test_of_equal_goals_made_at_once_one_is_made(control: Any) -> None:
    await control.site("racing")
    tries = (make(control, site="racing", name="Once", event="once") for _ in range(6))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    made = [outcome for outcome in outcomes if isinstance(outcome, definition_pb2.CreateGoalResponse)]
    assert [outcome.goal for outcome in made] == await listed(control, "racing")
    refused = [outcome for outcome in outcomes if isinstance(outcome, MeshError)]
    assert {error.code for error in refused} == {grpc.StatusCode.ALREADY_EXISTS} and len(refused) == 5


async def test_a_full_site_takes_no_more(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert definition_store.MAX_OF_A_SITE == 500
    monkeypatch.setattr(definition_store, "MAX_OF_A_SITE", 2)
    await control.site("full")
    await control.site("empty")
    for name in ("a", "b"):
        await make(control, site="full", name=name, event=name)
        await segment(control, site="full", name=name, filters=[COUNTRY])
    more = definition_pb2.CreateGoalRequest(goal=Goal(site="full", name="c", event="c"))
    error = await control.refused(control.goals.CreateGoal, more)
    assert error.code == grpc.StatusCode.FAILED_PRECONDITION and "remove one first" in error.message
    await make(control, site="empty", name="c", event="c")


async def test_another_sites_key_sees_and_changes_nothing(control: Any) -> None:
    await control.site("owner")
    await control.site("stranger")
    _, stranger = await control.key(site_pb2.KEY_SCOPE_ADMIN, "stranger")
    goal = (await make(control, site="owner", name="Own", event="own")).goal
    part = (await segment(control, site="owner", name="Own", filters=[COUNTRY])).segment
    mask = FieldMask(paths=["name"])
    calls = (
        (control.goals.ListGoals, definition_pb2.ListGoalsRequest(site="owner")),
        (control.goals.ListGoals, definition_pb2.ListGoalsRequest()),
        (control.goals.CreateGoal, definition_pb2.CreateGoalRequest(goal=Goal(site="owner", name="n", event="e"))),
        (control.goals.UpdateGoal, definition_pb2.UpdateGoalRequest(goal=Goal(id=goal.id, name="n"), update_mask=mask)),
        (control.goals.DeleteGoal, definition_pb2.DeleteGoalRequest(id=goal.id)),
        (control.segments.ListSegments, definition_pb2.ListSegmentsRequest(site="owner")),
        (
            control.segments.CreateSegment,
            definition_pb2.CreateSegmentRequest(segment=Segment(site="owner", name="n", filters=[PLAN])),
        ),
        (
            control.segments.UpdateSegment,
            definition_pb2.UpdateSegmentRequest(segment=Segment(id=part.id, name="n"), update_mask=mask),
        ),
        (control.segments.DeleteSegment, definition_pb2.DeleteSegmentRequest(id=part.id)),
    )
    for method, request in calls:
        assert (await control.refused(method, request, stranger)).code == grpc.StatusCode.NOT_FOUND
    assert await listed(control, "owner") == [goal]
    assert control.directory.snapshot.segments["owner"] == {part.id: part}
    assert (await make(control, stranger, site="stranger", name="Own", event="own")).goal.site == "stranger"


async def test_a_reader_lists_and_changes_nothing_and_a_sender_does_neither(control: Any) -> None:
    await control.site("reading")
    made = (await make(control, site="reading", name="Goal", event="e")).goal
    _, reader = await control.key(site_pb2.KEY_SCOPE_READ, "reading")
    _, sender = await control.key(site_pb2.KEY_SCOPE_INGEST, "reading")
    listing = definition_pb2.ListGoalsRequest(site="reading")
    assert list((await control.call(control.goals.ListGoals, listing, reader)).goals) == [made]
    denied = grpc.StatusCode.PERMISSION_DENIED
    assert (await control.refused(control.goals.ListGoals, listing, sender)).code == denied
    gone = definition_pb2.DeleteGoalRequest(id=made.id)
    assert (await control.refused(control.goals.DeleteGoal, gone, reader)).code == denied


async def test_a_goal_of_no_site_and_a_list_of_none_are_not_found(control: Any) -> None:
    nowhere = definition_pb2.CreateGoalRequest(goal=Goal(site="nowhere", name="n", event="e"))
    assert (await control.refused(control.goals.CreateGoal, nowhere)).code == grpc.StatusCode.NOT_FOUND
    listing = definition_pb2.ListGoalsRequest(site="nowhere")
    assert (await control.refused(control.goals.ListGoals, listing)).code == grpc.StatusCode.NOT_FOUND


async def test_a_deleted_site_takes_its_goals_and_segments_with_it(control: Any) -> None:
    await control.site("going")
    goal = (await make(control, site="going", name="Goal", event="e")).goal
    await segment(control, site="going", name="Part", filters=[COUNTRY])
    await control.call(control.sites.DeleteSite, site_pb2.DeleteSiteRequest(id="going"))
    assert "going" not in control.directory.snapshot.goals
    assert "going" not in control.directory.snapshot.segments
    gone = definition_pb2.DeleteGoalRequest(id=goal.id)
    assert (await control.refused(control.goals.DeleteGoal, gone)).code == grpc.StatusCode.NOT_FOUND
    await control.site("going")
    assert await listed(control, "going") == []


async def test_filters_of_a_site_are_bounded_together_since_every_service_keeps_them(control: Any) -> None:
    await control.site("large")
    large = Filter(operator=Filter.OPERATOR_IS, dimension="page", values=[f"/{n}" + "x" * 200 for n in range(1_000)])
    await segment(control, site="large", name="First", filters=[large])
    second = (await segment(control, site="large", name="Second", filters=[large])).segment
    create = definition_pb2.CreateSegmentRequest(segment=Segment(site="large", name="Third", filters=[large]))
    update = definition_pb2.UpdateSegmentRequest(
        segment=Segment(id=second.id, filters=[large, large]), update_mask=FieldMask(paths=["filters"])
    )
    for method, request in ((control.segments.CreateSegment, create), (control.segments.UpdateSegment, update)):
        error = await control.refused(method, request)
        assert error.code == grpc.StatusCode.FAILED_PRECONDITION and "at most 524,288" in error.message
    assert control.directory.snapshot.segments["large"][second.id] == second
