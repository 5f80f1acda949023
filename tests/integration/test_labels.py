"""Correcting the classifiers through the command line: labels, training on them, choosing a model."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from support.gate import Gate
from support.program import ROOT, Program, Reply, Server, rss

from classifiers import artifacts, card

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


def news(server: Server, *numbers: int) -> None:
    """Entries that no poll has seen yet."""
    items = [(f"n{n}", f"Miner Orrin sells {n} coins to buy GPUs", "Orrin turns its mine to AI.") for n in numbers]
    server.replies["/wire"] = Reply(rss(items))


def test_a_check_says_once_that_the_model_is_damaged_and_once_that_it_is_mended(
    filled: Program, server: Server
) -> None:
    break_own_model(filled)
    news(server, 1)
    first = filled("check", "--all")
    assert (first.code, first.out) == (0, "")
    assert first.err.count("model 2026.1-broken: damaged") == 1 == len(first.err.splitlines())
    news(server, 2)
    second = filled("check", "--all")
    assert (second.code, second.out, second.err) == (0, "", "")
    assert "model 2026.1-broken: damaged" in filled("doctor").out
    assert "model 2026.1-broken: damaged" in filled("model").err
    (filled.home / "models" / "CURRENT").unlink()
    news(server, 3)
    third = filled("check", "--all")
    assert third.err == "pivotwatch: the model works again\n"
    news(server, 4)
    assert filled("check", "--all").err == ""
    assert "damaged" not in filled("doctor").out


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path / "corpus")
    yield made
    made.close()


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} if folder.exists() else {}


SIGNALS = pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])


@SIGNALS
def test_a_signal_ends_a_training_and_its_process_and_keeps_the_model(
    filled: Program, gate: Gate, number: signal.Signals, code: int
) -> None:
    filled("label", entry(filled)["entry_id"], "critic")
    version = entry(filled)["model"]
    process = filled.start("train", "--corpus", str(gate.path))
    gate.wait()  # the trainer is at work
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert (process.returncode, out) == (code, b"")
    assert err.decode() == f"pivotwatch: stopped; in use: model {version}\n"
    assert gate.left(0)
    assert files(filled.home / "models") == {}


@SIGNALS
def test_a_signal_ends_model_use_and_keeps_the_model(
    filled: Program, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    version = entry(filled)["model"]
    own = filled.home / "models"
    own.mkdir()
    gate = Gate(own / "2026.1-slow.sha256")  # read before the model is believed
    # The signal may come while Python opens the file, which it then closes with a warning.
    process = filled.start("model", "use", "2026.1-slow", environ={"PYTHONWARNINGS": "ignore::ResourceWarning"})
    gate.wait()
    process.send_signal(number)
    with suppress(subprocess.TimeoutExpired):
        process.wait(3)
    if process.poll() is None:  # it came between Python's look for signals and the read, which nothing else ends
        process.send_signal(number)
    out, err = process.communicate(timeout=20)
    gate.close()
    assert (process.returncode, out) == (code, b"")
    assert err.decode() == f"pivotwatch: stopped; in use: model {version}\n"
    assert files(own) == {}


def has_opened(process: subprocess.Popen[bytes], file: Path) -> None:
    end = time.monotonic() + 20
    while str(file.resolve()) not in opened(process.pid):
        assert time.monotonic() < end, f"{file} was never opened"


def opened(pid: int) -> set[str]:
    """The files that a process has open now; some are closed while we look."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(link.readlink()))
    return found


