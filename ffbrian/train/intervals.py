"""How sure an accuracy is: confidence intervals for a fraction of test samples."""

from math import sqrt

#: Quantile of the normal distribution for 95 %.
Z_95 = 1.959963984540054


def wilson(fraction, n_samples, z=Z_95):
    """The score interval of Wilson (1927, J. Am. Stat. Assoc. 22:209-212) for a fraction.

    Parameters
    ----------
    fraction : float
        Of samples that are right, 0 to 1; may be a mean over seeds, whose
        interval then says how far the choice of test samples moves it.
    n_samples : int
        Test samples, at least 1.
    z : float
        Quantile of the normal distribution; by default that of 95 %.

    Returns
    -------
    low, high : float
    """
    share = z**2 / n_samples
    middle = (fraction + share / 2) / (1 + share)
    half = z * sqrt(fraction * (1 - fraction) / n_samples + share / (4 * n_samples)) / (1 + share)
    return max(0.0, middle - half), min(1.0, middle + half)


def words(low, high):
    """An interval for a reader (``"95% interval 95.0 to 98.5%"``)."""
    return f"95% interval {100 * low:.1f} to {high:.1%}"
