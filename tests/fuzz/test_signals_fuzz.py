"""Whatever an answer holds, it is a reading or a refusal in one clean line."""

import json
import math
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import SignalConfig
from monitor.errors import ReadingError
from monitor.signals.evaluate import evaluate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SIGNALS = [
    SignalConfig(name="x", source="S", url="", value="price", observed_at="time"),
    SignalConfig(name="x", source="S", url="", value="median(rows[].divide(number(a), b))"),
    SignalConfig(name="x", source="S", url="", format="csv", value="a", observed_at="b", where={"c": "1"}),
    SignalConfig(name="x", source="S", url="", value="@", scale=1e300),
]
LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
KEYS = st.sampled_from(["price", "time", "rows", "a", "b", "error"])
VALUE = st.recursive(
    LEAF, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)), max_leaves=12
)
TABLE = st.lists(st.lists(st.text(max_size=6), min_size=1, max_size=4), max_size=4).map(
    lambda rows: "\n".join(["a,b,c", *(",".join(row) for row in rows)]).encode("utf-8", "replace")
)
BODY = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace")),
    VALUE.map(lambda value: json.dumps(value).encode()),
    TABLE,
)


@settings(max_examples=400, deadline=None)
@given(BODY, st.sampled_from(SIGNALS))
def test_every_answer_is_a_reading_or_a_refusal(body: bytes, signal: SignalConfig) -> None:
    try:
        reading = evaluate(body, signal, NOW)
    except ReadingError as error:
        assert str(error) and "\n" not in str(error) and "\x1b" not in str(error)
        return
    assert math.isfinite(reading.value) and reading.observed_at.tzinfo is not None