def test_a_signal_is_heard_while_another_process_holds_the_database(filled: Program) -> None:
    version = entry(filled)["model"]
    break_own_model(filled)
    with closing(sqlite3.connect(filled.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = filled.start("model", "use", version)
        has_opened(process, filled.database)
        with pytest.raises(subprocess.TimeoutExpired):  # it waits for its turn, for ten seconds
            process.communicate(timeout=0.5)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert (process.returncode, out) == (130, b"")
    assert err.decode() == "pivotwatch: stopped; in use: model 2026.1-broken\n"


def test_where_the_database_cannot_be_used_the_model_stays(filled: Program) -> None:
    version = entry(filled)["model"]
    break_own_model(filled)
    filled.database.write_bytes(b"not a database at all, and longer than a head of one would be" * 20)
    for beside in ("-wal", "-shm"):
        filled.database.with_name(f"{filled.database.name}{beside}").unlink(missing_ok=True)
    assert filled("model", "use", version).code == 2
    assert (filled.home / "models" / "CURRENT").read_text() == "2026.1-broken\n"


def own_model(program: Program, version: str) -> Path:
    """The shipped model as one of the reader's own, in use."""
    shipped = artifacts.load()
    path = artifacts.save(
        replace(shipped, manifest=replace(shipped.manifest, version=version)), program.home / "models"
    )
    artifacts.use(path)
    return path


def test_one_flipped_byte_of_a_model_is_refused_before_use_and_the_stories_are_stored(
    filled: Program, server: Server
) -> None:
    path = own_model(filled, "2026.1-mine")
    news(server, 1)
    assert filled("check", "--all").err == ""
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    news(server, 2)
    assert "model 2026.1-mine: damaged" in filled("check", "--all").err
    models = {row["title"]: row["model"] for row in filled("export", "--rows", "entries").rows}
    assert models["Miner Orrin sells 1 coins to buy GPUs"] == "2026.1-mine"
    assert models["Miner Orrin sells 2 coins to buy GPUs"] == models[PIVOT[1]]


def test_drift_is_measured_against_the_card_of_the_model_in_use(filled: Program) -> None:
    path = own_model(filled, "2026.1-mine")
    told = {**card.read(), "version": "2026.1-mine"}
    told["profile"]["unseen_words"] = 0.125
    path.with_suffix(".json").write_text(json.dumps(told))
    drift = filled("model", "--json").json["drift"]
    assert {row["name"]: row["was"] for row in drift["measures"]}["unseen words"] == 0.125


@pytest.mark.parametrize("text", ["{}", "no JSON", None])
def test_a_card_that_cannot_be_read_is_said_and_costs_nothing_else(filled: Program, text: str | None) -> None:
    path = own_model(filled, "2026.1-mine")
    if text is not None:
        path.with_suffix(".json").write_text(text)
    ran = filled("model", "--json")
    assert (ran.code, ran.json["card"], ran.json["drift"]) == (0, None, None)
    assert ran.err.splitlines() == [
        f"pivotwatch: {path.with_suffix('.json')}: no readable card; `pivotwatch train` writes a new one"
    ]


def test_the_card_the_versions_and_the_drift_of_the_shipped_model(filled: Program) -> None:
    told = filled("model", "--json").json
    assert told["card"]["version"] == entry(filled)["model"]
    assert told["drift"]["entries"] == 2
    was = {row["name"]: row["was"] for row in told["drift"]["measures"]}
    assert was["unsure"] > 0.1  # as of entries that the model did not learn from
    assert "unseen words" in was
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
    assert set(told["before"]) == set(told["after"]) == set(told["chance"])
    assert told["reason"]
    page = filled("model", "--json").json["card"]
    assert (page["version"], page["own_labels"], page["after"]) == (told["version"], 14, told["after"])
    assert {"confusion", "reliability", "profile", "entries_per_second", "bytes"} <= set(page)
    assert filled("model").err == ""
    filled("poll", "--all")
    rows = filled("export", "--rows", "entries").rows
    assert {row["model"] for row in rows} == {told["version"]}
    assert {row["labelled"]["stance"] for row in rows} == {"user"}
    origins = {row["version"]: row["origin"] for row in filled("model", "list", "--json").json["versions"]}
    assert sorted(origins.values()) == ["personal", "shipped"]
