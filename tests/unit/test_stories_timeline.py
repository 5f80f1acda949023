"""Kinds of events, one line for each event, the network's own, the score, and news beside numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.telling import NOW, story, tagged

from monitor.model import Reading, Role, SpreadPoint
from monitor.stories import moves, score, timeline


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Bitcoin miner Corvid signs $3.9 billion AI lease, switches off machines", "lease"),
        ("Corvid prices $1.1 billion of secured notes", "financing"),
        ("CleanSpark upsizes convertible notes offering", "financing"),
        ("County board votes 4-3 to approve Corvid generators", "regulation"),
        ("State regulators approve tougher power tariff", "regulation"),
        ("Difficulty falls 5.8%, the largest cut in a year", "retarget"),
        ("Bitcoin's fourth halving cuts rewards", "halving"),
        ("Quillon drops the hash, becomes Quillon Intelligence", "rebrand"),
        ("Bitcoin miner Quillon renames itself", "rebrand"),
        ("Outage at Quillon's campus lasts 11 hours", "outage"),
        ("Corvid orders 2,800 hydro miners", "order"),
        ("Riot sells 1,080 BTC", "sale"),
        ("Miner buys the land under its plant", "sale"),
        ("Corvid switches on first AI hall", "site"),
        ("Halyard says AI campus will be delayed", "site"),
        ("Core Scientific announces third quarter results", "results"),
        ("Why we turned the machines off", None),
        ("", None),
    ],
)
def test_a_title_tells_its_kind_of_event(title: str, kind: str | None) -> None:
    assert timeline.kind_of(title) == kind


def test_one_event_told_by_several_is_one_line_with_the_plainest_words() -> None:
    told = [
        tagged(1, "8-K - CORVID - Item 1.01 Material Agreement", "A subsidiary leased 180 MW to Lumenstack.",
               hours=60, role=Role.PRIMARY),
        tagged(2, "Corvid leased its site to Lumenstack: a material agreement", hours=59),
        tagged(3, "Corvid leases another 90 MW to Fathomline in Ohio", hours=2),
    ]  # fmt: skip
    first, second = timeline.events(told)
    assert (first.at, first.entry_id) == (told[0].entry.published_at, "e2")
    assert second.entry_id == "e3"


def test_comment_dates_an_event_only_where_nobody_reports_it() -> None:
    comment = tagged(1, "Corvid sells the network's security for rent", role=Role.ANALYSIS)
    report = tagged(2, "Corvid signs AI lease")
    assert [e.kind for e in timeline.events([comment, report])] == ["lease"]
    assert [e.kind for e in timeline.events([comment])] == ["sale"]


def test_retargets_and_halvings_come_from_the_network() -> None:
    def series(name: str, *values: float) -> list[Reading]:
        return [Reading(name, "mempool.space", v, "", NOW + timedelta(days=n), NOW) for n, v in enumerate(values)]

    found = timeline.of_network(
        series("difficulty", 148.9e12, 148.9e12, 140.3e12), series("block_height", 1_049_990, 1_050_010)
    )
    assert [(e.kind, e.text) for e in found] == [
        ("halving", "Halving at block 1,050,000 (mempool.space)"),
        ("retarget", "Difficulty -5.8% to 140.3T (mempool.space)"),
    ]


def test_merged_timelines_hold_each_event_once_in_order() -> None:
    lease, sale = tagged(1, "Corvid signs AI lease", hours=9), tagged(2, "Riot sells 1,080 BTC", hours=3)
    one, both = timeline.events([lease]), timeline.events([lease, sale])
    assert [e.entry_id for e in timeline.merge([both, one])] == ["e1", "e2"]


# ---------------------------------------------------------------- score


def test_a_broad_primary_story_with_figures_outranks_a_lone_post() -> None:
    wide = [
        tagged(
            n,
            f"Corvid {n} leases {100 + n} MW for ${n}.5 billion",
            role=Role.PRIMARY if n == 1 else Role.NEWS,
        )
        for n in range(1, 6)
    ]
    lone = [tagged(9, "corvid lol", role=Role.SOCIAL)]
    assert score.of(wide).value > score.of(lone).value
    assert sum(score.WEIGHTS.values()) == pytest.approx(1.0)
    for made in (score.of(wide), score.of(lone)):
        assert made.value == pytest.approx(100 * sum(score.WEIGHTS[name] * made.parts[name] for name in made.parts))
        assert 0 <= made.value <= 100


def test_newsworthiness_knows_nothing_of_noise() -> None:
    calm, hot = ([tagged(n, f"Lease {n}", noise=noise) for n in range(3)] for noise in (0.0, 100.0))
    assert score.of(calm) == score.of(hot)


def test_copies_do_not_broaden_a_story() -> None:
    one = tagged(1, "Corvid signs AI lease", "It is worth $3.9 billion.")
    copies = [tagged(n, "Corvid signs AI lease", "It is worth $3.9 billion.") for n in range(2, 9)]
    assert score.of([one, *copies]).parts["breadth"] == score.of([one]).parts["breadth"] == 0.0


def test_a_day_halves_what_a_score_is_worth() -> None:
    assert score.rank(80.0, NOW) == pytest.approx(score.rank(40.0, NOW + timedelta(days=1)))
    assert score.rank(80.0, NOW) > score.rank(79.0, NOW) > score.rank(0.0, NOW)


# ---------------------------------------------------------------- news and number


def point(hours: float, value: float | None) -> SpreadPoint:
    return SpreadPoint("Texas", "colo", NOW - timedelta(hours=hours), None, None, value, "1", {})


POINTS = [point(30, 4.0), point(20, None), point(10, 12.0), point(2, 27.5)]


def test_a_crossing_names_the_stories_before_it() -> None:
    (crossing,) = moves.crossings(POINTS, 25.0)
    lease = story(tagged(1, "Corvid signs AI lease", "180 MW", hours=4))
    old = story(tagged(2, "Fans are quiet", hours=12))
    after = story(tagged(3, "Shares jump", hours=1))
    line = moves.before(crossing, [old, lease, after])
    assert (
        line == "crossed up at 10:00 (+12.0 to +27.5 USD/MWh); 1 story in the six hours before: Corvid signs AI lease"
    )
    assert "no story" in moves.before(crossing, [old])


def test_crossings_bridge_missing_points_and_see_both_ways() -> None:
    back = [*POINTS, point(1, 3.0)]
    assert [(c.up, c.before) for c in moves.crossings(back, 25.0)] == [(True, 12.0), (False, 27.5)]
    assert moves.crossings(POINTS[:2], 25.0) == ()


def test_the_move_around_a_story_needs_a_point_on_either_side() -> None:
    told = story(tagged(1, "Corvid signs AI lease", hours=15))
    move = moves.around(told, POINTS)
    assert move is not None and (move.before, move.after) == (4.0, 27.5)
    assert "+4.0 to +27.5 USD/MWh (+23.5)" in move.text
    assert moves.around(told, POINTS[:1]) is None
