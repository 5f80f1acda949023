from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.tagger import Tagger, Text

TAGGER = Tagger.load()
ANY = st.text(max_size=300)
INVISIBLE = st.sampled_from(["\u200b", "\u200d", "\u2060", "\u00ad", "\ufeff", "\u202e", "\u2066", "\ufe0f"])


@settings(deadline=None, max_examples=150)
@given(ANY, ANY)
def test_any_text_gets_whole_tags(title: str, summary: str) -> None:
    tags = TAGGER.tag([Text(title, summary)])[0]
    assert math.isclose(sum(tags.stance_p.values()), 1, rel_tol=1e-9)
    assert math.isclose(sum(tags.relevance_p), 1, rel_tol=1e-9)
    assert all(math.isfinite(p) for p in (*tags.stance_p.values(), *tags.relevance_p, tags.noise))
    assert len(tags.why) <= 5
    assert tags == TAGGER.tag([Text("other"), Text(title, summary)])[1]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 60), INVISIBLE), max_size=12))
def test_invisible_characters_change_nothing(inserted: list[tuple[int, str]]) -> None:
    plain = "Bitcoin miner's reckless AI debt worries holders, short seller says"
    dressed = plain
    for place, char in inserted:
        dressed = dressed[:place] + char + dressed[place:]
    assert TAGGER.tag([Text(dressed)]) == TAGGER.tag([Text(plain)])
