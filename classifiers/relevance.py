"""The relevance head: off-topic, adjacent, on-topic. It lives on the subject's own words (the cues)."""

from sklearn.linear_model import LogisticRegression

STRENGTH = 5.0  # C: inverse of the regularisation
BALANCE = 1.0  # equal classes


def estimator() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=500, tol=1e-3)
