"""MNIST and Fashion-MNIST: found in a folder, in the cache, or downloaded."""

import gzip
import hashlib
import urllib.request
import zlib

from ffbrian.datasets import cache, idx
from ffbrian.datasets.files import atomic
from ffbrian.datasets.splits import Dataset, Images
from ffbrian.errors import DataError
from ffbrian.files.safe_files import is_file

TIMEOUT_SECONDS = 30
#: No more of a file of labels is read to tell one set from the other.
LARGEST_LABELS = 1 << 20

MIRRORS = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    "fashion-mnist": (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
}
FOLDERS = {"mnist": ("mnist", "MNIST/raw", "."), "fashion-mnist": ("fashion-mnist", "FashionMNIST/raw", ".")}
# SHA-256 of the decompressed content: mirrors pack the same content differently.
CONTENT = {
    "mnist": {
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    "fashion-mnist": {
        "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
}
#: Images of both sets, and their height and width.
COUNTS, SIZE = {"train": 60_000, "t10k": 10_000}, (28, 28)
CLASSES = {
    "mnist": tuple("0123456789"),
    "fashion-mnist": (
        "T-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
}


def load(name, folder=None):
    """Load "mnist" or "fashion-mnist": 60,000 + 10,000 images of 28 x 28.

    The four idx files, plain or ``.gz``, are looked for in `folder`, or else in
    $FFBRIAN_DATA and the cache; without `folder` they are downloaded if need be.

    Raises
    ------
    DataError
        If they are nowhere, damaged, belong to another set, or are a part of one.
    """
    place = _place(name, folder) or _download(name, folder)
    _refuse_other_set(name, place)
    splits = [_split(name, place, part) for part in COUNTS]
    data = Dataset(name, *splits, class_names=CLASSES[name])
    _refuse_part(place, data)
    return data


def _refuse_part(place, data):
    """Raise DataError unless there are as many images as in the set, of its size."""
    found = [(len(split), *split.shape[1:]) for split in (data.train, data.test)]
    expected = [(count, *SIZE) for count in COUNTS.values()]
    if found != expected:
        words = [
            " and ".join(f"{n:,} of {height} x {width}" for n, height, width in numbers)
            for numbers in (found, expected)
        ]
        raise DataError(
            f"{place}: holds {words[0]} images for training and test, but {data.name} has {words[1]}; "
            f"put the whole set there, or give images of your own as npz:PATH."
        )


def _place(name, folder):
    stem = next(iter(CONTENT[name]))
    for root in cache.roots(folder):
        for sub in FOLDERS[name]:
            if _file(root / sub, stem):
                return root / sub
    return None


def _file(place, stem):
    candidates = (place / f"{stem}{end}" for end in (".gz", ""))
    return next((path for path in candidates if is_file(path)), None)


def _existing(place, stem):
    path = _file(place, stem)
    if path is None:
        raise DataError(
            f"{place / stem}: no such file, plain or .gz; put all four idx "
            f"files of the data set in that folder."
        )
    return path


def _refuse_other_set(name, place):
    stem = "t10k-labels-idx1-ubyte"
    found = _content_checksum(_existing(place, stem))
    for other, content in CONTENT.items():
        if other != name and content[stem] == found:
            raise DataError(
                f"{place}: holds the files of {other}, but {name} was asked for; "
                f"put each set in its own folder."
            )


def _content_checksum(path):
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            return hashlib.sha256(file.read(LARGEST_LABELS)).hexdigest()
    except (EOFError, OSError, zlib.error):
        return None


def _split(name, place, part):
    values = idx.map_images(_existing(place, f"{part}-images-idx3-ubyte"))
    labels = idx.read_labels(_existing(place, f"{part}-labels-idx1-ubyte"))
    return Images(values, labels, f"{name} {'test' if part == 't10k' else part}")


def _download(name, folder):
    if folder is not None:
        raise DataError(_by_hand(name, f"not found in {folder}"))
    place = cache.cache_folder() / name
    for stem, expected in CONTENT[name].items():
        if not _file(place, stem):
            content = _fetch(name, f"{stem}.gz", expected)
            with atomic(place / f"{stem}.gz") as file:
                file.write(content)
    return place


def _fetch(name, filename, expected):
    problems = []
    for mirror in MIRRORS[name]:
        try:
            with urllib.request.urlopen(mirror + filename, timeout=TIMEOUT_SECONDS) as answer:
                content = answer.read()
            if hashlib.sha256(gzip.decompress(content)).hexdigest() == expected:
                return content
            problems.append(f"{mirror}: wrong checksum")
        except (OSError, EOFError, zlib.error) as error:
            problems.append(f"{mirror}: {getattr(error, 'reason', error)}")
    raise DataError(_by_hand(name, f"download failed ({'; '.join(problems)})"))


def _by_hand(name, reason):
    stems = ", ".join(f"{stem}.gz" for stem in CONTENT[name])
    return (
        f"{name}: {reason}; get {stems} from {MIRRORS[name][0]}, put them in a folder "
        f"{name}/ and set FFBRIAN_DATA to the folder above it."
    )
