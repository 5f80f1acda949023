"""Correcting a tag from the pane."""

from __future__ import annotations

import asyncio

import pytest
from support.screens import until

from monitor.cycle import training


@pytest.mark.parametrize(("key", "stance"), [("c", "critic"), ("d", "defender"), ("e", "neutral")])
async def test_a_key_labels_the_newest_entry_and_another_takes_it_back(make, key, stance):
    async with make().run_test(size=(160, 60)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press(key)
        await until(pilot, f"{stance}, the model gave it")
        await pilot.press("ctrl+z")
        await until(pilot, f"took back {stance}")
        await pilot.press("ctrl+z")
        await until(pilot, "there is no label to take back")


async def test_training_runs_beside_the_reading_and_can_be_stopped(make, monkeypatch):
    ended = asyncio.Event()

    async def train(database):
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(training, "train", train)
    async with make().run_test(size=(160, 60)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("T")
        await until(pilot, "training on your labels")
        await pilot.press("T")
        await until(pilot, "training stopped")
        await asyncio.wait_for(ended.wait(), 10)


async def test_too_few_labels_are_said(make):
    async with make().run_test(size=(160, 60)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("T")
        await until(pilot, "at least 10 are needed")
