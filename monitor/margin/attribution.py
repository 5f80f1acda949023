"""A change of the spread → its causes, in parts that add up to the whole."""

from __future__ import annotations

import math
from collections.abc import Mapping

from monitor.margin.compute import uses
from monitor.margin.inputs import MEASURED_BY_HASHPRICE
from monitor.margin.sensitivity import numbers
from monitor.margin.spread import after_capex_of, hashprice_of
from monitor.model import Input


def attribution(before: Mapping[str, Input], after: Mapping[str, Input], tier: str) -> dict[str, float | None]:
    """USD per grid MWh of the change in the spread after capex by input, and their `total`.

    Inputs are moved from the old value to the new one by one, and each step belongs to the input moved. The
    steps depend on the order, so the parts are the mean over every rotation of the order and of its reverse:
    an approximation of Shapley values (equal to them for up to three changed inputs) whose parts add up to
    the whole in every order. Where one side has a measured hashprice and the other computes its own, price,
    difficulty, height and fees count as one cause, `hashprice`. Only inputs that changed are named;
    `total` is None where one side cannot be computed.
    """
    old, new = numbers(before), numbers(after)
    start, end = after_capex_of(old, tier), after_capex_of(new, tier)
    if start is None or end is None:
        return {"total": None}
    if uses(before, tier) != uses(after, tier):
        old, new = _with_one_hashprice(old), _with_one_hashprice(new)
    names = sorted(n for n in {*uses(before, tier), *uses(after, tier)} if old.get(n) != new.get(n))
    parts: dict[str, float | None] = dict(_mean_of_orders(names, old, new, tier))
    return {**parts, "total": end - start}


def _mean_of_orders(
    names: list[str], old: Mapping[str, float], new: Mapping[str, float], tier: str
) -> dict[str, float]:
    rotations = [names[i:] + names[:i] for i in range(len(names))]
    orders = rotations + [order[::-1] for order in rotations]
    parts = dict.fromkeys(names, 0.0)
    for order in orders:
        values, last = dict(old), _spread(old, tier)
        for name in order:
            _move(values, name, new)
            reached = _spread(values, tier)
            parts[name] += (reached - last) / len(orders)
            last = reached
    return parts


def _move(values: dict[str, float], name: str, new: Mapping[str, float]) -> None:
    if name in new:
        values[name] = new[name]
    else:
        values.pop(name, None)


def _with_one_hashprice(values: Mapping[str, float]) -> dict[str, float]:
    hashprice = hashprice_of(values) or 0.0
    return {**{n: x for n, x in values.items() if n not in MEASURED_BY_HASHPRICE}, "hashprice": hashprice}


def _spread(values: Mapping[str, float], tier: str) -> float:
    spread = after_capex_of(values, tier)
    return math.nan if spread is None else spread  # never: both ends have a hashprice, so has every step
