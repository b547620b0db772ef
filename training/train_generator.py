"""Train the one-shot generator.

    python train_generator.py --pictures ../../shared/corpus/photos --packs packs --run run --minutes 60

Stops after --minutes and goes on from run/NAME.pt when called again. --teachers leaves families out.
"""

import argparse
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

import generator
import pack
import pictures
import transforms
from visibility import Visibility

FAMILY = {"taef2": "flux2", "taesana": "sana", "vaelight": "sd1"}
LINES_OF_NOISE = 0.25
SIZE = 192  # working crop; the photo is given at twice that


def teachers(folder, names):
    """Frozen encoders in bfloat16 where that is fast; the small one stays in float32."""
    out = {}
    for name in names:
        net = pack.Network.open(folder / f"{name}.safetensors").requires_grad_(False)
        out[name] = net.bfloat16().to(memory_format=torch.channels_last) if name != "vaelight" else net
    return out


def latent(net, x):
    kind = next(net.buffers()).dtype
    return net((x / 255).to(kind).contiguous(memory_format=torch.channels_last)).float()


def relative_shift(net, clean, cloaked):
    """‖E(cloaked) − E(clean)‖ / ‖E(clean)‖ for each picture."""
    with torch.no_grad():
        base = latent(net, clean)
    return (latent(net, cloaked) - base).flatten(1).norm(dim=1) / base.flatten(1).norm(dim=1)


def spectrum(d, side=64, hop=32):
    """Mean power of Hann-windowed tiles, over luminance and two colour differences: 3×side×(side/2+1)."""
    planes = torch.stack([d.mean(1), d[:, 0] - d[:, 1], d[:, 2] - (d[:, 0] + d[:, 1]) / 2], 1)
    tiles = planes.unfold(2, side, hop).unfold(3, side, hop)
    tiles = tiles - tiles.mean((-1, -2), keepdim=True)
    tiles = tiles / (tiles.square().mean((4, 5), keepdim=True).sqrt() + 3e-3)  # each channel counts for itself
    window = torch.hann_window(side, periodic=False)
    return torch.fft.rfft2(tiles * window[:, None] * window).abs().square().mean((2, 3))


