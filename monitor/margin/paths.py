"""Simulated hashprice: a block bootstrap of the inputs' daily moves, with retargets and the halving. Needs numpy.

    price        runs of 7 days are drawn from the last two years, without their drift
    hash rate    the same days, of its 7-day mean, so that block luck is not taken for machines
    difficulty   steps when 2,016 blocks are done, to the mean hash rate of its period, as nodes do
    fees         fade towards the median of the year: spikes end, and drawing them too made scores worse
    subsidy      halves when its height comes, 144 blocks a day

Drift is taken out because the mean of two years says little about the next month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.margin import network
from monitor.margin.history import History
from monitor.margin.spread import hashprice_of

BLOCK = 7  # days drawn together
WINDOW = 730  # days that are drawn from
YEAR = 365
FADE = 0.97  # share of what fees are off their median that is left a day later
LEAST_REWARD = 1e-8  # BTC a block, one satoshi
LARGEST = np.log(4)  # step of the difficulty
SMOOTH = 7  # days of the hash rate's mean
PERIOD = 14.0  # days between retargets at the hash rate that the difficulty stands for
SAME = 5e-4  # log step of the difficulty below which it did not change

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Logs:
    """A history as logarithms, one number a day."""

    hashprice: Floats
    price: Floats
    fees: Floats  # of (subsidy + fees) / subsidy
    difficulty: Floats
    hash_rate: Floats  # scaled to what the difficulty implies
    smooth: Floats  # its trailing mean
    period_start: NDArray[np.int64]  # day of the last retarget
    height: Floats


def logs_of(history: History) -> Logs | None:
    """The days from the first that has a hashprice on; None where no day has one or one in between lacks it.

    Where a history has a hashprice but no price or no difficulty, hashprice moves as a whole.
    """
    every = [hashprice_of(day.values) for day in history.days]
    first = next((n for n, value in enumerate(every) if value), len(every))
    hashprice = [value for value in every[first:] if value]
    if not hashprice or len(hashprice) < len(every) - first:
        return None
    days = [day.values for day in history.days[first:]]
    height = np.array([v["block_height"] for v in days])
    log_hashprice = np.log(hashprice)
    price, difficulty = _column(days, "btc_price"), _column(days, "difficulty")
    if price is None or difficulty is None:
        flat = np.zeros(len(days))
        return _logs(log_hashprice, log_hashprice, flat, flat, flat, height)
    subsidy = np.log([network.subsidy(h) for h in height])
    fees = log_hashprice - (price + subsidy - difficulty) - np.log(network.hashprice(1.0, 1.0, 1.0))
    hash_rate = _column(days, "hash_rate")
    if hash_rate is None:
        hash_rate = difficulty
    return _logs(log_hashprice, price, np.maximum(fees, 0.0), difficulty, hash_rate, height)


def simulate(logs: Logs, days: Sequence[int], horizon: int, paths: int, seed: int) -> Floats:
    """Hashprice (USD/PH/day) of the `horizon` days after each of `days`, knowing nothing later.

    Days by paths by days ahead. Each day draws by itself: the same whatever else is asked with it.
    """
    rows = np.array([_drawn(day, horizon, paths, seed) for day in days])
    at = np.asarray(days)[:, None, None]
    price = np.cumsum(_moves(logs.price, days, rows), axis=2)
    hash_rate = np.cumsum(_moves(logs.smooth, days, rows), axis=2) + logs.smooth[at]
    retargets = _difficulty(logs, np.asarray(days), hash_rate) - logs.difficulty[at]
    reward = np.array([_reward(logs, day, horizon) for day in days])[:, None, :]
    return np.asarray(np.exp(logs.hashprice[at] + price - retargets + reward))


def _logs(
    hashprice: Floats, price: Floats, fees: Floats, difficulty: Floats, hash_rate: Floats, height: Floats
) -> Logs:
    scaled = hash_rate - np.median((hash_rate - difficulty)[-WINDOW:])
    sums = np.cumsum(np.concatenate([[0.0], scaled]))
    days = np.arange(1, len(scaled) + 1)
    since = np.maximum(days - SMOOTH, 0)
    smooth = (sums[days] - sums[since]) / (days - since)
    stepped = np.abs(np.diff(difficulty, prepend=difficulty[0])) >= SAME
    start = np.maximum.accumulate(np.where(stepped, np.arange(len(stepped)), 0))
    return Logs(hashprice, price, fees, difficulty, scaled, smooth, start, height)


def _column(days: Sequence[Mapping[str, float]], name: str) -> Floats | None:
    values = [day.get(name, 0.0) for day in days]
    return np.log(values) if all(value > 0 for value in values) else None


def _drawn(day: int, horizon: int, paths: int, seed: int) -> NDArray[np.int64]:
    """Which past move each day of each path takes: runs of BLOCK days of the last WINDOW."""
    rng = np.random.default_rng([seed, day])
    known = min(day, WINDOW)
    starts = rng.integers(0, known - BLOCK + 1, size=(paths, -(-horizon // BLOCK))) + (day - known)
    return (starts[:, :, None] + np.arange(BLOCK)).reshape(paths, -1)[:, :horizon]


def _moves(series: Floats, days: Sequence[int], rows: NDArray[np.int64]) -> Floats:
    """The drawn moves without their drift; move n leads from day n to day n + 1."""
    moves = np.diff(series)
    drift = np.array([moves[max(day - WINDOW, 0) : day].mean() for day in days])
    return np.asarray(moves[rows] - drift[:, None, None])


def _difficulty(logs: Logs, days: NDArray[np.int64], hash_rate: Floats) -> Floats:
    """Log difficulty along paths of the hash rate."""
    start = logs.period_start[days]
    sums = np.cumsum(np.concatenate([[0.0], logs.hash_rate]))
    shape = hash_rate.shape[:2]
    age = np.broadcast_to((days - start + 1.0)[:, None], shape)
    worked = np.broadcast_to((sums[days + 1] - sums[start])[:, None], shape)
    difficulty = np.broadcast_to(logs.difficulty[days][:, None], shape)
    done = age * np.exp(worked / age - difficulty)
    path = np.empty(hash_rate.shape)
    for ahead in range(hash_rate.shape[2]):
        done = done + np.exp(hash_rate[:, :, ahead] - difficulty)
        worked = worked + hash_rate[:, :, ahead]
        age = age + 1
        over = done >= PERIOD
        step = np.clip(worked / age - difficulty, -LARGEST, LARGEST)
        difficulty = np.where(over, difficulty + step, difficulty)
        done = np.where(over, done - PERIOD, done)
        worked, age = np.where(over, 0.0, worked), np.where(over, 0.0, age)
        path[:, :, ahead] = difficulty
    return path


def _reward(logs: Logs, day: int, horizon: int) -> Floats:
    """Log change of subsidy and fees on each day ahead: halvings on time, fees fading to the year's median."""
    ahead = np.arange(horizon + 1)
    usual = np.median(logs.fees[max(day - YEAR, 0) : day + 1])
    fees = np.expm1(usual + (logs.fees[day] - usual) * FADE**ahead)  # over the subsidy of today
    subsidy = [network.subsidy(logs.height[day] + network.BLOCKS_PER_DAY * n) for n in ahead]
    reward = np.array(subsidy) + subsidy[0] * fees
    return np.asarray(np.log(np.maximum(reward[1:], LEAST_REWARD) / max(reward[0], LEAST_REWARD)))
