"""Words, lines and the drawing of the pane, without a screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from monitor.config import RuleConfig
from monitor.model import RuleState, State
from monitor.tui import chart, words
from monitor.tui.commands import COMMANDS, EVERYWHERE, IN_LISTS, READING, found, key_line
from monitor.tui.widgets.ascii import ascii_only, folded

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"), (float("nan"), "-"), (float("inf"), "-"), (0.0, "0"), (15.0, "15"), (41.2, "41.20"),
        (65_432.1, "65,432"), (133.87e12, "133.9T"), (0.00345, "0.00345"), (-12.5, "-12.50"), (1e15, "1.0P"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_reading(value, text):
    assert words.number(value) == text


def test_a_difference_has_its_sign():
    assert [words.signed(v) for v in (16.94, -0.12, None, float("nan"))] == ["+16.9", "-0.1", "-", "-"]


def test_age_says_stale_past_its_budget_and_louder_past_two():
    ages = [words.aged(NOW - h * HOUR, NOW, 2 * HOUR).plain for h in (1, 2, 3, 4, 5)]
    assert ages == ["1h", "2h", "3h stale", "4h stale", "5h STALE"]
    assert words.aged(None, NOW, HOUR).plain == "-"


def test_a_stance_is_a_letter_and_a_question_mark_where_nothing_is_sure():
    letters = [words.stance(word).plain for word in ("critic", "defender", "neutral", "mixed")]
    assert letters == ["C", "D", "N", "M"]
    assert words.stance("critic", sure=0).plain == "?"


def test_columns_hold_wide_letters():
    assert words.column("漢字漢字", 5).cell_len == 5
    assert words.column("漢字漢字", 5).plain == "漢字…"
    assert words.column("7", 4, right=True).plain == "   7"


def test_a_rule_says_its_state_for_how_long_and_its_levels():
    rule = RuleConfig(name="pivot pays", when="spread.after_capex", enter=25, exit=10)
    state = RuleState(State.FIRING, NOW - 3 * HOUR, 30.0)
    assert words.rule_line(rule, state, NOW) == "FIRING 3h: pivot pays, enter 25 exit 10"
    assert words.rule_line(rule, None, NOW).startswith("not judged yet: pivot pays")


# ------------------------------------------------------------ the drawing


def series(*values: float) -> list[tuple[datetime, float]]:
    return [(NOW + i * HOUR, value) for i, value in enumerate(values)]


def test_the_line_lies_between_its_levels():
    lines = chart.plot(series(0, 10, 20, 30), [("enter", 25), ("exit", 10)], 40, 7)
    assert len(lines) == 7
    assert all(len(line) <= 40 for line in lines)
    rising = [line.index("*", 8) for line in reversed(lines) if "*" in line]
    assert rising == sorted(rising)
    enter = next(line for line in lines if line.endswith("enter"))
    assert enter.startswith("  +25.0 -")
    assert lines.index(enter) < next(i for i, line in enumerate(lines) if line.endswith("exit"))
    assert lines[0].startswith("  +30.0")
    assert lines[-1].startswith("   +0.0")
    assert "".join(lines).isascii()


def test_a_value_holds_until_the_next_one():
    early = [(NOW, 0.0), (NOW + 9 * HOUR, 10.0), (NOW + 10 * HOUR, 10.0)]
    top, *_, bottom = chart.plot(early, [], 46, 5)
    assert bottom.count("*") > 4 * top.count("*")


@pytest.mark.parametrize("values", [(5.0,), (5.0, 5.0, 5.0), (-1e9, 1e9)])
def test_flat_single_and_huge_series_are_drawn(values):
    lines = chart.plot(series(*values), [], 30, 5)
    assert any("*" in line for line in lines)


def test_two_levels_on_one_line_are_both_named():
    assert any(
        line.endswith("enter exit") for line in chart.plot(series(0, 1000), [("enter", 11), ("exit", 10)], 50, 5)
    )


# ------------------------------------------------------------ ASCII


def test_folding_keeps_the_width_and_what_can_be_read():
    assert folded("caf\u00e9 \u2026 \u25b2 \u6f22x\u2581") == "cafe ~ ^ ??x|"
    for text in ("caf\u00e9", "\u6f22\u5b57", "\u00e4\u0308", "\uff21", "\U0001f600", "\u05d0"):
        assert folded(text).isascii()
        assert cell_len(folded(text)) == cell_len(text)


def test_the_locale_says_what_the_terminal_shows():
    said = [{}, {"LANG": "C.UTF-8"}, {"LANG": "de_DE.utf8"}, {"LANG": "C.UTF-8", "LC_ALL": "C"}, {"LANG": "POSIX"}]
    assert [ascii_only(environ) for environ in said] == [False, False, False, True, True]


# ------------------------------------------------------------ commands


@pytest.mark.parametrize("width", range(15, 120, 7))
def test_the_key_line_fits_and_always_has_help_and_quit(width):
    line = key_line(width, frozenset(c.name for c in COMMANDS))
    assert line.startswith("? help  q quit")
    assert len(line) <= width


def test_no_key_means_two_things_in_one_place():
    for scope in (IN_LISTS, READING):
        keys = [key for c in COMMANDS if c.scope in {scope, EVERYWHERE} for key in c.keys.split(",")]
        assert len(keys) == len(set(keys)), scope


def test_help_finds_by_every_word():
    assert [c.name for c in found("noise LEVEL")] == ["noise"]
    assert list(found("nosuchthing")) == []
    assert len(list(found(""))) == len(COMMANDS)
