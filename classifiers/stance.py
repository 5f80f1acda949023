"""The stance head: which side a reader takes the text to be on."""

from sklearn.linear_model import LogisticRegression

STRENGTH = 5.0  # C: inverse of the regularisation
BALANCE = 0.5  # half-way to equal classes: the small sides are not drowned, neutral keeps its share


def estimator() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=500, tol=1e-3)
