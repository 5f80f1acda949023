"""Each part of the noise level moves its own way, whatever the story; the level is the sum it says it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from support.telling import NOW, tag, tagged

from monitor.model import Reading, Role, TaggedEntry
from monitor.stories import noise
from monitor.stories.noise import Context

TITLES = [
    "Lease signed for 180 MW",
    "County votes 4-3 on permit",
    "Notes priced at 8.625%",
    "Hall energised",
    "Fans are quiet",
]
CLAIM = "Hashprice fell below $30 this week"
HASHPRICE = [Reading("hashprice", "index", 41.2, "USD/PH/day", NOW - timedelta(hours=h), NOW) for h in (90, 30, 2)]
CONTEXT = Context(NOW, {f"Feed {n}": 0.5 for n in range(6)}, {"hashprice": HASHPRICE})

entry = some.builds(
    tagged,
    some.integers(0, 9_999),
    some.sampled_from(TITLES),
    some.sampled_from(["", "Rent starts in 2027.", "Neighbours complained about 61 decibels.", CLAIM + "."]),
    feed=some.sampled_from([f"Feed {n}" for n in range(6)]),
    hours=some.floats(0, 200),
    role=some.sampled_from(list(Role)),
    stance=some.sampled_from(["critic", "defender", "neutral"]),
    relevance=some.integers(0, 2),
    noise=some.floats(0, 100),
    unsure=some.booleans(),
)
stories = some.lists(entry, min_size=1, max_size=9).map(
    lambda held: sorted(
        (replace(t, entry=replace(t.entry, entry_id=f"e{n}")) for n, t in enumerate(held)),
        key=lambda t: t.entry.first_seen_at,
    )
)


def part(held: list[TaggedEntry], name: str, context: Context = CONTEXT) -> float:
    return noise.parts(held, context)[name].value


def newest(like: TaggedEntry, **changes: object) -> TaggedEntry:
    """Another entry after all others."""
    entry = replace(like.entry, entry_id="new", first_seen_at=NOW, published_at=NOW, **changes)  # type: ignore[arg-type]
    return replace(like, entry=entry)


@given(stories)
def test_parts_are_shares_and_the_level_is_their_weighted_sum(held: list[TaggedEntry]) -> None:
    parts = noise.parts(held, CONTEXT)
    assert list(parts) == list(noise.WEIGHTS)
    assert sum(p.weight for p in parts.values()) == pytest.approx(1.0)
    assert all(0 <= p.value <= 1 and p.why for p in parts.values())
    assert noise.level(parts) == pytest.approx(100 * sum(p.value * p.weight for p in parts.values()))


@given(stories, some.integers(0, 8), some.floats(0.1, 50))
def test_heat_rises_with_the_heat_of_any_entry(held: list[TaggedEntry], n: int, more: float) -> None:
    n %= len(held)
    hotter = [*held]
    hotter[n] = replace(held[n], tag=replace(held[n].tag, noise=min(held[n].tag.noise + more, 100.0)))
    assert part(hotter, "heat") >= part(held, "heat")
    cold = [replace(t, tag=replace(t.tag, noise=0.0)) for t in held]
    hot = [replace(t, tag=replace(t.tag, noise=100.0)) for t in held]
    assert (part(cold, "heat"), part(hot, "heat")) == (0.0, 1.0)


@given(stories)
def test_sourcing_falls_with_another_outlet_of_its_own_words(held: list[TaggedEntry]) -> None:
    other = newest(held[0], feed="Somebody else", title="Wholly different wording about 777 MW", summary="")
    assert part([*held, other], "sourcing") < part(held, "sourcing")


@given(stories, some.sampled_from(list(Role)))
def test_sourcing_is_thinner_the_weaker_the_role(held: list[TaggedEntry], role: Role) -> None:
    weak = [replace(t, role=Role.SOCIAL) for t in held]
    some_role = [replace(t, role=role) for t in held]
    strong = [replace(t, role=Role.PRIMARY) for t in held]
    assert part(weak, "sourcing") >= part(some_role, "sourcing") >= part(strong, "sourcing")


@given(stories)
def test_echo_rises_with_a_copy_and_falls_with_a_new_fact(held: list[TaggedEntry]) -> None:
    copy = newest(held[-1], feed="Copier")
    fact = newest(held[-1], feed="Reporter", title="Tax break of $48.7 million", summary="Commissioners voted.")
    before = part(held, "echo")
    assert part([*held, copy], "echo") >= before
    assert part([*held, fact], "echo") <= before
    assert part([*held, copy], "sourcing") == part(held, "sourcing")  # a copy is no source


@given(stories, some.floats(0.01, 5))
def test_burst_falls_with_the_usual_volume_and_needs_several_of_several(held: list[TaggedEntry], usual: float) -> None:
    quiet = Context(NOW, {f"Feed {n}": usual for n in range(6)})
    busy = Context(NOW, {f"Feed {n}": usual * 3 for n in range(6)})
    assert part(held, "burst", busy) <= part(held, "burst", quiet)
    alone = [replace(t, entry=replace(t.entry, feed="Feed 1")) for t in held]
    assert part(alone, "burst", quiet) == 0.0


def test_burst_rises_with_more_in_a_day() -> None:
    context = Context(NOW, {f"Feed {n}": 1.0 for n in range(3)})
    values = [
        part([tagged(n, feed=f"Feed {n % 3}", hours=1) for n in range(size)], "burst", context)
        for size in (4, 6, 12, 18)
    ]
    assert values[0] == 0.0 and values == sorted(values) and values[1] < values[2] < values[3]


@given(stories)
def test_disagreement_is_none_for_one_side_and_grows_with_the_smaller_one(held: list[TaggedEntry]) -> None:
    critics = [replace(t, tag=tag("critic")) for t in held]
    assert part(critics, "disagreement") == 0.0
    dispute = [*critics, replace(newest(held[0]), tag=tag("defender"))]
    assert part(dispute, "disagreement") > 0.0
    unsure = [*critics, replace(newest(held[0]), tag=tag("defender", unsure=True))]
    assert part(unsure, "disagreement") == 0.0


@given(stories)
def test_contradicted_rises_with_a_claim_that_the_signal_contradicts(held: list[TaggedEntry]) -> None:
    plain = [replace(t, entry=replace(t.entry, summary="")) for t in held]
    claim = newest(plain[0], title=CLAIM)
    assert part(plain, "contradicted") == 0.0
    assert part([*plain, claim], "contradicted") > 0.0
    assert part([*plain, claim], "contradicted", Context(NOW)) == 0.0  # nobody knows better
