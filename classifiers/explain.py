"""Which words of a text moved its stance: exact shares of the linear score, told in the reader's words.

A word's share is what it adds to the stance's score over the mean of the others'. Letter runs and pieces are part of
the word that contains them, a pair is split between its two words, so that no fragment is shown.
"""

from __future__ import annotations

from classifiers.evidence import Evidence, Floats

MOST, FEWEST = 5, 3  # words shown
STRONG = 0.25  # of the strongest share: weaker words are shown only to reach FEWEST
LEAST = 0.0005  # shares under this are nothing
PLAIN = frozenset(
    "a an the and or of to in on at by for from with as is are was were be been it its that this these those their "
    "his her our your my we you they he she i so if than then there which who what when where how has have had do "
    "does did will would can could may might into over under about after before up down out more most some any all "
    "one two per via also just very s t".split()
)


def why(evidence: Evidence, stance: int, stances: int) -> tuple[tuple[str, float], ...]:
    """Up to MOST (word, signed share) pairs, strongest first; positive speaks for the stance."""
    totals = dict(zip(evidence.words, _lead(evidence.by_word, stance, stances), strict=True))
    for pair, share in zip(evidence.pairs, _lead(evidence.by_pair, stance, stances), strict=True):
        for word in pair.split(" "):
            totals[word] += share / 2
    told = [(w, s) for w, s in totals.items() if abs(s) > LEAST and w[0].isalpha() and w not in PLAIN]
    ranked = sorted(told, key=lambda pair: (-abs(pair[1]), pair[0]))[:MOST]
    strong = [pair for pair in ranked if abs(pair[1]) >= STRONG * abs(ranked[0][1])]
    return tuple((word, round(share, 3)) for word, share in (strong if len(strong) >= FEWEST else ranked[:FEWEST]))


def _lead(scores: Floats, stance: int, stances: int) -> list[float]:
    """By how much each row favours the stance over the mean of the others."""
    own = scores[:, stance]
    others = (scores[:, :stances].sum(axis=1) - own) / (stances - 1)
    found: list[float] = (own - others).tolist()
    return found
