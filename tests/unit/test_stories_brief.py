"""The brief: every part extracted with its source, nothing twice, nothing invented; an empty part says why."""

from __future__ import annotations

import pytest
from support.telling import NOW, story, tagged

from monitor.data import tables
from monitor.model import Role, Story
from monitor.stories import measure
from monitor.stories.brief import Brief, Empty, Forecast, brief
from monitor.stories.sentences import readable_alone, split
from monitor.stories.timeline import Event

LEASE = (
    tagged(
        1,
        "Corvid signs 12-year AI lease with Lumenstack",
        "Corvid signed a 12-year lease worth $3.9 billion with Lumenstack for 180 megawatts at Northfork."
        " Aldergate will backstop $1.4 billion of the rent. Its shares rose.",
        feed="Wire",
        hours=60,
    ),
    tagged(
        2,
        "What the Corvid lease costs",
        "The lease matters because it tests whether a mine can become an AI campus at a normal price."
        " Corvid signed a lease worth $3.9 billion with Lumenstack for 180 megawatts at Northfork.",
        feed="Rack",
        hours=50,
        stance="defender",
    ),
    tagged(
        3,
        "Nine exahash gone",
        "Every lease like this one makes an attack cheaper and leaves what remains in fewer hands."
        " Bitcoin's security is being rented out by the megawatt.",
        feed="Blog",
        hours=40,
        stance="critic",
    ),
    tagged(
        4,
        "Corvid prices $1.1 billion of secured notes",
        "Corvid priced $1.1 billion of secured notes due 2031 at 8.625%.",
        feed="Wire",
        hours=20,
    ),
    tagged(
        5,
        "Fans quiet",
        "lol!!! to the moon, click here to subscribe now!",
        feed="Posts",
        hours=10,
        role=Role.SOCIAL,
        relevance=0,
        noise=90.0,
    ),
)


def made(told: Story | None = None, **more: object) -> Brief:
    return brief(told or story(*LEASE), glossary=tables.glossary(), **more)  # type: ignore[arg-type]


def extracts(page: Brief) -> list[tuple[str, str]]:
    parts = (page.why_it_matters, page.key_points, page.summary)
    return [(e.text, e.entry_id) for part in parts if not isinstance(part, Empty) for e in part]


def test_every_extract_is_a_sentence_of_the_entry_it_names() -> None:
    texts = {held.entry.entry_id: held.entry.summary for held in LEASE}
    found = extracts(made())
    assert len(found) >= 5
    assert all(text in texts[entry_id] for text, entry_id in found)


def test_nothing_is_said_twice_and_everything_can_be_read_alone() -> None:
    found = [text for text, _ in extracts(made())]
    assert sum("$3.9 billion" in text for text in found) == 1  # told by two entries
    assert not any(text.startswith("Its shares") for text in found)
    assert all(readable_alone(text) for text in found)


def test_why_it_matters_takes_the_sentence_that_says_so() -> None:
    page = made()
    assert not isinstance(page.why_it_matters, Empty)
    assert any("matters because" in extract.text for extract in page.why_it_matters)


def test_off_topic_entries_are_not_quoted() -> None:
    assert "e5" not in {entry_id for _, entry_id in extracts(made())}


def test_sides_count_and_quote_from_different_outlets() -> None:
    page = made()
    assert not isinstance(page.sides, Empty)
    assert {name: side.n for name, side in page.sides.items()} == {"critic": 1, "defender": 1, "neutral": 2}
    quoted = [side.feed for side in page.sides.values()]
    assert len(set(quoted)) == 3
    assert page.sides["critic"].entry_id == "e3"


def test_a_side_with_a_choice_quotes_the_outlet_that_no_other_side_quotes() -> None:
    said = "The lease mortgages the whole campus to lenders who ask for more."
    page = made(
        story(
            tagged(1, "Lease signed", "Corvid signed a lease for 180 megawatts at Northfork.", feed="Wire"),
            tagged(2, "Too dear", said, feed="Wire", stance="critic"),
            tagged(
                3,
                "Too late",
                "The halls will be late and the tenant will be gone by then.",
                feed="Blog",
                stance="critic",
            ),
        )
    )
    assert not isinstance(page.sides, Empty)
    assert (page.sides["neutral"].feed, page.sides["critic"].feed) == ("Wire", "Blog")


def test_plain_words_explain_terms_that_occur_with_a_picture() -> None:
    page = made()
    assert not isinstance(page.plain_words, Empty)
    terms = {word.term for word in page.plain_words}
    assert "backstop" in terms and "immersion cooling" not in terms
    assert all(word.picture for word in page.plain_words)


