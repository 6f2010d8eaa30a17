"""What every part of a network is made with: groups, links, sums and results, without knowing any part."""

from dataclasses import replace

import numpy as np
from brian2 import (
    Clock,
    Equations,
    NeuronGroup,
    Quantity,
    Synapses,
    get_device,
    get_dimensions,
    linked_var,
    second,
)
from brian2.utils.stringtools import word_substitute

from ffbrian.build import host_functions, timing
from ffbrian.build.clockwork import Moment
from ffbrian.build.dense import collect_copies, vectorise
from ffbrian.build.exact_time import exact_time_step
from ffbrian.errors import ModelError
from ffbrian.models.effective_rule import effective, without_learning
from ffbrian.network import release


class Workbench:
    """The Brian 2 objects of one plan; `objects` holds them by name.

    Parameters
    ----------
    plan : Plan
    session : host_functions.Session, optional
        Serves the network's functions in runtime mode.
    """

    def __init__(self, plan, session=None):
        self.plan, self.network = plan, plan.network
        self.session_host = session or host_functions.Session()
        self.fixed = without_learning(self.network.rule)
        self.rule = effective(self.network.rule) if plan.learns else self.fixed
        self.step_clock = Clock(exact_time_step(plan.dt * second), name="step_clock")
        self.clock = Clock(float(self.step_clock.dt) * plan.n_steps * second, name="presentation_clock")
        self.columns = {name: k for k, name in enumerate(plan.columns())}
        self.functions = host_functions.functions(self.session_host) | host_functions.masking()
        self.objects, self.dense = {}, {}
        self.is_standalone = hasattr(get_device(), "main_queue")
        self.masked = plan.masked() if self.is_standalone else {}
        self.timing = timing.of_plan(self)

    def with_ramp(self, code):
        """Code in which `ramp` is what is left of the presentation, as a fraction."""
        n = self.plan.n_steps
        return word_substitute(code, {"ramp": f"(1.0 - 1.0*(t_in_timesteps % {n})/{n})"})

    def rule_of(self, route):
        """The rule of a projection; one that keeps its weights has a rule that does nothing."""
        return self.rule if route.is_plastic else self.fixed

    @property
    def trace_code(self):
        """What the rule does in a presynaptic neuron at a spike."""
        return self.with_ramp(self.rule.on_pre_spike)

    def released_by(self, source):
        """What the neurons of a population keep of their synapses (`Release`)."""
        found = release.of_source(self.network, source)
        values = {name: self.in_float_type(value) for name, value in found.values.items()}
        return replace(found, values=values)

    @property
    def uses_dense(self):
        """Whether vectorised loops are wanted and can be had."""
        return self.is_standalone and self.plan.pathway == "dense"

    def add(self, thing):
        """Keep an object under its name."""
        self.objects[thing.name] = thing
        return thing

    def group(self, name, size, equations, **events):
        """A NeuronGroup on the clock of time steps."""
        values, runs_while = events.pop("namespace", {}), events.pop("runs_while", None)
        equations = equations if isinstance(equations, Equations) else Equations(equations)
        twice = sorted(set(values) & equations.names)
        if twice:  # Brian would take the variable for the parameter without a word
            raise ModelError(
                f"{name}: {twice[0]!r} is a parameter of one piece and a variable of another; rename one of "
                "them."
            )
        namespace = values | self.functions
        group = self.add(
            NeuronGroup(size, equations, clock=self.step_clock, name=name, namespace=namespace, **events)
        )
        if self.uses_dense:
            vectorise(group, runs_while)
        return group

    def at_presentation(self, thing, code, moment, name):
        """Run code once a presentation, at its first step."""
        if code.strip():
            thing.run_regularly(code, clock=self.clock, when="start", order=int(moment), name=name)

    def namespace(self, *models):
        """Parameters of several models; None stands for no model."""
        values = {}
        for model in models:
            given = model.values.items() if model is not None else ()
            values |= {
                name: value
                for name, value in given
                if not (model.kind == "plasticity rule" and name == "eta")
            }
        return {name: self.in_float_type(value) for name, value in values.items()}

    def in_float_type(self, value):
        """A constant in the type of the variables, so that loops need no conversions."""
        return Quantity(np.asarray(value).astype(self.plan.float_type), dim=get_dimensions(value))

    def link(self, group, source, *names):
        """Link variables of a group to those of a group of one neuron."""
        for name in names:
            setattr(group, name, linked_var(source, name))

    def scheduled(self, column):
        """Code that reads a column of the schedule."""
        names = self.plan.schedule_columns()
        return f"schedule_entry(index, {names.index(column)}, {len(names)})"

    def write(self, group, column, value, name):
        """Write a value to the results when a presentation has ended."""
        text = f"logged = write_result(index, {column}, {len(self.columns)}, 1.0*{value})"
        self.at_presentation(group, text, Moment.WRITE, name)

    def array_name(self, group, variable):
        """The name of an array in generated code (standalone only)."""
        return get_device().get_array_name(group.variables[variable]) if self.is_standalone else ""

    # -- sums over neurons -------------------------------------------------------
    def collect(self, name, neurons, group, code, per_copy, *models, factor=None, moment=Moment.COLLECT):
        """Run code once a presentation for every neuron, onto its copy's collector; `factor` is one number a
        neuron.
        """
        synapses = self.add(
            Synapses(
                neurons,
                group,
                None if factor is None else "factor : 1",
                clock=self.step_clock,
                name=name,
                namespace=self.namespace(*models),
            )
        )
        synapses.connect(i=np.arange(len(neurons)), j=np.arange(len(neurons)) // per_copy)
        if factor is not None:
            synapses.factor = factor
        if self.uses_dense:
            collect_copies(synapses, self.probing(len(group)))
        self.at_presentation(synapses, code, moment, f"{name}_add")

    def probing(self, n_copies):
        """Copies rest while the session says that they are not asked."""
        session = self.objects["session"]
        return (session, "probing") if n_copies > 1 and "probing" in session.variables else None

    def add_count(self, column, neurons, each=1):
        """Write the number of spikes of a population, each counting as a number or as one for each neuron."""
        code, factor = ("factor", each) if np.ndim(each) else (repr(each), None)
        group = self.group(f"{column}_count", 1, "total : 1\nlogged : 1\nindex : integer (linked)")
        self.link(group, self.objects["session"], "index")
        self.at_presentation(group, "total = 0", Moment.CLEAR, f"clear_{column}")
        self.collect(
            f"collect_{column}",
            neurons,
            group,
            f"total_post += n_spikes_pre*{code}",
            len(neurons),
            factor=factor,
        )
        self.write(group, self.columns[column], "total", f"write_{column}")
