"""Networks in Brian 2's runtime mode: no compiler, but slow."""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from os import PathLike

import brian2
import numpy as np

from ffbrian.build import host_functions as host
from ffbrian.build.builder import build, quiet, refusal, unremarked
from ffbrian.build.workbench import Workbench
from ffbrian.errors import FFBrianError, RunError
from ffbrian.learning.schedule import Schedule
from ffbrian.run.execution import Outcome, shaped
from ffbrian.run.project import preferences


class Runtime:
    """The same plan in Brian 2's runtime mode (numpy), for small interactive work.

    Parameters
    ----------
    plan : Plan
        Without candidates, which need the dense pathway, unless those of a single layer learn.
    """

    def __init__(self, plan):
        if plan.has_candidates and not plan.copies_learn:
            raise RunError("Runtime mode shows one label after the other; make the plan without candidates.")
        self.plan = plan

    def run(
        self,
        schedule: Schedule,
        data_file: str | PathLike,
        state: Mapping[str, np.ndarray],
        scalars: Mapping[str, float],
        keep: Iterable[str] = (),
        progress: Callable[[np.ndarray], None] | None = None,
    ) -> Outcome:
        """Run the schedule; as `Project.run`."""
        quiet()
        schedule = self.plan.laid_out(schedule)
        with (
            preferences(self.plan, **{"codegen.target": "numpy", "core.stop_on_keyboard_interrupt": False}),
            unremarked(),
        ):
            session = host.Session()
            bench = Workbench(self.plan, session)
            with explained(bench.objects):
                network = build(bench)
            session.load(
                schedule.table(self.plan.schedule_columns()),
                data_file,
                len(self.plan.columns()),
                network.stop,
            )
            try:
                self._set(bench.objects, state, scalars)
                # Brian compares float32 states with 1e50
                with explained(bench.objects), np.errstate(over="ignore"):
                    n_periods = self.plan.n_periods(schedule) + 1
                    network.run(float(bench.clock.dt) * n_periods * brian2.second, namespace={})
            finally:
                session.unload()
            if progress is not None:
                progress(session.results)
            columns = dict(zip(self.plan.columns(), session.results.T))
            return Outcome.of(
                self.plan,
                columns,
                {name: _get(bench.objects, name) for name in keep},
                self._recordings(bench.objects),
            )

    def _set(self, objects, state, scalars):
        for name, value in (state | scalars).items():
            owner, variable = name.split(".")
            target = objects[owner].variables[variable].get_value()
            if np.size(value) not in (1, target.size):
                raise RunError(
                    f"{name} has {np.size(value)} values, but the network has {target.size}; the model "
                    "belongs to a network of another size."
                )
            target[:] = np.ravel(value)

    def _recordings(self, objects):
        names = [f"{name}_{kind}" for name, _, _ in self.plan.recorded for kind in ("states", "spikes")]
        found = {name: objects[name] for name in names if name in objects}
        return {
            name: shaped(
                {
                    v: np.array(monitor.variables[v].get_value())
                    for v in ("t", *monitor.record_variables, *(("i",) if "i" in monitor.variables else ()))
                }
            )
            for name, monitor in found.items()
        }


#: What Brian says of code that failed: its object, its name and the line, without what that is assigned to.
FAILED = re.compile(r"named '(\w+)'.*code object (\w+)_codeobject.*line:\n(?:\w+ = )?(.*?)\n", re.DOTALL)


@contextlib.contextmanager
def explained(objects):
    """Say in a RunError what could not be run or computed, and from which constants."""
    try:
        yield
    except FFBrianError:
        raise
    except Exception as error:
        found = FAILED.search(str(error))
        if found is None:
            raise RunError(f"{refusal(error).rstrip('.')}.") from error
        owner, code, text = found.groups()
        constants = getattr(objects.get(owner), "namespace", {})
        names = sorted(set(re.findall(r"\w+", text)) & set(constants))
        values = ", ".join(f"{name} = {constants[name]}" for name in names)
        raise RunError(
            f"{code} failed: {error.__cause__} in '{text}'{' with ' if values else ''}{values}; "
            "change what it is computed from, or write the text of the model so that it is defined there."
        ) from error


def _get(objects, name):
    owner, variable = name.split(".")
    return np.array(objects[owner].variables[variable].get_value())
