"""A network to compile, and a compiler that compiles nothing."""

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan

IMAGES = DataShape("values", (1, 4, 4), 3)


def plan(**changes):
    return Plan(**(dict(network=ff.Network([ff.Layer(5)]), inputs=IMAGES, n_steps=8) | changes))


class Compiler:
    """A compiler that only writes down that it was called."""

    def __init__(self, folder):
        self.log = folder / "calls"
        self.program = folder / "fake-g++"
        self.program.write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && exec echo fake 1.0\necho "$*" >> {self.log}\n'
            'while [ $# -gt 1 ]; do [ "$1" = -o ] && echo compiled > "$2" && chmod +x "$2"; shift; done\n'
        )
        self.program.chmod(0o755)

    def calls(self):
        """Compilations of a project since the last question (Brian also tries flags, and links)."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.write_text("")
        return sum(" -MMD " in line for line in lines)
