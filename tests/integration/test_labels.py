"""Correcting the classifiers through the command line: labels, training on them, choosing a model."""

from __future__ import annotations

import pytest
from support.program import ROOT, Program, Reply, Server, rss

PIVOT = ("1", "Miner Halden leases 100 MW to an AI cloud", "Halden will host GPUs at its Texas bitcoin mine.")
PHONE = ("2", "Phone maker unveils a thinner model", "The new handset has a brighter screen.")


@pytest.fixture
def filled(program: Program, server: Server) -> Program:
    server.replies["/wire"] = Reply(rss([PIVOT, PHONE]))
    program.config.write_text(
        f'[network]\nallow_private = ["127.0.0.1:{server.port}"]\n'
        f'[[feed]]\nname = "Wire"\nurl = "{server.url("/wire")}"\n'
    )
    assert program("poll", "--all").code == 0
    return program


def entry(program: Program, title: str = PIVOT[1]) -> dict:
    (found,) = [row for row in program("export", "--rows", "entries").rows if row["title"] == title]
    return found


def story(program: Program, title: str = PIVOT[1]) -> dict:
    (found,) = [row for row in program("export").rows if any(e["title"] == title for e in row["entries"])]
    return found


def test_a_label_is_the_users_in_every_export_and_can_be_undone(filled: Program) -> None:
    before = entry(filled)
    ran = filled("label", before["entry_id"], "critic")
    assert (ran.code, ran.out) == (0, ""), ran.err
    after = entry(filled)
    assert (after["stance"], after["unsure"]) == ("critic", False)
    assert after["labelled"] == {"relevance": "model", "stance": "user", "noise": "model"}
    assert after["stance_p"] == before["stance_p"]
    assert story(filled)["stance"] == "critic"
    assert story(filled)["sides"]["critic"] == 1
    assert filled("label", before["entry_id"], "noise=5").code == 0
    assert (entry(filled)["noise"], entry(filled)["labelled"]["noise"]) == (100, "user")
    assert filled("label", "--undo").code == 0
    assert "critic" in filled("label", "--undo").err
    assert entry(filled) == before
    assert story(filled)["sides"]["critic"] == 0
    assert filled("label", "--undo").code == 2


def test_a_side_puts_an_entry_on_the_subject_and_off_the_subject_none_is_taken(filled: Program) -> None:
    phone = entry(filled, PHONE[1])
    assert phone["relevance"] == 0
    filled("label", phone["entry_id"], "defender")
    assert entry(filled, PHONE[1])["relevance"] in {1, 2}
    assert story(filled, PHONE[1])["sides"]["defender"] == 1
    filled("label", phone["entry_id"], "relevance=0")
    told = entry(filled, PHONE[1])
    assert (told["relevance"], told["stance"]) == (0, "neutral")
    assert sum(story(filled, PHONE[1])["sides"].values()) == 0


@pytest.mark.parametrize(
    "arguments",
    [("nobody", "critic"), ("ENTRY", "bullish"), ("ENTRY", "noise=6"), ("ENTRY", "relevance=-1"), ("ENTRY",), ()],
)
def test_a_wrong_label_changes_nothing_and_says_what_is_wanted(filled: Program, arguments: tuple[str, ...]) -> None:
    before = entry(filled)
    ran = filled("label", *(before["entry_id"] if word == "ENTRY" else word for word in arguments))
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert entry(filled) == before


def test_what_is_worth_labelling_leaves_out_what_is_labelled(filled: Program) -> None:
    rows = filled("label", "--next", "--json").rows
    assert {row["title"] for row in rows} == {PIVOT[1], PHONE[1]}
    assert set(rows[0]) >= {"entry_id", "stance_p", "why", "feed"}
    filled("label", entry(filled)["entry_id"], "neutral")
    assert [row["title"] for row in filled("label", "--next", "5", "--json").rows] == [PHONE[1]]
    assert PHONE[1] in filled("label", "--next").out
    assert filled("label", "--next", "0").code == 2


def break_own_model(program: Program) -> None:
    own = program.home / "models"
    own.mkdir()
    (own / "CURRENT").write_text("2026.1-broken\n")
    (own / "2026.1-broken.npz").write_bytes(b"not what was hashed")
    (own / "2026.1-broken.sha256").write_text("0" * 64 + "\n")


def test_a_damaged_model_of_ones_own_is_named_once_and_the_shipped_one_reads(filled: Program, server: Server) -> None:
    break_own_model(filled)
    server.replies["/wire"] = Reply(rss([("3", "Miner Orrin sells coins to buy GPUs", "Orrin turns its mine to AI.")]))
    ran = filled("poll", "--all")
    assert ran.code == 0
    assert ran.err.count("model 2026.1-broken: damaged") == 1
    assert entry(filled, "Miner Orrin sells coins to buy GPUs")["model"] == entry(filled)["model"]
    assert "damaged" not in filled("poll", "--all").err  # nothing new to read, nothing loaded
    assert "model 2026.1-broken: damaged" in filled("tag", stdin='{"title": "Miner sells coins"}\n').err
    assert filled("model", "use", "2026.1-broken").code == 2


def test_the_card_the_versions_and_the_drift_of_the_shipped_model(filled: Program) -> None:
    told = filled("model", "--json").json
    assert told["card"]["version"] == entry(filled)["model"]
    assert told["drift"]["entries"] == 2
    assert {"unsure", "unseen words"} <= {row["name"] for row in told["drift"]["measures"]}
    (version,) = filled("model", "list", "--json").json["versions"]
    assert (version["origin"], version["in_use"]) == ("shipped", True)
    assert "drift: 2 entries" in filled("model").out
    assert filled("model", "use", version["version"]).code == 0
    assert filled("model", "use", "2020.1-none").code == 2


def test_too_few_labels_train_nothing(filled: Program) -> None:
    filled("label", entry(filled)["entry_id"], "critic")
    ran = filled("train", "--quiet")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "at least 10 are needed" in ran.err
    assert not (filled.home / "models").exists()


@pytest.mark.long
def test_training_on_labels_makes_a_model_that_reads_every_entry_again(filled: Program, server: Server) -> None:
    items = [(str(n), f"Miner Halden{n} leases {n}0 MW to an AI cloud", "It will host GPUs.") for n in range(10, 22)]
    server.replies["/wire"] = Reply(rss(items))
    filled("poll", "--all")
    for row in filled("export", "--rows", "entries").rows:
        filled("label", row["entry_id"], "neutral")
    corpus = filled.home / "corpus.jsonl"
    lines = (ROOT / "classifiers" / "corpus" / "entries.jsonl").read_text().splitlines()
    corpus.write_text("\n".join(lines[::12]) + "\n")
    ran = filled("train", "--json", "--force", "--corpus", str(corpus))
    assert ran.code == 0, ran.err
    told = ran.json
    assert (told["used"], told["labels"]) == (True, 14)
    assert set(told["before"]) == set(told["after"])
    filled("poll", "--all")
    rows = filled("export", "--rows", "entries").rows
    assert {row["model"] for row in rows} == {told["version"]}
    assert {row["labelled"]["stance"] for row in rows} == {"user"}
    origins = {row["version"]: row["origin"] for row in filled("model", "list", "--json").json["versions"]}
    assert sorted(origins.values()) == ["personal", "shipped"]
