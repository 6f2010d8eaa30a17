"""Runners and tasks are what the contracts say."""

import inspect

import pytest

import ffbrian as ff
from ffbrian.learning.contracts import Outcome, Runner, Task
from ffbrian.run.execution import Outcome as Found
from ffbrian.run.execution import Project
from ffbrian.run.runtime import Runtime


@pytest.mark.parametrize("kind", [Project, Runtime])
def test_runners_take_what_the_contract_says(kind):
    assert inspect.signature(kind.run).parameters == inspect.signature(Runner.run).parameters


def test_an_outcome_has_what_the_contract_says():
    assert isinstance(Found({}, {}, {}), Outcome)


@pytest.mark.parametrize("task", [ff.Classification(), ff.Regression()], ids=lambda task: task.kind)
def test_tasks_are_tasks(task):
    assert isinstance(task, Task)
    for name in ("words", "prediction", "scores"):
        found = [p for p in inspect.signature(getattr(task, name)).parameters]
        assert found == [p for p in inspect.signature(getattr(Task, name)).parameters if p != "self"]
