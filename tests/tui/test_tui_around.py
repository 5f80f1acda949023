"""The margin pane: what stands around the spread."""

from __future__ import annotations

from support.screens import until


async def test_the_margin_shows_sites_network_halving_and_why_there_is_no_forecast(make):
    async with make().run_test(size=(120, 100)) as pilot:
        await pilot.press("2")
        shown = await until(pilot, "Around it")
        assert "AI wins   at 0 of 1 sites, colo, after capex" in shown
        assert "halving   in 95,000 blocks" in shown
        assert "security budget a day 33.6 million USD, 454.3 BTC" in shown
        assert "AI under contract" in shown
        assert "forecast  a forecast takes more than 180 days" in shown
