"""Spiking networks as scikit-learn estimators.

For pipelines, cross-validation and grid searches on tables of features.  For
images, events and sounds with models of your own, `ffbrian.Trainer` says more.
"""

from ffbrian.estimators.classifier import ForwardForwardClassifier
from ffbrian.estimators.fields import receptive_fields
from ffbrian.estimators.regressor import ForwardForwardRegressor

__all__ = ["ForwardForwardClassifier", "ForwardForwardRegressor", "receptive_fields"]
