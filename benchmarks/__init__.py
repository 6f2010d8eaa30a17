"""How long the product takes against the same rule in stock Brian 2 and by hand.

``kernel.cpp`` is the rule written by hand, ``stock.py`` the rule as Brian 2 users
write it, ``product.py`` times the binaries that ffbrian builds, and ``table.py``
compares them on the same spikes (the command ``ffbrian bench``).
"""
