"""The mistakes that spreadsheets of this field are known for, one test each."""

from datetime import UTC, datetime

import pytest

from monitor.data import market
from monitor.margin import compute, finance, health, history, mining, network
from monitor.margin.inputs import resolve
from monitor.model import Reading
from monitor.signals.evaluate import parse_time
from monitor.signals.judge import Candidate, choose

D = 133.87e12
NOW = datetime(2026, 6, 26, tzinfo=UTC)


def of(tier: str = "colo", **values: float) -> compute.Margin:
    return compute.compute(resolve({"hashprice": 28.68, **values}, None, {}), "x", tier)


def test_hashprice_is_per_petahash() -> None:
    per_ph = network.hashprice(60_770, 3.1407, D)
    assert per_ph == pytest.approx(28.68, rel=0.001)
    exahash_day = 1e18 * 86_400 / (D * 2**32) * 3.1407 * 60_770
    assert exahash_day == pytest.approx(1_000 * per_ph), "per EH is a thousand times that, per TH a thousandth"


def test_joules_per_terahash_are_kilowatts_per_petahash() -> None:
    assert mining.grid_mwh_per_ph_day(15, 1) == pytest.approx(15 * 24 / 1_000)
    assert network.network_mw(13e18, 30, 1) == pytest.approx(390), "13 EH/s at 30 J/TH are about 400 MW"
    assert mining.revenue(30, 0, 21.5, 1) == pytest.approx(58.1, abs=0.05)


def test_hashprice_goes_by_difficulty_and_not_by_the_trailing_hash_rate() -> None:
    implied = network.implied_hash_rate(D)
    assert implied == pytest.approx(958e18, rel=0.001)
    trailing = network.realised_hash_rate(D, blocks=148, seconds=86_400)
    assert trailing / implied == pytest.approx(148 / 144)
    assert network.retarget(D, 1_209_600 * 144 / 148) == pytest.approx(D * 148 / 144)
    assert network.retarget(D, 1) == 4 * D and network.retarget(D, 1e12) == D / 4


def test_a_fee_share_of_the_reward_is_not_one_of_the_subsidy() -> None:
    of_reward = network.fee_from_reward_share(3.125, 0.1)
    assert of_reward / (3.125 + of_reward) == pytest.approx(0.1)
    assert network.fee_from_subsidy_share(3.125, 0.1) == pytest.approx(0.3125) != pytest.approx(of_reward)


def test_revenue_is_net_of_the_pool_and_measured_at_the_meter() -> None:
    gross = of(pool_fee=0, pue_mining=1).mining.revenue or 0
    assert gross == pytest.approx(28.68 / (0.024 * 15))
    assert of(pool_fee=0.02, pue_mining=1).mining.revenue == pytest.approx(gross * 0.98)
    assert of(pool_fee=0, pue_mining=1.1).mining.revenue == pytest.approx(gross / 1.1)
    assert of(uptime_mining=0.5).mining.revenue == of().mining.revenue, "per MWh, uptime plays no part"


def test_a_price_belongs_to_the_moment_its_source_names() -> None:
    assert parse_time("2026-06-26") == NOW
    assert parse_time(1782432000) == parse_time(1782432000000) == NOW
    late = history.history_of({"btc_price": [(datetime(2026, 6, 25, 23, 59, tzinfo=UTC), 1.0)]})
    assert late.days[0].day.isoformat() == "2026-06-25"


def test_ai_rent_is_per_it_megawatt_and_the_spread_per_grid_megawatt() -> None:
    per_it = 12_000 * 152.8 / 8_760
    assert of(pue_ai=1).ai.revenue == pytest.approx(per_it)
    assert of(pue_ai=1.25).ai.revenue == pytest.approx(per_it / 1.25)
    assert of(pue_ai=1.25).ai.annuity == pytest.approx((of(pue_ai=1).ai.annuity or 0) / 1.25)


def test_a_lease_average_is_not_the_first_year() -> None:
    assert finance.first_year_share(0.03, 15) == pytest.approx(0.806, abs=0.001)
    assert finance.first_year_share(0.03, 10) == pytest.approx(0.872, abs=0.001)
    assert finance.first_year_share(0.0, 10) == 1
    rents = [100 * 1.03**year for year in range(15)]
    assert finance.first_year_rent(sum(rents) / 15, 0.03, 15) == pytest.approx(100)


def test_in_a_net_lease_the_tenant_pays_for_the_power() -> None:
    assert of(power_price=45).ai.noi == of(power_price=90).ai.noi
    assert of(noi_share=0.8).ai.noi == pytest.approx((of(noi_share=1).ai.noi or 0) * 0.8)
    cheap, dear = of("cloud", power_price=45).ai.noi or 0, of("cloud", power_price=90).ai.noi or 0
    assert cheap - dear == pytest.approx(45), "who owns the GPUs pays for the power"