def rings(side=64):
    fy = torch.fft.fftfreq(side).view(-1, 1) * side
    fx = torch.fft.rfftfreq(side).view(1, -1) * side
    radius = (fy * fy + fx * fx).sqrt().round().long()
    inside = (radius >= 2) & (radius <= side // 2)
    return radius, inside


_RADIUS, _INSIDE = rings()
_COUNT = torch.zeros(33).index_add_(0, _RADIUS[_INSIDE], torch.ones(int(_INSIDE.sum())))


def regularity(d):
    """How far a texture is from noise, per picture and channel: its power's concentration over directions and over frequencies.

    Lines, combs and gratings hold the power of a ring of frequencies in a few directions; irregular texture spreads it. Every
    ring counts by the root of its share, or faint lines would hide beside strong colour. Both are 0 for noise.
    """
    power = spectrum(d)
    many = len(d) * 3
    flat = power[:, :, _INSIDE].flatten(0, 1)
    ring = _RADIUS[_INSIDE]
    total = torch.zeros(many, 33).index_add_(1, ring, flat)
    square = torch.zeros(many, 33).index_add_(1, ring, flat.square())
    share = (total / (total.sum(1, keepdim=True) + 1e-6) + 1e-6).sqrt()
    lines = torch.log(square * _COUNT / (total.square() + 1e-9) + 1e-6)
    # What an average of some dozen tiles of noise shows is no line.
    angular = (share * F.relu(lines - LINES_OF_NOISE)).sum(1) / share.sum(1)
    overall = torch.log((flat.square().mean(1) + 1e-6) / (flat.mean(1).square() + 1e-6))
    return angular.view(-1, 3), overall.view(-1, 3)


# The eye follows lines of light and dark more than lines of colour.
_CHANNELS = torch.tensor([0.5, 0.25, 0.25])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--packs", type=Path, required=True)
    parser.add_argument("--run", type=Path, default=Path("run"))
    parser.add_argument("--name", default="generator")
    parser.add_argument("--teachers", nargs="*", default=["taesana", "vaelight", "taef2"])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--schedule-steps", type=int, default=12000, help="steps over which the learning rate falls")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--angular", type=float, default=3.0)
    parser.add_argument("--overall", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pack", type=Path, help="where to put the pack at each checkpoint")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.set_flush_denormal(True)
    options.run.mkdir(parents=True, exist_ok=True)
    checkpoint = options.run / f"{options.name}.pt"

    torch.manual_seed(options.seed)
    net = generator.Generator()
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.9, 0.99))
    average = {k: v.clone() for k, v in net.state_dict().items()}
    rng, step = np.random.default_rng(options.seed), 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location="cpu", weights_only=False)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        average, step = saved["average"], saved["step"]
        rng.bit_generator.state = saved["rng"]
        print(f"goes on from step {step}")
    noise = torch.Generator().manual_seed(options.seed + step)
    measure = Visibility.open()
    encoders = teachers(options.packs, options.teachers)
    photos = pictures.training(options.pictures)
    started, saved_at, seen = time.time(), time.time(), {}

    def save():
        state = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "average": average, "step": step, "rng": rng.bit_generator.state,
                 "options": {k: str(v) for k, v in vars(options).items()}}
        torch.save(state, checkpoint.with_suffix(".part"))
        checkpoint.with_suffix(".part").replace(checkpoint)
        if options.pack:
            whole = generator.Generator()
            whole.load_state_dict(average)
            generator.export(whole, options.pack, [FAMILY[name] for name in options.teachers])

    while time.time() - started < options.minutes * 60:
        progress = min(1.0, step / options.schedule_steps)
        for group in optimiser.param_groups:
            group["lr"] = 1e-3 * min(1, (step + 1) / 100) * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * progress)))
        full = np.stack([pictures.sample(rng, photos, 2 * SIZE) for _ in range(options.batch)])
        small = np.stack([cv2.resize(p, (SIZE, SIZE), interpolation=cv2.INTER_AREA) for p in full])
        full, small = (torch.from_numpy(a).permute(0, 3, 1, 2).float() for a in (full, small))
        strength = torch.exp(torch.from_numpy(rng.uniform(math.log(1.2), math.log(4.5), options.batch))).float()
        ratio = torch.exp2(torch.from_numpy(rng.uniform(0.0, 3.0, options.batch))).float()

        raw = generator.raw_output(net, small, strength, noise)
        d = generator.spend(raw, measure(small, raw, ratio), strength)
        cloaked = (full + transforms.enlarge(d, 2 * SIZE, 2 * SIZE)).clamp(0, 255)
        transform = transforms.draw(rng, SIZE)
        with torch.no_grad():
            clean_view = transform(full)
        view = transform(cloaked)
        loss, shifts = 0.0, {}
        for name, encoder in encoders.items():
            if name == "taef2":  # the dear one: every second step, one picture
                if step % 2:
                    continue
                shift = relative_shift(encoder, clean_view[:1], view[:1])
            else:
                shift = relative_shift(encoder, clean_view, view)
            weight = 2.0 if name == "taef2" else 1.0
            loss = loss - weight * (torch.log(shift + 1e-4) + 0.5 * shift).mean()
            shifts[name] = shift.mean().item()
        angular, overall = regularity(raw)
        # Irregular enough is enough: below these the texture is free to be band-limited.
        uneven = options.angular * (angular * _CHANNELS).sum(1).mean() + options.overall * (F.relu(overall - 2.0) * _CHANNELS).sum(1).mean()
        loss = loss + uneven * len(encoders)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        keep = min(0.99, step / (step + 20))
        with torch.no_grad():
            for key, value in net.state_dict().items():
                average[key].lerp_(value, 1 - keep)
        shifts |= {"angular": (angular * _CHANNELS).sum(1).mean().item(), "overall": overall.mean().item(), "rms": d.detach().square().mean().sqrt().item()}
        for key, value in shifts.items():
            seen[key] = value if key not in seen else 0.98 * seen[key] + 0.02 * value
        if step % 50 == 0:
            print(f"{step} {time.time() - started:.0f}s " + " ".join(f"{k} {v:.3f}" for k, v in sorted(seen.items())) + f" cpu {time.process_time():.0f}", flush=True)
        if time.time() - saved_at > 120:
            save()
            saved_at = time.time()
            measure = Visibility.open()  # it may have been refitted meanwhile
    save()


if __name__ == "__main__":
    main()
