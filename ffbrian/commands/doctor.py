"""check the installation, the compiler and the data sets

Exit status 0 if all is well and 2 if something must be done.
"""
from ffbrian.doctor import checks


def execute(arguments):
    """Run the command; returns the exit status."""
    is_well = True
    for found in checks():
        is_well &= found.is_ok
        print(f"{'ok     ' if found.is_ok else 'problem'}  {found.text}" + (f": {found.advice}" if found.advice else ""), flush=True)
    return 0 if is_well else 2
