"""Arrays from files of strangers: no pickles, and no more memory than the file can fill."""

import lzma
import math
import os
import struct
import zipfile
import zlib

import numpy as np

#: Whatever a damaged or hostile archive makes zipfile, zlib and numpy raise.
DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    EOFError,
    OverflowError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
)
#: Arrays may be packed this tightly; what unpacks to more of a large archive is a bomb.
LARGEST_RATIO, SMALL = 200, 256 << 20
LONGEST_HEADER = 10_000


def read(path):
    """The arrays of an ``.npz`` file.

    Parameters
    ----------
    path : path

    Returns
    -------
    dict of str to array

    Raises
    ------
    any of `DAMAGED`
        If it is damaged, declares more than it holds, or needs pickles.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"{path}: there is no such file")
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        _check_sizes(members, os.path.getsize(path))
        return {info.filename.removesuffix(".npy"): _array(archive, info) for info in members}


def _check_sizes(members, packed):
    if len({info.filename for info in members}) < len(members):
        raise ValueError("it holds two arrays of one name")
    unpacked = sum(info.file_size for info in members)
    if unpacked > max(SMALL, LARGEST_RATIO * packed):
        raise ValueError(f"it has {packed} bytes and unpacks to {unpacked}, more than arrays do")


def _array(archive, info):
    """One array, after a look at what it declares."""
    with archive.open(info) as file:
        version = np.lib.format.read_magic(file)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read_header is None:
            raise ValueError(f"{info.filename} has the unknown version {version}")
        shape, _, dtype = read_header(file, max_header_size=LONGEST_HEADER)
        _check_declared(info, shape, dtype, file.tell())
    with archive.open(info) as file:
        return np.lib.format.read_array(file, allow_pickle=False, max_header_size=LONGEST_HEADER)


def _check_declared(info, shape, dtype, header):
    if dtype.hasobject or dtype.itemsize == 0:
        raise ValueError(f"{info.filename} holds {dtype}, no plain numbers")
    declared = math.prod(shape) * dtype.itemsize + header
    if any(size < 0 for size in shape) or declared != info.file_size:
        raise ValueError(
            f"{info.filename} declares the shape {shape} of {dtype}, which takes {declared} bytes, but has "
            f"{info.file_size}"
        )
