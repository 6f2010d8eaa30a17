"""Weights that stay as they were drawn: the control of every rule."""

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

fixed = PlasticityRule(
    name="fixed",
    consolidate="w = w",
    parameters={"eta": Parameter(3e-4, "learning rate of a readout", "found on digits, validation")},
)
