"""Fit P (visibility.py) to butteraugli's 3-norm and write models/visibility.json.

    python fit_visibility.py --pictures ../../shared/corpus/photos --packs packs --out ../models/visibility.json
    python fit_visibility.py ... --generator run/generator.pt    # again, with the generator's own outputs

The second call adds the generator's outputs to the first one's samples: a generator learns to cheat a fixed measure.
Samples are kept beside --samples, so that a fit is resumed and repeated without measuring again.
"""

import argparse
import json
import math
from pathlib import Path

import cv2
import numpy as np
import torch

import butteraugli
import pack
import pictures
from visibility import Visibility


def texture(rng, size, encoders, picture, kinds=9):
    """A change of one of many kinds (six without an encoder), float32 size×size×3 with rms 1."""
    kind = rng.integers(kinds)
    noise = rng.normal(size=(size, size, 3)).astype(np.float32)
    if kind == 0:
        d = np.sign(noise)
    elif kind == 1:
        d = noise
    elif kind == 2:  # band-pass noise
        sigma = 2 ** rng.uniform(-0.5, 3)
        d = cv2.GaussianBlur(noise, (0, 0), sigma) - cv2.GaussianBlur(noise, (0, 0), sigma * rng.uniform(1.3, 2.5))
    elif kind == 3:  # soft blobs
        d = cv2.GaussianBlur(noise, (0, 0), 2 ** rng.uniform(1, 4))
    elif kind == 4:  # a grating or Gabor noise
        y, x = np.mgrid[0:size, 0:size].astype(np.float32)
        angle, wave = rng.uniform(0, math.pi), 2 ** rng.uniform(1.1, 5)
        phase = cv2.GaussianBlur(noise, (0, 0), wave) * wave * rng.choice([0.0, 4.0])
        d = np.sin((x[..., None] * math.cos(angle) + y[..., None] * math.sin(angle)) * 2 * math.pi / wave + phase + rng.uniform(0, 6, 3).astype(np.float32))
    elif kind == 5:  # scan lines
        d = np.repeat(rng.normal(size=(size, 1, 3)), size, 1).astype(np.float32)
        d = cv2.GaussianBlur(d, (0, 0), 2 ** rng.uniform(-0.5, 2.5))
        d = d if rng.random() < 0.5 else d.transpose(1, 0, 2)
    else:  # a few steps against an encoder
        d = against(rng, encoders[rng.integers(len(encoders))], picture, noise)
    mix = rng.random()
    if mix < 0.25:  # one luminance for all channels
        d = np.repeat(d.mean(2, keepdims=True), 3, 2)
    elif mix < 0.4:  # colour alone
        d = d - d.mean(2, keepdims=True)
    elif mix < 0.6:
        d = d * rng.uniform(0.1, 1, 3).astype(np.float32)
    if rng.random() < 0.4:  # not the same everywhere
        where = cv2.GaussianBlur(rng.random((size, size)).astype(np.float32), (0, 0), size / 8)
        d = d * np.clip((where - where.mean()) / (where.std() + 1e-6) + 0.5, 0, 2)[..., None]
    return (d / (np.sqrt((d ** 2).mean()) + 1e-6)).astype(np.float32)


def against(rng, encoder, picture, noise):
    x = torch.from_numpy(picture).float().permute(2, 0, 1)[None] / 255
    d = torch.from_numpy(noise).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        clean = encoder(x)
    for _ in range(int(rng.integers(1, 6))):
        d.requires_grad_(True)
        (encoder(x + d) - clean).square().mean().backward()
        step = d.grad / d.grad.abs().mean() if rng.random() < 0.5 else d.grad.sign()
        d = (d.detach() + step * 2 / 255).clamp(-8 / 255, 8 / 255)
    return d[0].permute(1, 2, 0).numpy() * 255


def enlarge(d, side):
    """The product's enlargement: bicubic (a = −0.75 as in OpenCV), float."""
    return cv2.resize(d, (side, side), interpolation=cv2.INTER_CUBIC)


USEFUL = (0.25, 12.0)  # butteraugli 3-norms that matter
SIZES = [(256, 1.0), (256, 1.5), (256, 2.0), (192, 3.0), (160, 4.0), (128, 6.0), (96, 8.0)]


def draw(rng, photos, encoders, generator):
    """One sample: (working picture, change, enlargement, butteraugli 3-norm)."""
    size, ratio = SIZES[rng.integers(len(SIZES))]
    side = int(size * ratio)
    full = pictures.sample(rng, photos, side)
    small = cv2.resize(full, (size, size), interpolation=cv2.INTER_AREA) if ratio > 1 else full
    if generator is not None:
        d = generator(rng, small, ratio)
    else:
        d = texture(rng, size, encoders, small) * 2 ** rng.uniform(-0.7, 2.5) * ratio ** rng.uniform(-0.5, 0)
    cloaked = np.clip(full + enlarge(d, side), 0, 255)
    measured, _ = butteraugli.distance(full, (cloaked + 0.5).astype(np.uint8))
    return small, d.astype(np.float16), ratio, measured


