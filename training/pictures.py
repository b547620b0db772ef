"""The pictures that may be trained on, and pictures made in code.

Only pictures whose licence allows it: Kodak PCD0992 (released for unrestricted use), NASA's and CC0 pictures of
scikit-image. `HELD_OUT` is never trained on: it is for choosing and for the cards. People's photos are for measuring only.
"""

import math
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

CORPUS = [f"kodim{i:02}.png" for i in range(1, 13)] + ["sk_astronaut.png", "sk_chelsea.png", "sk_coffee.png"]
HELD_OUT = ["kodim04.png", "kodim09.png", "sk_chelsea.png"]
# From the scikit-image package: CC0 (textures, rocket) or public domain (NASA).
PACKAGE = ["rocket.jpg", "hubble_deep_field.jpg", "grass.png", "gravel.png", "brick.png"]


def load(path):
    """H×W×3 uint8."""
    return np.asarray(Image.open(path).convert("RGB"))


def training(folder):
    """All pictures for training, by name."""
    import skimage

    pictures = {name: load(Path(folder) / name) for name in CORPUS if name not in HELD_OUT and (Path(folder) / name).exists()}
    inside = Path(skimage.__file__).parent / "data"
    pictures |= {name: load(inside / name) for name in PACKAGE if (inside / name).exists()}
    return pictures


def held_out(folder):
    return {name: load(Path(folder) / name) for name in HELD_OUT}


def _smooth(rng, height, width, grain):
    small = rng.random((max(2, height // grain + 2), max(2, width // grain + 2), 3), dtype=np.float32)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def procedural(rng, size):
    """One made picture, size×size×3 uint8: soft skies, plain walls, skin-like gradients, fractal texture, shapes, hair-like lines."""
    kind = rng.integers(6)
    base = rng.random(3).astype(np.float32) * 0.8 + 0.1
    if kind == 0:  # a wall or a sky: a plain colour with a slow gradient
        slope = _smooth(rng, size, size, size)
        picture = base + (slope - 0.5) * rng.uniform(0.02, 0.4)
    elif kind == 1:  # skin: warm tones, soft light, faint pores
        tone = np.array([0.86, 0.65, 0.54], np.float32) * rng.uniform(0.25, 1.1)
        light = _smooth(rng, size, size, size // 2).mean(2, keepdims=True)
        picture = tone * (0.6 + 0.6 * light) + rng.normal(0, rng.uniform(0, 0.012), (size, size, 1)) + (_smooth(rng, size, size, 24) - 0.5) * 0.03
    elif kind == 2:  # fractal clouds
        picture = base * 0 + sum(_smooth(rng, size, size, 2 ** k) * 2.0 ** (k * rng.uniform(0.7, 1.1)) for k in range(2, 8))
        picture = (picture - picture.min()) / (np.ptp(picture) + 1e-6)
    elif kind == 3:  # overlapping shapes with plain and shaded faces
        picture = np.full((size, size, 3), base, np.float32)
        for _ in range(int(rng.integers(4, 24))):
            colour = tuple(float(v) for v in rng.random(3))
            centre = tuple(int(v) for v in rng.integers(0, size, 2))
            if rng.random() < 0.5:
                cv2.circle(picture, centre, int(rng.integers(6, size // 3)), colour, -1, cv2.LINE_AA)
            else:
                corners = (np.array(centre) + rng.integers(-size // 3, size // 3, (int(rng.integers(3, 6)), 2))).astype(np.int32)
                cv2.fillPoly(picture, [corners], colour, cv2.LINE_AA)
        picture = picture * (0.7 + 0.6 * _smooth(rng, size, size, size // 2).mean(2, keepdims=True))
    elif kind == 4:  # hair, fur, cloth: many thin lines
        picture = np.full((size, size, 3), base * 0.6, np.float32)
        angle = rng.uniform(0, math.pi)
        for _ in range(600):
            start = rng.uniform(0, size, 2)
            turn = angle + rng.normal(0, 0.25)
            end = start + np.array([math.cos(turn), math.sin(turn)]) * rng.uniform(20, 120)
            shade = base * rng.uniform(0.3, 1.4)
            cv2.line(picture, tuple(int(v) for v in start), tuple(int(v) for v in end), tuple(float(v) for v in shade), 1, cv2.LINE_AA)
    else:  # half plain, half textured
        picture = base + (_smooth(rng, size, size, size) - 0.5) * 0.2
        texture = base[::-1] + rng.normal(0, 0.1, (size, size, 1)) + (_smooth(rng, size, size, 8) - 0.5) * 0.4
        where = (_smooth(rng, size, size, size // 2)[:, :, :1] > 0.5).astype(np.float32)
        picture = picture * (1 - where) + texture * where
    picture = picture + rng.normal(0, rng.choice([0.0, 0.004, 0.012]), (size, size, 1))
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def sample(rng, pictures, size, made=0.3):
    """A random square crop size×size×3 uint8: scaled, mirrored, turned, its colours varied."""
    if rng.random() < made:
        crop = procedural(rng, size)
    else:
        whole = pictures[sorted(pictures)[rng.integers(len(pictures))]]
        height, width = whole.shape[:2]
        # From a whole photo at the working size down to a close view of a part of it.
        side = int(np.clip(min(height, width) * rng.uniform(0.4, 1.0), min(size // 2, min(height, width)), min(height, width)))
        top, left = rng.integers(height - side + 1), rng.integers(width - side + 1)
        crop = whole[top:top + side, left:left + side]
        if side != size:
            crop = cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_CUBIC)
        if rng.random() < 0.2:
            crop = crop[:, :, rng.permutation(3)]
        if rng.random() < 0.5:
            gain, lift = rng.uniform(0.5, 1.25), rng.uniform(-25, 25)
            crop = np.clip(crop.astype(np.float32) * gain + lift, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    if rng.random() < 0.3:
        crop = np.rot90(crop, int(rng.integers(1, 4)))
    return np.ascontiguousarray(crop)


def training_names():
    """Files of the corpus that are trained on."""
    return {name for name in CORPUS if name not in HELD_OUT}
