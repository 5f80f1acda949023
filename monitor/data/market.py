"""Leases, machines, GPUs and power prices that were published, each with source and date."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from monitor.data.tables import rows


@dataclass(frozen=True, slots=True)
class Lease:
    """One announced AI contract. The value is that of the firm term, without renewals or options."""

    announced: str  # as precise as the source: 2025-10, 2025-09-25
    deal: str
    firm: str
    it_mw: float  # critical IT load, not grid MW
    years: float
    value_usd: float
    kind: str  # colocation: the building is let; gpu_cloud: the GPUs are the owner's
    counted: bool  # False where another row includes it
    owner_share: float  # of the firm in the project
    terms: str  # nnn, modified_gross, "" where not known
    escalator: float | None  # yearly rise of the rent, share
    source_url: str
    note: str

    @property
    def rent(self) -> float:
        """USD per kW and month of critical IT load, average of the term with its escalators."""
        return self.value_usd / (self.it_mw * 1_000 * self.years * 12)


@dataclass(frozen=True, slots=True)
class Machine:
    """One mining machine."""

    maker: str
    model: str
    th_s: float
    j_th: float
    watts: float
    cooling: str
    release: str
    price_usd: float | None
    price_basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU with what an hour of it costs. SXM, PCIe and NVL are different products."""

    model: str
    tdp_w: float | None
    server_w: float | None  # of the server, per GPU
    usd_per_hour_low: float | None
    usd_per_hour_high: float | None
    price_date: str
    sources: str
    note: str


@dataclass(frozen=True, slots=True)
class Power:
    """One published power price; `basis` tells whether it is all-in, energy only or net of credits."""

    jurisdiction: str
    basis: str
    usd_per_mwh: float | None
    date: str
    source_url: str
    note: str


@cache
def leases() -> tuple[Lease, ...]:
    """All announced contracts, oldest first, the rows that another one includes marked."""
    return tuple(
        Lease(
            announced=row["announced"],
            deal=row["deal"],
            firm=row["firm"],
            it_mw=float(row["it_mw"]),
            years=float(row["years"]),
            value_usd=float(row["contract_value_usd"]),
            kind=row["kind"],
            counted=row["counted"] == "yes",
            owner_share=float(row["owner_share"]),
            terms=row["terms"],
            escalator=_number(row["escalator"]),
            source_url=row["source_url"],
            note=row["note"],
        )
        for row in rows("leases.csv")
    )


@cache
def machines() -> tuple[Machine, ...]:
    """Mining machines, most efficient first."""
    return tuple(
        Machine(
            maker=row["maker"],
            model=row["model"],
            th_s=float(row["th_s"]),
            j_th=float(row["j_th"]),
            watts=float(row["watts"]),
            cooling=row["cooling"],
            release=row["release"],
            price_usd=_number(row["price_usd"]),
            price_basis=row["price_basis"],
            source=row["source"],
        )
        for row in rows("asics.csv")
    )


@cache
def gpus() -> tuple[Gpu, ...]:
    """GPUs with their prices."""
    return tuple(
        Gpu(
            model=row["model"],
            tdp_w=_number(row["tdp_w"]),
            server_w=_number(row["server_w_per_gpu"]),
            usd_per_hour_low=_number(row["usd_per_hour_low"]),
            usd_per_hour_high=_number(row["usd_per_hour_high"]),
            price_date=row["price_date"],
            sources=row["sources"],
            note=row["note"],
        )
        for row in rows("gpus.csv")
    )


@cache
def power_prices() -> tuple[Power, ...]:
    """Power prices by place."""
    return tuple(
        Power(
            jurisdiction=row["jurisdiction"],
            basis=row["basis"],
            usd_per_mwh=_number(row["usd_per_mwh"]),
            date=row["date"],
            source_url=row["source_url"],
            note=row["note"],
        )
        for row in rows("power.csv")
    )


def lease_rents() -> tuple[float, ...]:
    """USD per kW and month of every counted lease of a building, lowest first; GPU clouds are no leases."""
    return tuple(sorted(lease.rent for lease in leases() if lease.counted and lease.kind == "colocation"))


def gpu_hours(model: str = "NVIDIA H100 SXM5 80GB") -> tuple[float, ...]:
    """Lowest and highest listed USD per hour of one GPU; empty where none is known."""
    seen = [(g.usd_per_hour_low, g.usd_per_hour_high) for g in gpus() if g.model == model]
    return tuple(price for pair in seen for price in pair if price is not None)


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
