"""The script that characterises the models: every model has its panels, and they show what the text says."""

import importlib.util
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from brian2 import ms, prefs
from ffbrian.equations import plasticity, synapses

SCRIPT = Path(__file__).resolve().parents[2] / "figures" / "models" / "characterise.py"


#: Rules that read nothing but traces, polarity and the modulator of Forward-Forward.
TWO_FACTORS_AND_M = [
    name
    for name in plasticity.__all__
    if getattr(plasticity, name).reads_of_others() & {"M"}
    and getattr(plasticity, name).reads_of_others() <= {"w", "M", "s", "goodness", "p_post", "a_post"}
]


@pytest.fixture(scope="module")
def script():
    before = matplotlib.get_backend(), prefs.codegen.target
    spec = importlib.util.spec_from_file_location("characterise", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    prefs.codegen.target = "numpy"
    yield module
    matplotlib.use(before[0])
    prefs.codegen.target = before[1]


@pytest.mark.parametrize(
    "name",
    [
        "lif",
        "delta",
        "depressing",
        "nmda",
        "gap_junction",
        "bcm",
        "clopath",
        "calcium",
        "dopamine_stdp",
        "homeostatic_stdp",
        "dale_stdp",
        "opponent",
        "rate",
    ],
)
def test_one_figure_a_model(script, name, tmp_path):
    (path,) = script.main(tmp_path, [name])
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize("name", TWO_FACTORS_AND_M)
def test_every_rule_has_a_window(script, name):
    """A pre spike 10 ms before a post spike is worth its trace, after it no more than that."""
    change = script.pair_change(getattr(plasticity, name), np.array([-10, 10]))
    assert change[1] > 0.3 and change[0] <= change[1]


def test_late_reward_finds_less_eligibility(script):
    rule = plasticity.dopamine_stdp
    late = script.pair_change(rule(delay=500 * ms), np.array([10])) / script.pair_change(rule, np.array([10]))
    np.testing.assert_allclose(late, np.exp(-0.5), rtol=1e-6)


def test_scaling_moves_a_count_towards_its_target(script):
    rule = plasticity.homeostatic_stdp(target=2.0, k_scale=1e-4)
    after = script.consolidated(rule, np.full(3, 0.5), a_post=[0, 2, 4], M=0)
    np.testing.assert_allclose(after - 0.5, [1e-4, 0, -1e-4], atol=1e-12)


def test_depression_makes_the_drive_independent_of_the_rate(script):
    """Tsodyks & Markram 1997: far above 1/(U*tau_rec) a spike transmits in inverse proportion to the rate."""
    last = np.array([script.released(synapses.depressing, rate, 40)[-1] * rate for rate in (50, 100)])
    np.testing.assert_allclose(last, 1 / (0.5 * 0.8), rtol=0.06)


def test_the_sliding_threshold_divides_weaker_from_stronger(script):
    """Bienenstock, Cooper and Munro 1982: 0 at 0 and at theta, below 0 between them."""
    change = script.bcm_change(plasticity.bcm, np.array([0.0, 1.0, 2.0, 3.0]), 2.0)
    np.testing.assert_allclose(change, [0, -1, 0, 3], atol=1e-9)


def test_calcium_is_above_its_thresholds_as_long_as_two_exponentials_say(script):
    """Graupner & Brunel 2012: a pair's calcium is C_pre exp(-(t - D)/tau) + C_post exp(-(t - lag)/tau)."""
    lags, t = np.array([-60.0, -20.0, -5.0, 10.0, 30.0]), np.arange(-100, 200, 0.1)[:, None]
    pre = np.exp(-(t - 13.7) / 20) * (t >= 13.65)
    ca = pre + 2 * np.exp(-np.maximum(t - lags, 0) / 20) * (t >= lags - 0.05)
    found = script.time_above(plasticity.calcium, lags)
    for above, threshold in zip(found, (1.0, 1.3)):
        np.testing.assert_allclose(above, (ca > threshold).sum(0) * 1e-4, atol=4e-4)


def test_pairs_weaken_and_strengthen_as_graupner_and_brunel_show(script):
    """Their figure 2, DP: weaker where the post spike comes first, stronger behind it, nothing far away."""
    lags = np.array([-80.0, -20.0, 8.0, 80.0])
    found = script.strength(plasticity.calcium, *script.time_above(plasticity.calcium, lags))
    assert found[1] < 0.9 and found[2] > 1.2
    assert abs(found[0] - found[3]) < 0.1 and found[1] < found[0] < found[2]


def test_the_voltage_decides_between_weaker_and_stronger(script):
    """Clopath et al. 2010: nothing at rest, weaker from theta_minus, stronger from theta_plus on."""
    voltages = np.array([-70.0, -60.0, -50.0])
    np.testing.assert_allclose(script.clamped(plasticity.clopath, "on_pre", voltages), [0, -0.01, -0.03])
    np.testing.assert_allclose(script.clamped(plasticity.clopath, "on_post", voltages), [0, 0, 1.5])
