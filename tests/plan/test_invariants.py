"""What holds for every plan: no quiet hour, no hour off, no crowding, nothing moved, one order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from plan_world import channel, content, planned, post, review, row, schedule, specialty, taken_over, utc
from test_slots import NIGHTS

from publisher.content.post import Post, Social, Variant
from publisher.content.site import Content, Site
from publisher.content.specialty import Quiet, Schedule, Slot
from publisher.plan import timetable
from publisher.plan.slots import in_quiet
from publisher.values import Planned

if TYPE_CHECKING:
    import pytest

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ZONES = ("America/Chicago", "America/Phoenix", "Europe/London", "Australia/Lord_Howe")

halves = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
quiets = st.one_of(
    st.none(),
    st.builds(
        Quiet, start=st.sampled_from([time(20), time(22, 30), time(1)]), end=st.sampled_from([time(6), time(7, 30)])
    ),
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    return Schedule(
        slots=tuple(
            sorted(draw(st.sets(st.builds(Slot, weekday=st.integers(0, 6), at=halves), min_size=1, max_size=9)))
        ),
        quiet=draw(quiets),
        spacing=draw(st.sampled_from([timedelta(0), 2 * HOUR, 6 * HOUR])),
        per_day=draw(st.sampled_from([None, 1, 2])),
    )


SHARED = channel("facebook:100")
EVERYONE = channel("facebook:1")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Content, datetime]:
    """Three specialties in zones of their own, some channels shared, posts around the night of a change of clocks."""
    zone, change = draw(st.sampled_from(NIGHTS))
    zones = [zone, *draw(st.lists(st.sampled_from(ZONES), min_size=2, max_size=2))]
    specialties = [
        specialty(
            id_,
            zones[n],
            draw(schedules()),
            draw(
                st.sampled_from([[EVERYONE], [channel(f"facebook:{n + 2}")], [EVERYONE, channel(f"facebook:{n + 2}")]])
            ),
        )
        for n, id_ in enumerate(["burns", "cardiology", "dermatology"])
    ]
    site = Site(
        name="Example Health",
        base_url="https://health.example.org",
        zone=draw(st.sampled_from(ZONES)),
        schedule=draw(schedules()),
        channels=(SHARED,),
    )
    now = change - draw(st.integers(0, 72)) * HOUR
    posts = [draw(_posts(n, now)) for n in range(draw(st.integers(0, 7)))]
    return content(specialties, posts, site=site), now


@st.composite
def _posts(draw: st.DrawFn, n: int, now: datetime) -> Post:
    home, *also = draw(st.permutations(["burns", "cardiology", "dermatology"]).map(lambda p: p[:2]))
    public = now + draw(st.integers(-150, 150)) * HOUR
    written = public + draw(st.integers(0, 60)) * HOUR
    return post(
        f"post-{n}", home, public, also=draw(st.sampled_from([(), tuple(also)])),
        embargo=draw(st.sampled_from([None, public + 5 * HOUR])), review=review("2032-01-01"),
        social=Social(
            publish=draw(st.sampled_from(["next-slot", "next-slot", "with-page", written])),
            repeat=tuple(public + days * DAY for days in draw(st.sampled_from([(), (9,), (10, 20)]))),
        ),
    )  # fmt: skip


def keepers(what: Content, key: str) -> list[tuple[Schedule, str]]:
    named = [(s.schedule, s.zone) for s in what.specialties.values() if key in {c.key for c in s.channels}]
    return [*named, *([(what.site.schedule, what.site.zone)] if key == SHARED.key else [])]


def going(what: Content, now: datetime) -> list[Planned]:
    return [p for p in planned(what, [], now).deliveries if p.state == "queued"]


def wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_quiet(times: Schedule, zone: str, at: datetime) -> bool:
    if times.quiet is None:
        return False
    start, end, clock = times.quiet.start, times.quiet.end, wall(at, zone).time()
    return start <= clock < end if start <= end else clock >= start or clock < end


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_nothing_goes_out_in_the_quiet_hours_of_anyone_who_names_the_channel(world: tuple[Content, datetime]) -> None:
    what, now = world
    for p in going(what, now):
        assert not any(is_quiet(times, zone, p.due_at) for times, zone in keepers(what, p.channel)), p.why


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_nothing_on_a_slot_is_an_hour_off(world: tuple[Content, datetime]) -> None:
    """The clocks show a slot's own time; or that time does not exist on its day, and it is later by what is skipped."""
    what, now = world
    for p in going(what, now):
        if "free slot" in p.why:
            assert any(_on_the_wall(times, zone, p.due_at) for times, zone in keepers(what, p.channel)), p.why


