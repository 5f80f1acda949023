"""What the Bitcoin network pays for work.

Units: difficulty is a pure number, hash rates are H/s, hashprice is USD per PH/s and day.
Source of the formulas: the protocol. One block takes difficulty x 2^32 hashes on average; 2,016 blocks lie
between retargets, 210,000 between halvings.
"""

from __future__ import annotations

from datetime import datetime, timedelta

HASHES_PER_DIFFICULTY = 2**32  # exact would be 2^48 / 65535, 0.0015 % more
BLOCK_SECONDS = 600
BLOCKS_PER_DAY = 144
BLOCKS_PER_RETARGET = 2_016
BLOCKS_PER_HALVING = 210_000
SATOSHI_PER_BTC = 100_000_000
PETAHASH = 1e15
_PH_DAY = 86_400 * PETAHASH / HASHES_PER_DIFFICULTY  # difficulty-1 blocks found by 1 PH/s in a day


def subsidy(height: float) -> float:
    """BTC created by the block at this height; satoshis are halved as integers, as nodes do."""
    halvings = min(int(height) // BLOCKS_PER_HALVING, 64)
    return (50 * SATOSHI_PER_BTC >> halvings) / SATOSHI_PER_BTC


def btc_per_ph_day(reward: float, difficulty: float) -> float:
    """BTC that 1 PH/s is expected to earn in a day; `reward` is BTC per block, fees included."""
    return reward * (_PH_DAY / difficulty)


def hashprice(btc_price: float, reward: float, difficulty: float) -> float:
    """USD per PH/s and day, by the difficulty in force and not by a trailing hash rate."""
    return btc_price * btc_per_ph_day(reward, difficulty)


def implied_hash_rate(difficulty: float) -> float:
    """H/s at which blocks come every ten minutes."""
    return difficulty * HASHES_PER_DIFFICULTY / BLOCK_SECONDS


def realised_hash_rate(difficulty: float, blocks: float, seconds: float) -> float:
    """H/s that found `blocks` in `seconds`; wavers by luck around the true rate."""
    return blocks * difficulty * HASHES_PER_DIFFICULTY / seconds


def retarget(difficulty: float, seconds: float) -> float:
    """The next difficulty when the last 2,016 blocks took `seconds`; one step is at most fourfold."""
    wanted = BLOCKS_PER_RETARGET * BLOCK_SECONDS
    return difficulty * min(max(wanted / seconds, 0.25), 4.0)


def fee_from_reward_share(block_subsidy: float, share: float) -> float:
    """BTC of fees per block when `share` is fees over the whole reward."""
    return block_subsidy * share / (1 - share)


def fee_from_subsidy_share(block_subsidy: float, share: float) -> float:
    """BTC of fees per block when `share` is fees over the subsidy."""
    return block_subsidy * share


def mean_subsidy(first_height: float, last_height: float) -> float:
    """BTC per block over the blocks first..last, weighted by blocks: right on the day of a halving."""
    edge = (int(last_height) // BLOCKS_PER_HALVING) * BLOCKS_PER_HALVING
    if first_height >= edge:
        return subsidy(last_height)
    after = (last_height + 1 - edge) / (last_height + 1 - first_height)
    return (1 - after) * subsidy(first_height) + after * subsidy(last_height)


def next_halving(height: float, at: datetime) -> tuple[int, datetime]:
    """Height and expected time of the next halving, ten minutes a block."""
    target = (int(height) // BLOCKS_PER_HALVING + 1) * BLOCKS_PER_HALVING
    return target, at + timedelta(seconds=BLOCK_SECONDS) * (target - int(height))


def network_mw(hash_rate: float, efficiency: float, pue: float) -> float:
    """MW at the meter of a network of `hash_rate` H/s at `efficiency` J/TH."""
    return hash_rate / 1e12 * efficiency * pue / 1e6