def test_a_gpu_cloud_contract_is_no_lease() -> None:
    clouds = [lease for lease in market.leases() if lease.kind == "gpu_cloud"]
    assert [round(lease.rent) for lease in clouds] == [808]
    assert max(market.lease_rents()) < 200


def test_options_and_parts_are_not_counted_twice() -> None:
    core = [lease for lease in market.leases() if lease.firm == "CORZ"]
    assert sum(lease.it_mw for lease in core if lease.counted) == 500 < sum(lease.it_mw for lease in core)
    rents = market.lease_rents()
    assert len(rents) == 11 and round(rents[5], 1) == 152.8
    assert finance.rent_from_contract(8.7e9, 500, 12) == pytest.approx(120.83, abs=0.01)


def test_a_share_in_a_project_counts_as_that_share() -> None:
    abernathy = next(lease for lease in market.leases() if "Abernathy" in lease.deal)
    assert abernathy.owner_share == 0.51
    whole, owned = health.contracted_it_mw(owned=False), health.contracted_it_mw()
    assert whole - owned == pytest.approx(168 * 0.49)


def test_conditional_and_unsigned_leases_are_not_in_the_table() -> None:
    assert not {"BTDR", "CLSK", "MARA"} & {lease.firm for lease in market.leases()}


def test_three_cents_are_often_net_of_credits() -> None:
    assert mining.effective_power_price(186.154e6, 33.685e6, 4.4437e6) == pytest.approx(34.3, abs=0.05)
    assert mining.curtailment_credit(250, 75.1, 200) == pytest.approx(4.0, abs=0.01)
    assert mining.curtailment_credit(50, 75.1, 200) == 0, "below mining revenue nothing is gained"
    riot = [p for p in market.power_prices() if p.usd_per_mwh == 34.3]
    assert len(riot) == 1 and "net of curtailment" in riot[0].basis


def test_a_tax_in_oere_is_no_power_price() -> None:
    norway = [p.usd_per_mwh for p in market.power_prices() if p.jurisdiction == "Norway"]
    assert norway == [86.0]


def test_gpu_prices_of_different_products_are_never_averaged() -> None:
    sxm, pcie = market.gpu_hours("NVIDIA H100 SXM5 80GB"), market.gpu_hours("NVIDIA H100 PCIe 80GB")
    assert sxm == (1.99, 6.88) and pcie == (1.89, 2.89)
    two = [
        Candidate(Reading("gpu_hour", source, value, "USD", NOW, NOW), NOW - NOW)
        for source, value in (("marketplace", 2.2), ("hyperscalers", 9.9))
    ]
    choice = choose(two, NOW)
    assert choice and choice.reading.value == 2.2 and choice.note and "hyperscalers 9.9" in choice.note


def test_a_superchip_price_covers_two_gpus() -> None:
    assert market.gpu_hours("NVIDIA GB200 NVL72 (per GPU)") == (pytest.approx(9.08 / 2),)


def test_the_day_of_a_halving_has_a_subsidy_weighted_by_blocks() -> None:
    assert network.mean_subsidy(839_856, 839_999) == 6.25
    assert network.mean_subsidy(840_000, 840_143) == 3.125
    assert network.mean_subsidy(839_964, 840_107) == pytest.approx((36 * 6.25 + 108 * 3.125) / 144)


@pytest.mark.parametrize(
    ("height", "btc"),
    [(0, 50), (209_999, 50), (210_000, 25), (839_999, 6.25), (840_000, 3.125), (1_050_000, 1.5625),
     (6_930_000, 0), (1e300, 0), (210_000 * 32, 1e-8)],
)  # fmt: skip
def test_the_subsidy_halves_in_whole_satoshis(height: float, btc: float) -> None:
    assert network.subsidy(height) == btc


def test_only_the_landlords_part_of_the_capex_is_charged() -> None:
    whole, part = of(capex_per_mw=10e6).ai.annuity or 0, of(capex_per_mw=2e6).ai.annuity or 0
    assert part == pytest.approx(whole / 5)
    assert of(capex_per_mw=0).ai.annuity == 0, "a tenant may pay for all of it"


@pytest.mark.parametrize(
    ("rate", "years", "share"),
    [(0.09, 15, 0.12406), (0.0925, 15, 0.12590), (0.10, 5, 0.26380), (0.09, 10, 0.15582), (0, 20, 0.05),
     (1e-15, 20, 0.05)],
)  # fmt: skip
def test_capital_recovery(rate: float, years: float, share: float) -> None:
    assert finance.capital_recovery(rate, years) == pytest.approx(share, abs=5e-6)


def test_present_values() -> None:
    assert finance.less_residual(100, 50, 0.1, 10) == pytest.approx(100 - 50 / 1.1**10)
    paid_back = [finance.capital_recovery(0.09, 15) * 100] * 15
    assert finance.net_present_value(0.09, 100, 0, paid_back) == pytest.approx(0, abs=1e-9)
    late = finance.net_present_value(0.09, 100, 2, paid_back)
    assert late == pytest.approx(100 / 1.09**2 - 100 / 1.09)