def _on_the_wall(times: Schedule, zone: str, at: datetime) -> bool:
    clock = wall(at, zone)
    if (Slot(weekday=clock.weekday(), at=clock.time())) in times.slots:
        return at.astimezone(ZoneInfo(zone)).fold == 0
    for skipped in (HOUR, HOUR / 2):
        meant = clock - skipped
        there = meant.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if Slot(weekday=meant.weekday(), at=meant.time()) in times.slots and there == clock:
            return True
    return False


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_nothing_goes_out_before_its_page_or_in_the_past_unless_its_author_wrote_so(
    world: tuple[Content, datetime],
) -> None:
    what, now = world
    posts = {p.id: p for p in what.posts}
    for p in going(what, now):
        assert p.due_at >= posts[p.post].public_from
        written = isinstance(posts[p.post].social.publish, datetime) and p.edition == 1
        assert written or p.due_at >= now


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_spacing_and_limit_per_day_hold_on_every_channel(world: tuple[Content, datetime]) -> None:
    """Of all that name it; a written time stands where it is written, and is told of when it is too near."""
    what, now = world
    posts = {p.id: p for p in what.posts}
    by_channel: dict[str, list[Planned]] = {}
    for p in going(what, now):
        by_channel.setdefault(p.channel, []).append(p)
    for key, all_there in by_channel.items():
        named = keepers(what, key)
        spacing = max(times.spacing for times, _ in named)
        limit = min((times.per_day for times, _ in named if times.per_day), default=None)
        for p in all_there:
            if isinstance(posts[p.post].social.publish, datetime) and p.edition == 1:
                continue
            others = [o for o in all_there if o.key != p.key]
            assert all(abs(o.due_at - p.due_at) >= spacing for o in others), p.why
            for _, zone in named:
                that_day = [o for o in others if wall(o.due_at, zone).date() == wall(p.due_at, zone).date()]
                written = [o for o in that_day if isinstance(posts[o.post].social.publish, datetime) and o.edition == 1]
                assert limit is None or len(that_day) < limit or len(written) >= limit


@settings(max_examples=80, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_files_and_rows_changes_nothing(world: tuple[Content, datetime], chance: object) -> None:
    what, now = world
    half = replace(what, posts=what.posts[::2])
    known = taken_over(planned(half, [], now), [])
    straight = planned(what, known, now)
    posts, rows, ids = list(what.posts), list(known), list(what.specialties)
    for shuffled in (posts, rows, ids):
        chance.shuffle(shuffled)  # type: ignore[attr-defined]
    other = replace(what, posts=tuple(posts), specialties={id_: what.specialties[id_] for id_ in ids})
    assert planned(other, rows, now) == straight


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_what_was_taken_over_is_the_same_in_the_next_plan(world: tuple[Content, datetime]) -> None:
    what, now = world
    known = taken_over(planned(what, [], now), [])
    later = planned(what, known, now + HOUR)
    assert [p.key for p in later.deliveries if p.change != "same"] == []
    assert {p.key: p.due_at for p in later.deliveries} == {r.key: r.due_at for r in known}


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_adding_posts_moves_nothing_that_is_announced(world: tuple[Content, datetime]) -> None:
    what, now = world
    before = taken_over(planned(replace(what, posts=what.posts[1::2]), [], now), [])
    after = {p.key: p for p in planned(what, before, now).deliveries}
    for known in before:
        assert (after[known.key].due_at, after[known.key].change, after[known.key].why) == (
            known.due_at,
            "same",
            known.why,
        )


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_every_delivery_has_its_reason_and_every_key_stands_once(world: tuple[Content, datetime]) -> None:
    what, now = world
    made = planned(what, [], now).deliveries
    assert len({p.key for p in made}) == len(made)
    assert list(made) == sorted(made, key=lambda p: (p.due_at, p.key))
    assert all(p.why for p in made)


def test_ten_thousand_posts_for_one_page_walk_past_each_taken_slot_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each post would otherwise look at every slot taken before it: fifty million looks."""
    looks = 0

    def counted(*given: object) -> bool:
        nonlocal looks
        looks += 1
        return in_quiet(*given)  # type: ignore[arg-type]

    every_hour = [f"{day} {hour:02}:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri") for hour in range(8, 20)]
    times = schedule(every_hour, quiet="21:00-07:00")
    home = specialty("cardiology", "America/Chicago", times, [EVERYONE])
    posts = [
        post(f"post-{n:05}", "cardiology", utc("2026-11-23 12:00") + n * timedelta(minutes=1)) for n in range(10_000)
    ]
    monkeypatch.setattr(timetable, "in_quiet", counted)
    made = planned(content([home], posts), [], utc("2026-11-23 12:00"))
    assert len({p.due_at for p in made.deliveries}) == 10_000
    assert looks < 30_000


def test_a_known_row_of_a_channel_that_is_not_named_any_more_keeps_out_of_the_others_way() -> None:
    home = specialty("cardiology", "UTC", schedule(["Tue 09:00"]), [EVERYONE])
    known = [row("old/facebook:9/1", utc("2026-11-24 09:00"))]
    what = content([home], [post("new", "cardiology", utc("2026-11-23 10:00"))])
    made = {p.key: p for p in planned(what, known, utc("2026-11-23 09:00")).deliveries}
    assert made["new/facebook:1/1"].due_at == utc("2026-11-24 09:00")
    assert made["old/facebook:9/1"].change == "gone"


def test_a_variant_with_a_time_of_its_own_goes_then_on_that_platform_only() -> None:
    home = specialty("cardiology", "UTC", schedule(["Tue 09:00"]), [EVERYONE, channel("x:5")])
    own = Variant(publish=utc("2026-11-25 12:00"))
    social = Social(variants={"x": own})
    made = planned(
        content([home], [post("new", "cardiology", utc("2026-11-23 10:00"), social=social)]),
        [],
        utc("2026-11-23 09:00"),
    )
    page, account = made.deliveries
    assert (page.key, page.due_at) == ("new/facebook:1/1", utc("2026-11-24 09:00"))
    assert (account.key, account.due_at) == ("new/x:5/1", utc("2026-11-25 12:00"))
    assert account.why == "Wed 25 Nov 2026 12:00 UTC: the time written in social.x.publish"
