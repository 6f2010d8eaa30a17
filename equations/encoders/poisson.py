"""Poisson code: each pixel fires at random, at `max_rate` times its intensity."""

from brian2 import Hz

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

poisson = Encoder(
    name="poisson",
    threshold="rand() < max_rate*intensity*dt",
    parameters={"max_rate": Parameter(250 * Hz, "rate at full intensity", "as in rate")},
    references=("Diehl2015", "Guo2021"),
)
