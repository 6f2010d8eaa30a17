"""The search for places where something holds, against NumPy."""

import subprocess

import numpy as np
import pytest

from ffbrian.build.dense import copy_headers
from ffbrian.run.toolchain import find_compiler

PROGRAM = """
#include "places.h"
#include <cstdio>
int main()
{
    static float values[1000];
    static int32_t places[1000];
    const int32_t n = std::fread(values, sizeof(float), 1000, stdin);
    const int32_t count = ffbrian::places_of(values, n, places);
    std::fwrite(places, sizeof(int32_t), count, stdout);
}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Writes the places of the float32 numbers that it reads."""
    folder = tmp_path_factory.mktemp("places")
    copy_headers(folder)
    (folder / "places.cpp").write_text(PROGRAM)
    command = [*find_compiler().split(), "-O3", "-ffast-math", folder / "places.cpp", "-o", folder / "places"]
    subprocess.run(command, check=True)
    return folder / "places"


@pytest.mark.parametrize("share", [0, 0.02, 0.5, 1])
@pytest.mark.parametrize("n", [1, 63, 64, 65, 500, 784])
def test_places_are_those_of_numpy(program, n, share):
    rng = np.random.default_rng(n)
    values = np.where(rng.random(n) < share, rng.normal(size=n), 0).astype(np.float32)
    found = subprocess.run([program], input=values.tobytes(), capture_output=True, check=True).stdout
    np.testing.assert_array_equal(np.frombuffer(found, np.int32), np.flatnonzero(values))
