"""All that a worker needs, imported before there is one: a forked worker begins at once.

Brian 2 comes as it does for the command line (`ffbrian.brian_import`).
"""

from ffbrian.brian_import import import_brian

import_brian()

import ffbrian.train.seeds  # noqa: E402, F401

try:
    import distributed.nanny  # noqa: F401
except ImportError:  # an extra
    pass
