"""What all algorithms with a readout and one presentation a sample have in common."""

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning.algorithm import (
    Algorithm,
    check_labels,
    once,
    readout_answers,
    readout_columns,
    readout_evaluation,
    readout_right,
)
from ffbrian.learning.epoch_sums import EpochSums, spike_sums
from ffbrian.learning.schedule import Schedule


class Supervised(Algorithm):
    """A readout says how wrong the network is; algorithms differ in what the layers make of that.

    Attributes
    ----------
    rule : str
        The plasticity rule of a network that gives none.
    """

    rule = ""

    def complete(self, network, inputs):
        return network.completed(rule=self.rule, readout="linear" if inputs.n_outputs else "softmax")

    def check(self, network, inputs):
        check_labels(self.kind, network, has_labels=False)
        if network.modulator is not None:
            raise ModelError(
                f"{self.kind} releases no modulator, but the network has {network.modulator.title}; leave it "
                "out."
            )
        rule = network.rule
        offered = {*self.offers, "w"} | (rule.reads_of_neurons() if rule is not None else set())
        unknown = sorted(rule.reads_of_others() - offered) if rule is not None else ()
        if unknown:
            raise ModelError(
                f"{network.rule.title}: reads {unknown[0]!r}, which {self.kind} does not offer; it offers "
                f"{', '.join(self.offers) or 'nothing'}. Leave the rule out, or choose another algorithm."
            )
        self.check_readout(network, inputs)

    def check_readout(self, network, inputs):
        """Raise ModelError unless the readout, if the network gives one, can teach the layers."""
        if network.readout is not None and not network.readout.has_loss:
            raise ModelError(
                f"{self.kind} needs a readout that says how wrong it is, but {network.readout.title} has no "
                "variables error and loss; choose readouts.softmax for classes or readouts.linear for "
                "real-valued targets."
            )
        if network.readout is not None and inputs is not None and inputs.n_outputs:
            if "p_class" in network.readout.parsed("equations").names:
                raise ModelError(
                    f"{self.kind}: the data hold real-valued targets, but {network.readout.title} chooses "
                    "between classes; choose readouts.linear, or leave the readout out."
                )

    def initial_state(self, plan, rng):
        """What lives on in the neurons of the readout: 0."""
        n = plan.inputs.n_answers
        return {
            f"readout.{name}": np.zeros(n, plan.float_type)
            for name in plan.network.readout.parsed("kept").names
        }

    def result_columns(self, plan):
        return ["loss", *readout_columns(plan)]

    def training(self, places, truth, inputs, jitter, rng):
        shift = rng.integers(-jitter, jitter + 1, (len(places), 2))
        seed = rng.integers(0, 2**32, len(places), dtype=np.uint32)
        return Schedule.of(places, seed, truth, shift)

    def sums(self, schedule, table, inputs):
        answered = self.answered(schedule)
        own = {name: column[answered] for name, column in table.items()}
        sums = {"n_samples": int(answered.sum()), "loss": float(own["loss"].astype(float).sum())}
        if not inputs.n_outputs:
            sums["n_right"] = readout_right(own, schedule["truth"][answered])
        return EpochSums(spike_sums(table) | sums)

    def answered(self, schedule):
        """In which presentations of a training the readout's answer counts, (n_presentations,) bool."""
        return np.ones(len(schedule), bool)

    def means(self, sums):
        means = {"loss": sums.mean("loss", "n_samples")}
        if "n_right" in sums.totals:
            means["online_accuracy"] = sums.mean("n_right", "n_samples")
        return means | {
            "input_spikes": sums.mean("input_spikes"),
            "layer_spikes": sums.layer_spikes / max(sums["n_shown"], 1),
        }

    def words(self, means):
        online = f", online {means['online_accuracy']:.1%}" if "online_accuracy" in means else ""
        return f"loss {means['loss']:.4g}{online}"

    def evaluation_plan(self, plan, mode):
        return readout_evaluation(plan)

    def answers(self, runner, places, truth, path, state, seed):
        return readout_answers(runner, places, truth, path, state, seed)

    def probe(self, places, truth, seed):
        return once(places, truth, seed)
