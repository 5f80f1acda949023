from __future__ import annotations

import pytest

from classifiers.features import (
    LONG,
    SIGNS,
    Text,
    char_terms,
    cue_names,
    cue_reader,
    head_terms,
    pair_terms,
    read,
    signs,
    spread,
    word_pieces,
    word_terms,
)
from classifiers.normalise import LIMIT, clean, fold

PLAIN = Text("Bitcoin miner signs AI lease", "It's worth $3.5 billion.")


@pytest.mark.parametrize(
    "evasion",
    [
        "Bit\u200bcoin mi\u00adner si\u2060gns AI le\ufeffase",  # zero-width, soft hyphen, word joiner, BOM
        "Вitсоin mіnеr signs АІ lеаsе",  # Cyrillic look-alikes
        "Ｂｉｔｃｏｉｎ ｍｉｎｅｒ ｓｉｇｎｓ ＡＩ ｌｅａｓｅ",  # full width
        "\u202eBitcoin\u202c miner \u2066signs\u2069 AI lease",  # direction marks
        "B\u0336i\u0336t\u0336c\u0336o\u0336i\u0336n miner signs AI lease",  # struck out
        "𝐁𝐢𝐭𝐜𝐨𝐢𝐧 𝓂𝒾𝓃𝑒𝓇 signs AI lease",  # mathematical letters
        "Βitcoin miner signs ΑΙ lease",  # Greek capitals
        "Bitcoin\u2003miner\u00a0signs\tAI \x00lease",  # odd blanks and a control character
        "Bitcoin miner\ufe0f signs AI\u034f lease\u2800",  # variation selector, joiner, blank braille
    ],
)
def test_dressed_up_letters_read_as_plain_ones(evasion: str) -> None:
    assert read(Text(evasion, PLAIN.summary)) == read(PLAIN)


def test_real_foreign_words_are_not_folded_into_latin() -> None:
    assert fold("Биткоин майнеры").startswith("Бит")


def test_cleaning_bounds_the_length() -> None:
    assert len(clean("ab " * LIMIT)) <= LIMIT


def test_numbers_are_one_word_and_units_stand_alone() -> None:
    assert read(Text("15MW for $3.5bn, 20%")).tokens == ("0", "mw", "for", "$", "0", "bn", "0", "%")


def test_chip_names_keep_their_digits() -> None:
    assert read(Text("H100 and S21 in Q3")).tokens == ("h100", "and", "s21", "in", "q3")


def test_a_word_said_twice_counts_once() -> None:
    once, often = Text("bitcoin mining"), Text("bitcoin mining", "bitcoin " * 500)
    assert word_terms(often) == word_terms(once)
    assert char_terms(often) == char_terms(once)
    assert spread(often) == spread(once)


def test_evidence_of_long_texts_grows_no_further() -> None:
    def total(count: int) -> float:
        return count / spread(Text(" ".join(f"w{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(count))))

    assert total(LONG) == pytest.approx(total(4 * LONG))
    assert total(LONG // 4) < total(LONG)


def test_title_words_and_pairs() -> None:
    text = Text("Miner signs", "Miner pays")
    assert head_terms(text) == ["^miner", "^signs"]
    assert pair_terms(text) == ["miner signs", "signs miner", "miner pays"]


def test_pieces_are_the_longest_known_from_the_left() -> None:
    known = {"hyper", "hyperscale", "##r", "##scale", "it", "s"}
    assert word_pieces("hyperscaler", known) == ("hyperscale", "##r")
    assert word_pieces("it's", known) == ("it", "s")
    assert word_pieces("zzz", known) == ()


def test_signs_are_shares_in_the_order_of_their_names() -> None:
    values = dict(zip(SIGNS, signs(Text("WHY miners?! 🚀🚀", "You must buy now!! 3 MW")), strict=True))
    assert all(0 <= value <= 1 for value in values.values())
    assert values["question title"] == values["exclaimed title"] == 1
    assert values["emoji"] == 0.5
    assert values["second person"] == 0.25
    assert values["no summary"] == 0
    assert dict(zip(SIGNS, signs(Text("Alone")), strict=True))["no summary"] == 1


def test_cues_count_words_phrases_and_prefixes() -> None:
    cues = {"mining": ["bitcoin mine*", "hash rate"], "compute": ["gpu*", "ai"]}
    names = cue_names(cues)
    found = dict(zip(names, cue_reader(cues)(Text("Bitcoin miners' GPUs", "Hash rate and AI, AI")), strict=True))
    assert found["mining"] == 0.5  # "bitcoin miners" and "hash rate", of four
    assert found["mining in title"] == found["compute in title"] == 1
    assert found["compute"] == 0.75
    assert found["mining with compute"] == 1
    assert sum(cue_reader(cues)(Text("A hash browns recipe", "rate it"))) == 0
