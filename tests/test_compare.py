"""Comparisons: variants of one experiment in one table."""
import json

import pytest

from ffbrian.commands.compare import Comparison
from ffbrian.errors import ExperimentError

COMPARISON = """
title = "Two learning rates"
base = "small.toml"
common = {"training.epochs" = 1, "data.limit_train" = 60}
[[variants]]
name = "as it is"
[[variants]]
name = "zero modulator"
set = {"network.modulator.model" = "opponent", "network.modulator.release" = "M = 0*s"}
"""


@pytest.fixture(scope="module")
def comparison(session_shell, small):
    path = session_shell.folder / "comparison.toml"
    path.write_text(COMPARISON.replace("small.toml", str(small)))
    return path


def test_variants_change_what_they_name(comparison):
    (_, first), (_, second) = Comparison.load(comparison).variants
    assert first.epochs == second.epochs == 1 and first.data.limit_train == 60
    assert first.trainer.network.modulator.release != second.trainer.network.modulator.release == "M = 0*s"


def test_compare_trains_each_variant_once_and_prints_a_table(session_shell, comparison):
    once = session_shell("compare", comparison, "--out", "compared")
    assert once.returncode == 0, once.stderr
    assert "| as it is |" in once.stdout and once.stdout.splitlines()[-1] == "compared"
    rows = json.loads((session_shell.folder / "compared/metrics.json").read_text())["variants"]
    assert [row["name"] for row in rows] == ["as it is", "zero modulator"]
    again = session_shell("compare", comparison, "--out", "compared")
    assert again.stdout == once.stdout and "epoch" not in again.stderr


@pytest.mark.parametrize("text, sentence", [
    ('base = "digits"', "at least one \\[\\[variants\\]\\]"),
    ('base = "digits"\nvariant = 1', "unknown key 'variant'; known are title, base, common, variants"),
    ('base = "digits"\n[[variants]]\nname = "a"\n[[variants]]\nname = "a"', "'name' of its own"),
    ('base = "digits"\n[[variants]]\nname = "a"\nsets = {}', "variant 'a' has the unknown key 'sets'"),
])
def test_wrong_comparisons_are_refused(tmp_path, text, sentence):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ExperimentError, match=sentence):
        Comparison.load(path)