def of_generator(path):
    """A function that gives the saved generator's outputs at random strength."""
    import generator as g

    net, measure = g.load(path)

    def give(rng, picture, ratio):
        x = torch.from_numpy(picture).float().permute(2, 0, 1)[None]
        strength = torch.tensor([float(np.exp(rng.uniform(math.log(0.8), math.log(5))))])
        with torch.no_grad():
            d = g.perturb(net, measure, x, strength, ratio, torch.Generator().manual_seed(int(rng.integers(1 << 30))))
        return d[0].permute(1, 2, 0).numpy()

    return give


def fit(samples, measure, steps):
    """Least squares in the logarithm, over samples that are neither invisible nor destroyed."""
    groups = {}
    for sample in samples:
        if USEFUL[0] < sample[3] < USEFUL[1]:
            groups.setdefault(sample[0].shape[0], []).append(sample)
    packed = []
    for group in groups.values():
        x = torch.from_numpy(np.stack([s[0] for s in group])).permute(0, 3, 1, 2).float()
        d = torch.from_numpy(np.stack([s[1] for s in group]).astype(np.float32)).permute(0, 3, 1, 2)
        packed.append((x, d, *(torch.tensor([s[i] for s in group], dtype=torch.float32) for i in (2, 3, 4))))
    sizes = np.array([len(p[0]) for p in packed])
    # All numbers are positive and of very different size: the steps are taken in their logarithms.
    numbers = list(measure.parameters())
    logs = [p.detach().clamp_min(1e-4).log().requires_grad_(True) for p in numbers]
    optimiser = torch.optim.Adam(logs, lr=0.05)
    rng, seen = np.random.default_rng(1), 0.0
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 0.05 * (1 - step / steps) + 0.001
        with torch.no_grad():
            for number, log in zip(numbers, logs):
                number.copy_(log.exp())
            measure.keep_sane()
        x, d, ratio, value, weight = packed[rng.choice(len(packed), p=sizes / sizes.sum())]
        chosen = torch.from_numpy(rng.choice(len(x), min(12, len(x)), replace=False))
        error = torch.log(measure(x[chosen], d[chosen], ratio[chosen])) - torch.log(value[chosen])
        smooth = (measure.gain[:, 1:].log() - measure.gain[:, :-1].log()).square().mean()
        loss = (torch.nn.functional.smooth_l1_loss(error, torch.zeros_like(error), beta=0.3, reduction="none") * weight[chosen]).mean() + 0.003 * smooth
        measure.zero_grad()
        loss.backward()
        for number, log in zip(numbers, logs):
            log.grad = (number.grad * number).detach()
        optimiser.step()
        seen = 0.95 * seen + 0.05 * error.detach().square().mean().item()
        if step % 50 == 0:
            print(f"step {step}: {(seen / (1 - 0.95 ** (step + 1))) ** 0.5:.3f}", flush=True)
    return measure


@torch.no_grad()
def judge(samples, measure, name):
    errors = []
    for small, d, ratio, value, _ in samples:
        if USEFUL[0] < value < USEFUL[1]:
            x = torch.from_numpy(small).permute(2, 0, 1).float()[None]
            d = torch.from_numpy(d.astype(np.float32)).permute(2, 0, 1)[None]
            errors.append(math.log(measure(x, d, ratio).item()) - math.log(value))
    errors = np.array(errors)
    print(f"{name}: {len(errors)} samples, bias {errors.mean():+.3f}, spread {errors.std():.3f} (natural logarithm)", flush=True)
    return {"samples": len(errors), "bias": round(float(errors.mean()), 4), "spread": round(float(errors.std()), 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--packs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--samples", type=Path, default=Path("run"), help="folder for measured samples")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--generator", type=Path)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    options.samples.mkdir(parents=True, exist_ok=True)
    photos = pictures.training(options.pictures)
    encoders = [pack.Network.open(options.packs / f"{name}.safetensors") for name in ("taesana", "vaelight")]
    name = f"samples-{options.generator.stem if options.generator else 'first'}-{options.seed}.pt"
    if (options.samples / name).exists():
        fresh = torch.load(options.samples / name, weights_only=False)
    else:
        rng = np.random.default_rng(options.seed + (1000 if options.generator else 0))
        generator = of_generator(options.generator) if options.generator else None
        fresh = [draw(rng, photos, encoders, generator) for _ in range(options.count)]
        torch.save(fresh, options.samples / name)
    every, report = [], {}
    for file in sorted(options.samples.glob("samples-*.pt")):
        weight = 1.0 if "first" in file.name else 2.0
        every.append((file.stem, [(*s, weight) for s in torch.load(file, weights_only=False)]))
    measure = Visibility(json.loads(options.out.read_text())["fitted"] if options.out.exists() else None)
    for part, samples in every:
        judge(samples, measure, f"before, {part}")
    fit([s for _, samples in every for s in samples[: int(len(samples) * 0.85)]], measure, options.steps)
    for part, samples in every:
        report[part] = judge(samples[int(len(samples) * 0.85):], measure, f"after, {part}, not fitted on")
    text = {"format": 1, "of": "butteraugli 3-norm (libjxl 0.7, 80 cd/m2)", "numbers": measure.for_the_eye(), "fitted": measure.numbers(), "not_fitted_on": report}
    options.out.write_text(json.dumps(text, indent=1) + "\n")


if __name__ == "__main__":
    main()
