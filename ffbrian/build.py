"""From a plan to Brian 2 objects: the only place that composes them.

The time of a run is cut into presentations.  On the clock of presentations,
at the first step of each, in this order:

====== ==============================================================
order  what happens
====== ==============================================================
-24    goodness is set to 0
-23    every layer adds its neurons' contributions to its goodness
-22    labels that are shown at once are compared
-21    modulators are released; the label of the next negative is drawn
-20    results of the presentation that has ended are written
-19    neurons add what their copies, one for each label, deserve
-18    synapses consolidate: eligibility and modulator become weight
-17    the state of every neuron is set back
-16    the session reads the next line of the schedule
-15    the encoders take the next sample and label
====== ==============================================================

On the clock of time steps, Brian's usual order: state updates, thresholds,
synapses, resets; then, in the slot ``end``, the weights that have arrived in
the step enter the neurons.
"""
import contextlib
import logging

import numpy as np
from brian2 import Clock, Network, NeuronGroup, Quantity, SpikeMonitor, StateMonitor, Synapses, get_device, get_dimensions, linked_var, ms, second
from brian2.core.base import BrianObject
from brian2.utils.logger import BrianLogger
from brian2.utils.stringtools import get_identifiers, word_substitute

from ffbrian import candidates, connections, copies_learning, groups, host, inputs, pools, scoring, synops
from ffbrian.dense import collect_copies, densify, vectorise
from ffbrian.description import assigned_names
from ffbrian.groups import block
from ffbrian.orders import CLEAR, COLLECT, CONSOLIDATE, ENCODE, RESTORE, SCHEDULE, WRITE
from ffbrian.plan import exact_time_step
from ffbrian.rules import effective, without_learning

LOG = logging.getLogger("ffbrian")

SESSION = """
index : integer
sample : integer
listed : integer
shown : integer
truth : integer
negative : integer
dx : integer
dy : integer
step : integer
s : 1
eta : 1
probing : 1
running : 1
logged : 1
"""
NEXT_PRESENTATION = """
index = index + 1
running = begin_presentation(index)
sample = int(schedule_entry(index, 0))
listed = int(schedule_entry(index, 1))
s = schedule_entry(index, 2)
dx = int(schedule_entry(index, 4))
dy = int(schedule_entry(index, 5))
truth = int(schedule_entry(index, 6))
shown = int(listed >= 0)*listed + int(listed == -1)*negative - int(listed < -1)
step = -1
probing = int(s >= 0)
"""
#: With delays: a spike of the presentation before, of `n_steps` steps, arrives as nothing.
ARRIVING = """
delay_steps : integer (constant)
arriving = w*int(t_in_timesteps % {n_steps} >= delay_steps) : 1
"""


