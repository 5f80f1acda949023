"""The noise head: heat against substance, level 1 to 5. It lives on how the text is written (the signs)."""

from sklearn.linear_model import Ridge

STRENGTH = 3.0  # alpha: the regularisation
BALANCE = 0.0  # levels as they come: a regression


def estimator() -> Ridge:
    return Ridge(alpha=STRENGTH)