def test_the_timeline_dates_events_by_kind_oldest_first() -> None:
    retarget = Event(NOW, "retarget", "Difficulty -5.8% to 140.3T (mempool.space)", "")
    page = made(events=[retarget])
    assert not isinstance(page.timeline, Empty)
    assert [event.kind for event in page.timeline] == ["lease", "financing", "retarget"]
    assert [event.at for event in page.timeline] == sorted(event.at for event in page.timeline)


def test_forecast_and_notes_are_passed_through() -> None:
    page = made(forecast=Forecast("62% to cross within 30 days.", {"30": 0.62}), notes=["ask about the transformer"])
    assert isinstance(page.forecast, Forecast) and page.forecast.data == {"30": 0.62}
    assert page.notes == ("ask about the transformer",)


def test_every_part_without_content_says_why() -> None:
    page = made(story(tagged(1, "🚀", "", relevance=0)))
    parts = [page.why_it_matters, page.key_points, page.summary, page.plain_words, page.sides, page.timeline]
    assert all(isinstance(part, Empty) and part.reason for part in [*parts, page.forecast, page.notes])
    assert isinstance(page.key_points, Empty) and "titles only" in page.key_points.reason


def test_one_outlet_alone_is_told_as_such() -> None:
    page = made(story(*(tagged(n, "Corvid leases Northfork", "", feed="Wire") for n in range(3))))
    assert "1 independent outlet" in page.noise_parts["sourcing"].why


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Corvid Inc. rose 3.5%. It fell later.", ["Corvid Inc. rose 3.5%.", "It fell later."]),
        ("NORTHFORK – Corvid signed a lease.", ["Corvid signed a lease."]),
        ("(via Ledger Street Daily) Corvid signed.", ["Corvid signed."]),
        ("The U.S. grid is full. “We know,” he said.", ["The U.S. grid is full.", "“We know,” he said."]),
        ("He said: “Stop.” They did not.", ["He said: “Stop.”", "They did not."]),
        ("Is it? Yes! Perhaps…", ["Is it?", "Yes!", "Perhaps…"]),
        ("公司签约。价格未知。", ["公司签约。", "价格未知。"]),
        ("one\ntwo", ["one", "two"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert list(split(text)) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "It rose by a tenth within two weeks.",
        "This means trouble for every miner.",
        "“We own the scarce thing, and it is the substation.",
        "Too short.",
        "and so the network lost nine exahashes.",
        "Click here to read more about the lease.",
        "word " * 60 + ".",
        "A heading without an end",
    ],
)
def test_what_cannot_be_read_alone_is_not_quoted(text: str) -> None:
    assert not readable_alone(text)


def test_a_whole_sentence_is_quoted() -> None:
    assert readable_alone("Corvid switched off nine exahashes at Northfork this week.")


# ---------------------------------------------------------------- sides of a story


@pytest.mark.parametrize(
    ("stances", "stance"),
    [
        (["critic", "critic", "neutral"], "critic"),
        (["critic", "critic", "neutral", "defender"], "mixed"),  # half is not more than half
        (["critic", "defender"], "mixed"),
        (["neutral"], "neutral"),
        ([], "mixed"),
    ],
)
def test_a_storys_stance_is_what_more_than_half_share(stances: list[str], stance: str) -> None:
    off_topic = tagged(90, "x", relevance=0, stance="critic")
    unsure = tagged(91, "y", stance="critic", unsure=True)
    told = story(off_topic, unsure, *(tagged(n, f"t{n}", stance=s) for n, s in enumerate(stances)))
    assert told.stance == stance
    assert told.sides.unsure == 1 and told.sides.critic == stances.count("critic")


def test_a_blind_spot_needs_one_side_alone_from_two_outlets() -> None:
    critics = [tagged(n, f"t{n}", stance="critic", feed=f"Feed {n % 2}") for n in range(3)]
    assert story(*critics).blind_spot is not None
    assert story(*critics[:2]).blind_spot is None
    assert story(*critics, tagged(9, "n", stance="neutral")).blind_spot is None
    assert story(*(tagged(n, f"t{n}", stance="critic", feed="One") for n in range(4))).blind_spot is None
    assert story(*(tagged(n, f"t{n}") for n in range(4))).blind_spot is None


def test_a_heated_or_social_title_gives_way_to_a_plain_one_and_then_stays() -> None:
    rumour = tagged(1, "huge news at northfork!!", hours=30, role=Role.SOCIAL)
    report = tagged(2, "Corvid signs AI lease", hours=20)
    later = tagged(3, "Corvid AI lease signed, details", hours=10)
    assert measure.choose_title([rumour], None) == rumour.entry.title
    assert measure.choose_title([rumour, report, later], rumour.entry.title) == report.entry.title
    assert measure.choose_title([rumour, report, later], later.entry.title) == later.entry.title
