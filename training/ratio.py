"""A quick figure for a generator checkpoint: shift against noise of equal energy at one butteraugli 3-norm.

    python ratio.py --packs packs --photos PHOTOS --people FACES run/generator.pt [run/other.pt …]

Nine pictures that are not trained on, cut square, 512 px, worked on at 256 and enlarged twice; as they are, after JPEG q75, after that
halved and enlarged, the middle 60 %, and denoised. Encoders in bfloat16, as in training. For the product's own path: evaluate.py.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch

import butteraugli
import evaluate
import generator
import pictures
import train_generator
import transforms
from visibility import Visibility

PEOPLE = (3, 4, 9, 15, 26, 31)


def square(path):
    pixels = evaluate.load(path)
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    return cv2.resize(pixels[top:top + side, left:left + side], (512, 512), interpolation=cv2.INTER_AREA)


def batch(pictures_8bit):
    return torch.from_numpy(np.stack(pictures_8bit)).permute(0, 3, 1, 2).float()


def cloak(full, d):
    return (full + transforms.enlarge(d, 512, 512)).clamp(0, 255).round()


def upload(x):
    return transforms.shrink(transforms.jpeg(x, 75), 256, 256, "bicubic")


def as_is(x):
    return transforms.shrink(x, 256, 256, "bicubic")


def halved(x):
    return transforms.enlarge(transforms.shrink(upload(x), 128, 128), 256, 256)


def cropped(x):
    return transforms.shrink(x[:, :, 102:410, 102:410], 256, 256, "bicubic")


def denoised(x):
    small = as_is(x).clamp(0, 255).round().byte().permute(0, 2, 3, 1).numpy()
    return batch([cv2.fastNlMeansDenoising(np.ascontiguousarray(p), None, 10, 7, 21) for p in small])


VIEWS = {"as it is": as_is, "JPEG q75": upload, "JPEG, halved": halved, "60 % crop": cropped, "NLM h=10": denoised}


@torch.no_grad()
def measure(path, whole, encoders, target):
    net, visible = generator.load(path)
    full, small = batch(whole), batch([cv2.resize(p, (256, 256), interpolation=cv2.INTER_AREA) for p in whole])
    raw = generator.raw_output(net, small, torch.full((len(small),), target), torch.Generator().manual_seed(3))
    unit = raw / visible(small, raw, 2.0).view(-1, 1, 1, 1)
    changes, seen = [], []
    for i, pixels in enumerate(whole):
        strength = target
        for _ in range(2):
            d = generator.CAP * torch.tanh(unit[i:i + 1] * strength / generator.CAP)
            value = butteraugli.distance(pixels, cloak(full[i:i + 1], d)[0].permute(1, 2, 0).numpy().astype(np.uint8))[0]
            strength *= target / value
        changes.append(d)
        seen.append(value)
    d = torch.cat(changes)
    energy = d.square().mean((1, 2, 3), keepdim=True).sqrt()
    noise = torch.randn(d.shape, generator=torch.Generator().manual_seed(5))
    noise = noise / noise.square().mean((1, 2, 3), keepdim=True).sqrt() * energy
    print(f"{path}: 3-norm {np.mean(seen):.2f}, rms {energy.mean():.2f}")
    first = {}
    for name, view in VIEWS.items():
        clean, moved, noisy = view(full), view(cloak(full, d)), view(cloak(full, noise))
        for encoder, teacher in encoders.items():
            shift = train_generator.relative_shift(teacher, clean, moved).mean().item()
            control = train_generator.relative_shift(teacher, clean, noisy).mean().item()
            first.setdefault(encoder, shift)
            print(f"  {encoder:10} {name:13} {shift:.3f}  noise {control:.3f}  ratio {shift / control:.2f}  kept {shift / first[encoder]:.0%}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--packs", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--target", type=float, default=1.6)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.set_flush_denormal(True)
    whole = [square(options.photos / name) for name in pictures.HELD_OUT] + [square(options.people / f"df_img{i}.jpg") for i in PEOPLE]
    encoders = train_generator.teachers(options.packs, list(train_generator.FAMILY))
    for path in options.checkpoints:
        measure(path, whole, encoders, options.target)


if __name__ == "__main__":
    main()
