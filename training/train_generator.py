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
from visibility import Visibility, norm

FAMILY = {"taef2": "flux2", "taesana": "sana", "vaelight": "sd1"}
LINES_OF_NOISE = 0.12
INNER = 80  # of the crop, where lines are looked for without the border
# Every how many steps a teacher is asked, and which of them.
EVERY = {"taesana": 2, "vaelight": 2, "taef2": 2}
EVERY_FROM = {"taesana": 0, "vaelight": 0, "taef2": 1}
F_SIDE = 224  # what of a view FLUX.2's encoder is given
# Working crop; the photo is given at twice that. The network sees about 100 px around: smaller crops would hold nothing but its border, and it
# learned to be irregular there only.
SIZE = 320


def teachers(folder, names):
    """Frozen encoders in bfloat16, which is faster."""
    opened = {name: pack.Network.open(folder / f"{name}.safetensors").requires_grad_(False) for name in names}
    return {name: net.bfloat16().to(memory_format=torch.channels_last) for name, net in opened.items()}


def latent(net, x):
    kind = next(net.buffers()).dtype
    return net((x / 255).to(kind).contiguous(memory_format=torch.channels_last)).float()


def relative_shift(net, clean, cloaked):
    """‖E(cloaked) − E(clean)‖ / ‖E(clean)‖ for each picture."""
    with torch.no_grad():
        base = latent(net, clean)
    return (latent(net, cloaked) - base).flatten(1).norm(dim=1) / base.flatten(1).norm(dim=1)


def composed(rng, photos, side):
    """One picture, side×side×3 uint8; now and then a part of it is another picture, so that plain and busy share a budget."""
    whole = pictures.sample(rng, photos, side)
    if rng.random() < 0.3:
        wide, high = (int(v) for v in rng.integers(side // 3, side, 2))
        left, top = int(rng.integers(0, side - wide + 1)), int(rng.integers(0, side - high + 1))
        whole = whole.copy()
        whole[top:top + high, left:left + wide] = pictures.sample(rng, photos, side)[top:top + high, left:left + wide]
    return whole


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




def borders(d, side=32):
    """The strips along the upper and lower edge, and, turned, those along the left and right: 2N pictures."""
    across = torch.cat([d[:, :, :side], d[:, :, -side:]], 2)
    down = torch.cat([d[..., :side], d[..., -side:]], 3).transpose(2, 3)
    return torch.cat([across, down])


def plainness(x):
    """1 where the picture is plain, 0 where it is busy: by the luminance's standard deviation in 9×9. N×1×h×w."""
    y = F.pad(x.mean(1, keepdim=True), (4, 4, 4, 4), mode="replicate")
    spread = F.avg_pool2d(y.square(), 9, 1) - F.avg_pool2d(y, 9, 1).square()
    return torch.exp(-spread.clamp_min(0).sqrt() / 3)


def regularity(d, side=64, hop=32):
    """How far a texture is from noise, per picture and channel: its power's concentration over directions and over frequencies.

    Lines, combs and gratings hold the power of a ring of frequencies in a few directions; irregular texture spreads it. Every
    ring counts by the root of its share, or faint lines would hide beside strong colour. Both are 0 for noise.
    """
    power = spectrum(d, side, hop)
    radius, inside = rings(side)
    many, ring = len(d) * 3, radius[inside]
    flat = power[:, :, inside].flatten(0, 1)
    count = torch.zeros(33).index_add_(0, ring, torch.ones(len(ring)))
    total = torch.zeros(many, 33).index_add_(1, ring, flat)
    square = torch.zeros(many, 33).index_add_(1, ring, flat.square())
    share = (total / (total.sum(1, keepdim=True) + 1e-6) + 1e-6).sqrt()
    lines = torch.log(square * count / (total.square() + 1e-9) + 1e-6)
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
    parser.add_argument("--steps", type=int, help="end at this step")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--schedule-from", type=int, default=0, help="the step at which the learning rate begins to fall")
    parser.add_argument("--schedule-steps", type=int, default=12000, help="steps over which it falls")
    parser.add_argument("--weights", type=float, nargs="*", default=[0.5, 1.0, 2.5], help="of the teachers' shifts")
    parser.add_argument("--energy", type=float, default=1.0, help="weight of the logarithm of the change's root mean square")
    parser.add_argument("--plain", type=float, default=0.4, help="how much more a change counts as visible where the picture is plain")
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
    net = generator.Generator().to(memory_format=torch.channels_last)
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

    while time.time() - started < options.minutes * 60 and step != options.steps:
        progress = min(1.0, max(0.0, (step - options.schedule_from) / options.schedule_steps))
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
        full = composed(rng, photos, 2 * SIZE)
        small = cv2.resize(full, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        full, small = (torch.from_numpy(a).permute(2, 0, 1)[None].float() for a in (full, small))
        strength = torch.tensor([math.exp(rng.uniform(math.log(0.9), math.log(3.5)))])
        ratio = torch.tensor([2 ** rng.uniform(0.0, 3.0)])

        with torch.autocast("cpu", torch.bfloat16):
            raw = generator.raw_output(net, small, strength, noise)
        raw = raw.float()
        d = generator.spend(raw, measure(small, raw * (1 + options.plain * plainness(small)), ratio), strength)
        cloaked = (full + transforms.enlarge(d, 2 * SIZE, 2 * SIZE)).clamp(0, 255)
        transform = transforms.draw(rng, SIZE)
        with torch.no_grad():
            clean_view = transform(full)
        view = transform(cloaked)
        loss, shifts = 0.0, {}
        for name, share in zip(encoders, options.weights, strict=True):
            every = EVERY[name] if len(encoders) > 1 else 1
            if step % every != EVERY_FROM[name] % every:
                continue
            clean, moved = clean_view, view
            if name == "taef2":  # the dear one is given a part of the view, as large as can be: where it is plain must count for more
                side = min(F_SIDE, view.shape[2])
                top, left = (int(v) for v in rng.integers(0, view.shape[2] - side + 1, 2) // 8 * 8)
                clean, moved = (v[:, :, top:top + side, left:left + side] for v in (clean_view, view))
            shift = relative_shift(encoders[name], clean, moved)
            share *= every
            loss = loss - share * (torch.log(shift + 1e-4) + 0.5 * shift).mean()
            shifts[name] = shift.mean().item()
        # Noise of the same energy is what the effect is held against: effect, not energy, is to be bought with visibility.
        loss = loss + options.energy * 0.5 * torch.log(d.square().mean() + 1e-4)
        # Within, where the network sees no border, and along the border, each for itself.
        angular, overall = regularity(raw[..., INNER:-INNER, INNER:-INNER], 32, 16)
        edge, _ = regularity(borders(raw), 32, 16)
        # Irregular enough is enough: below these the texture is free to be band-limited.
        uneven = options.angular * ((angular * _CHANNELS).sum(1).mean() + (edge * _CHANNELS).sum(1).mean()) + options.overall * (F.relu(overall - 2.0) * _CHANNELS).sum(1).mean()
        loss = loss + uneven * len(encoders)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        keep = min(0.997, step / (step + 20))
        with torch.no_grad():
            for key, value in net.state_dict().items():
                average[key].lerp_(value, 1 - keep)
        shifts |= {"angular": (angular * _CHANNELS).sum(1).mean().item(), "edge": (edge * _CHANNELS).sum(1).mean().item(), "overall": overall.mean().item(), "rms": d.detach().square().mean().sqrt().item()}
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