class Builder:
    """Makes the Brian 2 objects of one plan; `objects` holds them by name.

    Parameters
    ----------
    plan : Plan
    session : host.Session, optional
        Serves the network's functions in runtime mode.
    """

    def __init__(self, plan, session=None):
        self.plan, self.network = plan, plan.network
        self.session_host = session or host.Session()
        self.rule = effective(self.network.rule) if plan.learns else without_learning(self.network.rule)
        self.step_clock = Clock(exact_time_step(plan.dt * second), name="step_clock")
        self.clock = Clock(float(self.step_clock.dt) * plan.n_steps * second, name="presentation_clock")
        self.columns = {name: k for k, name in enumerate(plan.columns())}
        self.functions = host.functions(self.session_host) | host.masking()
        self.objects, self.dense = {}, {}
        self.is_standalone = hasattr(get_device(), "main_queue")
        self.is_dense = self.is_standalone and plan.pathway == "dense"
        self.masked = plan.masked() if self.is_standalone else {}

    # -- small helpers -------------------------------------------------------
    def add(self, thing):
        """Keep an object under its name."""
        self.objects[thing.name] = thing
        return thing

    def group(self, name, size, equations, **events):
        """A NeuronGroup on the clock of time steps."""
        namespace, runs_while = events.pop("namespace", {}) | self.functions, events.pop("runs_while", None)
        group = self.add(NeuronGroup(size, equations, clock=self.step_clock, name=name, namespace=namespace, **events))
        if self.is_dense:
            vectorise(group, runs_while)
        return group

    def at_presentation(self, thing, code, order, name):
        """Run code once a presentation, at its first step."""
        if code.strip():
            thing.run_regularly(code, clock=self.clock, when="start", order=order, name=name)

    def namespace(self, *models):
        """Parameters of several models."""
        values = {}
        for model in models:
            values |= {name: value for name, value in model.values.items() if not (model.kind == "plasticity rule" and name == "eta")}
        return {name: self.in_float_type(value) for name, value in values.items()}

    def in_float_type(self, value):
        """A constant in the type of the variables, so that loops need no conversions."""
        return Quantity(np.asarray(value).astype(self.plan.float_type), dim=get_dimensions(value))

    def link(self, group, source, *names):
        """Link variables of a group to those of a group of one neuron."""
        for name in names:
            setattr(group, name, linked_var(source, name))

    def write(self, group, column, value, name):
        """Write a value to the results when a presentation has ended."""
        text = f"logged = write_result(index, {column}, {len(self.columns)}, 1.0*{value})"
        self.at_presentation(group, text, WRITE, name)

    # -- the parts of a network ----------------------------------------------
    def build(self):
        """Make all objects.

        Returns
        -------
        brian2.Network
        """
        self.add_session()
        self.add_inputs()
        self.add_labels()
        source = self.objects["inputs"]
        for number, layer in enumerate(self.network.layers, 1):
            source = self.add_layer(number, layer, source)
        if self.plan.has_candidates:
            candidates.add_candidates(self)
        if self.plan.has_layers:
            scoring.add_modulators(self)
        if self.plan.has_layers and self.network.readout:
            scoring.add_readout(self)
        if self.plan.copies_learn:
            copies_learning.add_learning(self)
        elif self.plan.learns:
            self.add_learning()
        else:
            self.add_synops()
        self.add_schedule()
        self.add_monitors()
        return Network(list(self.objects.values()))

    def add_session(self):
        """The one neuron that knows which presentation is on."""
        session = self.group("session", 1, block(SESSION, *inputs.session_equations(self.network.encoder)))
        session.index, session.probing = -1, 1
        for name, value in (("label", "shown"), ("phase", "s")):
            self.write(session, self.columns[name], value, f"write_{name}")

    def add_inputs(self):
        """The population that turns the sample into spikes."""
        group = inputs.make(self)
        equations = group.equations
        self.at_presentation(group, groups.clear_code(equations), RESTORE, "restore_inputs")
        self.at_presentation(group, inputs.begin_code(self.network.encoder, equations), ENCODE, "encode_inputs")
        inputs.read_steps(self, group)
        self.add_count("input_spikes", group)

    def array_name(self, group, variable):
        """The name of an array in generated code (standalone only)."""
        return get_device().get_array_name(group.variables[variable]) if self.is_standalone else ""

    def add_labels(self):
        """The label population; a second one shows all labels to the candidates."""
        session, plan = self.objects["session"], self.plan
        size = plan.inputs.n_classes * self.network.label_size
        if plan.has_layers:
            labels = self.label_group("labels", size, "label = int(population == shown)")
            self.link(labels, session, "shown", "probing")
        if plan.has_candidates:
            all_labels = self.label_group("candidate_labels", size, "label = probing")
            self.link(all_labels, session, "shown", "probing")

    def label_group(self, name, size, choose):
        """A label population that shows the labels that `choose` sets."""
        encoder, rule = self.network.labels, self.rule
        equations = groups.label_equations(encoder, rule)
        reset = block(encoder.reset, rule.on_pre_spike, "n_spikes += 1")
        labels = self.group(name, size, equations, threshold=encoder.threshold, reset=reset, namespace=self.namespace(encoder, rule))
        labels.population = np.arange(size) // self.network.label_size
        self.at_presentation(labels, groups.clear_code(equations), RESTORE, f"restore_{name}")
        self.at_presentation(labels, block(choose, encoder.start), ENCODE, f"encode_{name}")
        return labels

    def add_layer(self, number, layer, source):
        """A layer with its synapses from below and from the labels."""
        group = self.layer_group(f"layer_{number}", layer, number) if self.plan.has_layers else self.afferent_group(f"layer_{number}", layer)
        below = self.plan.shapes()[number - 1]
        longest = round(float(layer.delay) / self.plan.dt)
        self.synapses(f"synapses_{number}", source, group, layer, "in", connections.pairs(layer.connection, below, layer.size), longest)
        if not self.plan.copies_learn or self.is_dense:
            labels = self.objects.get("labels") or self.objects["candidate_labels"]
            self.synapses(f"label_synapses_{number}", labels, group, layer, "label")
        return group

    def layer_group(self, name, layer, number, n_copies=1):
        """The neurons of a layer, in one or more copies."""
        rule, modulator = self.rule, self.network.modulator
        is_source = number < len(self.network.layers)
        equations = groups.layer_equations(layer, rule, modulator, is_source, shared_input=n_copies > 1 and number == 1)
        equations += copies_learning.neuron_equations(self)
        reset = block(layer.neuron.reset, rule.on_post_spike, rule.on_pre_spike if is_source else "", modulator.on_spike, "n_spikes += 1")
        refractory = {"refractory": layer.neuron.refractory} if layer.neuron.refractory else {}
        method = {"method": layer.neuron.method} if layer.neuron.method else {}
        group = self.group(name, layer.size * n_copies, equations, threshold=layer.neuron.threshold, reset=reset, namespace=self.namespace(layer.neuron, layer.synapse, rule, modulator, *([layer.inhibition] if layer.inhibition else [])), runs_while=self.probing(n_copies), **refractory, **method)
        group.unit = np.tile(np.arange(layer.size), n_copies)
        keep = {*layer.neuron.set_once, *modulator.set_once}
        self.at_presentation(group, groups.begin_code(layer, modulator, equations, keep), RESTORE, f"restore_{name}")
        self.add_arrival(group, layer, n_copies, number)
        if layer.inhibition:
            pools.add(self, group, layer, lambda pool, own: self.at_presentation(pool, groups.clear_code(own), RESTORE, f"restore_{pool.name}"))
        return group

    def probing(self, n_copies):
        """Candidates rest while a negative is shown."""
        return (self.objects["session"], "probing") if n_copies > 1 else None

    def add_arrival(self, group, layer, n_copies, number):
        """Let the weights that have arrived in a step enter the neurons."""
        sides = ["label"] if n_copies > 1 and number == 1 else ["in", "label"]
        empty = "\n".join(f"{name}_{side} = 0" for name in layer.synapse.accumulators for side in sides)
        order = -1 if n_copies > 1 else 0
        group.run_regularly(block(layer.synapse.on_input, layer.neuron.limit, empty), clock=self.step_clock, when="end", order=order, name=f"arrive_{group.name}")

    def afferent_group(self, name, layer):
        """Only the input that a layer's candidates share."""
        names = [f"{name}_{side}" for name in layer.synapse.accumulators for side in ("in", "label")]
        credit = copies_learning.CREDIT_EQUATION if self.plan.copies_learn else ""
        group = self.group(name, layer.size, block(*(f"{name} : 1" for name in names), credit))
        group.run_regularly("\n".join(f"{name} = 0" for name in names), clock=self.step_clock, when="end", order=0, name=f"arrive_{name}")
        return group

    def synapses(self, name, source, target, layer, side, pairs=None, longest=0):
        """Synapses that transmit and, in a build that learns, are plastic; all-to-all without `pairs`; delays of up to `longest` steps."""
        plan, rule = self.plan, self.rule
        transmits = plan.has_layers or side == "in" and source.name == "inputs" or target.name.startswith("candidates")
        renamed = {f"{a}_post": f"{a}_{side}_post" for a in layer.synapse.accumulators} | ({"w": "arriving"} if longest else {})
        on_pre = {"transmit": word_substitute(layer.synapse.on_pre, renamed)} if transmits else {}
        on_pre |= {"learn_pre": self.on_connected(name, rule.on_pre)} if rule.on_pre else {}
        on_post = {"learn_post": self.on_connected(name, rule.on_post)} if rule.on_post else {}
        delays = {path: 0 * ms for path in (*on_pre, *on_post) if not (longest and path == "transmit")}
        if longest and pairs is None:
            pairs = np.nonzero(np.ones((len(source), len(target)), bool))
        is_full = pairs is None or name in self.masked
        model = block("w : 1", "connected : 1 (constant)" if name in self.masked else "", rule.equations, self.linked_scalars(), ARRIVING.format(n_steps=plan.n_steps) if longest else "")
        synapses = self.add(Synapses(source, target, model, on_pre=on_pre or None, on_post=on_post or None, delay=delays or None, clock=self.step_clock, name=name, namespace=self.namespace(layer.synapse, rule) | self.functions))
        synapses.connect(**({} if is_full else dict(zip("ij", pairs))))
        if longest:
            steps = connections.delays(longest, len(pairs[0]))
            synapses.delay_steps, synapses.transmit.delay = steps, steps * self.step_clock.dt
        self.make_dense(synapses)
        return synapses

    def on_connected(self, name, code):
        """Code of the rule; where absent synapses are masked, it leaves their weight at 0."""
        changes = name in self.masked and "w" in assigned_names(code)
        return block(code, "w = kept(w, connected)") if changes else code

    def broadcast(self):
        """The broadcast signals that the rule reads, by the group that holds them."""
        if self.plan.copies_learn:
            return {"session": ["eta"], "modulator": []}
        used = get_identifiers(block(self.rule.on_pre, self.rule.on_post, self.rule.consolidate) if self.plan.learns else "")
        return {"session": sorted({"s", "eta"} & used), "modulator": sorted({"M", "goodness"} & used)}

    def linked_scalars(self):
        """The same as linked variables of the synapses."""
        return "\n".join(f"{name} : 1 (linked)" for names in self.broadcast().values() for name in names)

    def make_dense(self, synapses):
        """Choose the dense pathway where it is wanted and legal."""
        if not self.is_dense:
            return
        silent = self.rule.silent_without if self.plan.learns else ""
        silent = silent if not self.plan.copies_learn or silent in synapses.variables else ""
        reason = densify(synapses, silent_row=silent or None)
        self.dense[synapses.name] = reason is None
        if reason:
            LOG.info("%s uses Brian's stock pathway: %s", synapses.name, reason)

    # -- goodness and modulators ---------------------------------------------
    def collect(self, name, neurons, group, code, per_copy, *models, factor=None):
        """Run code once a presentation for every neuron, onto its copy's collector; `factor` is one number a neuron."""
        synapses = self.add(Synapses(neurons, group, None if factor is None else "factor : 1", clock=self.step_clock, name=name, namespace=self.namespace(*models)))
        synapses.connect(i=np.arange(len(neurons)), j=np.arange(len(neurons)) // per_copy)
        if factor is not None:
            synapses.factor = factor
        if self.is_dense:
            collect_copies(synapses, self.probing(len(group)))
        self.at_presentation(synapses, code, COLLECT, f"{name}_add")

    def add_synops(self):
        """Write how many synapses spikes reach, where another count does not tell."""
        for sender in synops.counted_apart(self.plan, self.columns):
            copies = {"labels": "candidate_labels"}.get(sender, sender.replace("layer", "candidates"))
            neurons = self.objects.get(copies) or self.objects[sender]
            reached = synops.fan_out(self.plan, sender)
            self.add_count(f"synops_{sender}", neurons, np.tile(reached, len(neurons) // len(reached)) if np.ndim(reached) else reached)

    def add_count(self, column, neurons, each=1):
        """Write the number of spikes of a population, each counting as a number or as one for each neuron."""
        code, factor = ("factor", each) if np.ndim(each) else (repr(each), None)
        group = self.group(f"{column}_count", 1, "total : 1\nlogged : 1\nindex : integer (linked)")
        self.link(group, self.objects["session"], "index")
        self.at_presentation(group, "total = 0", CLEAR, f"clear_{column}")
        self.collect(f"collect_{column}", neurons, group, f"total_post += n_spikes_pre*{code}", len(neurons), factor=factor)
        self.write(group, self.columns[column], "total", f"write_{column}")

    def add_learning(self):
        """Let every plastic synapse consolidate when its modulator is released."""
        for number, _ in enumerate(self.network.layers, 1):
            for name in (f"synapses_{number}", f"label_synapses_{number}"):
                synapses = self.objects[name]
                self.link(synapses, self.objects["session"], *self.broadcast()["session"])
                self.link(synapses, self.objects[f"modulator_{number}"], *self.broadcast()["modulator"])
                self.at_presentation(synapses, self.on_connected(name, self.rule.consolidate), CONSOLIDATE, f"consolidate_{name}")

    # -- schedule --------------------------------------------------------------
    def add_schedule(self):
        """Read the next line of the schedule; draw the next negative label first."""
        session, code = self.objects["session"], NEXT_PRESENTATION
        if self.plan.has_candidates and self.plan.has_layers:
            session.namespace["best_candidate"] = candidates.add_ballot(self)
            code = "negative = int(best_candidate())\n" + code
        self.at_presentation(session, code, SCHEDULE, "next_presentation")

    def add_monitors(self):
        """Record what the plan asks for, at every time step."""
        for name, variables, indices in self.plan.recorded:
            states = [v for v in variables if v != "spikes"]
            if states:
                self.add(StateMonitor(self.objects[name], states, record=self.places(name, indices), clock=self.step_clock, when="end", order=10, name=f"{name}_states"))
            if "spikes" in variables:
                self.add(SpikeMonitor(self.objects[name], name=f"{name}_spikes"))

    def places(self, name, indices):
        """Which values of an object are meant, as a monitor wants to be told."""
        chosen = slice(None) if indices is None else np.asarray(indices, int)
        if name in self.masked:
            return self.masked[name].places(chosen)
        return True if indices is None else chosen


@contextlib.contextmanager
def unremarked():
    """Keep Brian from remarking that the objects of a network that failed were used in none."""
    known = {id(reference()) for reference in BrianObject.__instances__()}
    try:
        yield
    except BaseException:
        for made in [reference() for reference in BrianObject.__instances__()]:
            if made is not None and id(made) not in known:
                made._network = "failed"  # what Brian's destructor asks for
        raise


def quiet():
    """Silence Brian's notes on the choice of integration methods."""
    BrianLogger.suppress_name("method_choice")
    BrianLogger.suppress_name("resolution_conflict")
