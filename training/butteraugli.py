"""libjxl's butteraugli (`butteraugli_main` of the Debian package libjxl-devtools)."""

import os
import re
import subprocess
import tempfile

import numpy as np
from PIL import Image

FOLDER = "/dev/shm" if os.path.isdir("/dev/shm") else None


def distance(a, b):
    """(3-norm, maximum) between two H×W×3 uint8 pictures at 80 cd/m², butteraugli's default."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        paths = [os.path.join(folder, name) for name in ("a.ppm", "b.ppm")]
        for path, pixels in zip(paths, (a, b)):
            Image.fromarray(np.ascontiguousarray(pixels)).save(path)
        text = subprocess.run(["butteraugli_main", *paths, "--pnorm", "3"], capture_output=True, text=True, check=True).stdout
    largest = float(text.split()[0])
    found = re.search(r"3-norm:\s*([0-9.eE+-]+)", text)
    return float(found.group(1)), largest
