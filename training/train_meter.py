"""Distil the meters: small encoders whose relative shift predicts that of each family's encoder.

    python train_meter.py pairs --pictures ../../shared/corpus/photos --packs packs --generators run/generator.pt --run run
    python train_meter.py train --family flux2 --run run --minutes 8 --pack ../models/meter-flux2.safetensors
    python train_meter.py judge --packs packs --meters ../models --test ../../shared/corpus/faces ../../shared/corpus/photos --generators run/generator.pt

`pairs` makes the data once (clean pictures, cloaked ones of many kinds and strengths, plain edits; the teachers' latents
beside them). `train` is resumed from run/meter-FAMILY.pt; a new one may begin with the stages of another family's. `judge` measures on pictures that were not trained on.
"""

import argparse
import json
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch

import fit_visibility
import generator
import pack
import pictures
import transforms
from meter import FAMILIES, Meter

SIZE = 256
# Side of the training window in pixels, border left out in latent samples, pixels for each latent sample.
WINDOW = {"flux2": (144, 1, 8), "sana": (224, 0, 32), "sd1": (144, 1, 8)}
TEACHERS = {family: values[0] for family, values in FAMILIES.items()}


def open_teachers(folder):
    out = {}
    for family, name in TEACHERS.items():
        net = pack.Network.open(folder / f"{name}.safetensors").requires_grad_(False)
        out[family] = net.bfloat16().to(memory_format=torch.channels_last) if family == "flux2" else net
    return out


def latent(net, x):
    kind = next(net.buffers()).dtype
    return net((x / 255).to(kind).contiguous(memory_format=torch.channels_last)).float()


def against(rng, encoder, x, steps, limit):
    """A few momentum steps against one encoder, at the working size. x: 1×3×H×W in 0..255."""
    d = torch.from_numpy(rng.normal(size=x.shape).astype(np.float32))
    momentum = torch.zeros_like(d)
    clean = latent(encoder, x)
    for step in range(steps):
        d.requires_grad_(True)
        (latent(encoder, x + d) - clean).square().mean().backward()
        momentum = 0.5 * momentum + d.grad / d.grad.abs().mean()
        d = (d.detach() + momentum.sign() * limit * 0.5 * (1 - step / steps)).clamp(-limit, limit)
    return d


def changes(rng, full, small, teachers, generators, seeded):
    """Cloaked versions of one picture (at twice the working size, 0..255), by kind."""
    side = full.shape[-1]
    x = small
    out = {}
    net, measure = generators[rng.integers(len(generators))]
    strength = torch.tensor([math.exp(rng.uniform(math.log(0.8), math.log(5.0)))])
    with torch.no_grad():
        d = generator.perturb(net, measure, x, strength, float(2 ** rng.uniform(0, 3)), seeded)
    out["generator"] = d
    kind = rng.random()
    if kind < 0.65:
        family = ("sana", "sd1")[rng.integers(2)] if kind < 0.45 else "flux2"
        steps = int(rng.integers(2, 9)) if family != "flux2" else int(rng.integers(2, 5))
        out["steps"] = against(rng, teachers[family], x, steps, rng.uniform(1, 7))
        if rng.random() < 0.4:  # from the generator's result on, as refine does
            out["steps"] = 0.6 * out["steps"] + 0.6 * d
    texture = fit_visibility.texture(rng, x.shape[-1], [], None, kinds=6) * 2 ** rng.uniform(-0.5, 2.6)
    out["noise"] = torch.from_numpy(texture).permute(2, 0, 1)[None]
    return {k: (full + transforms.enlarge(v, side, side)).clamp(0, 255).round() for k, v in out.items()}


def make_pairs(options):
    teachers = open_teachers(options.packs)
    generators = [generator.load(path) for path in options.generators]
    photos = pictures.training(options.pictures)
    file = options.run / "pairs.pt"
    scenes, started = torch.load(file, weights_only=False) if file.exists() else [], time.time()
    for number in range(len(scenes), options.count):
        rng = np.random.default_rng([options.seed, number])  # each scene its own: it goes on where it was ended
        seeded = torch.Generator().manual_seed(options.seed * 100_003 + number)
        full = pictures.sample(rng, photos, 2 * SIZE, made=0.2)
        small = cv2.resize(full, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        full, small = (torch.from_numpy(a.copy()).permute(2, 0, 1)[None].float() for a in (full, small))
        versions = changes(rng, full, small, teachers, generators, seeded)
        transform = transforms.draw(rng, SIZE, fixed=SIZE)
        with torch.no_grad():
            views = {"clean": transform(full), **{k: transform(v) for k, v in versions.items()}}
            if rng.random() < 0.6:
                views["edit"] = transforms.draw(rng, SIZE, fixed=SIZE, still=True)(transforms.shrink(full, SIZE, SIZE))
                views["edit of"] = transforms.shrink(full, SIZE, SIZE)
            batch = torch.cat(list(views.values())).round().clamp(0, 255)
            latents = {family: latent(net, batch).half() for family, net in teachers.items()}
        scenes.append({"kinds": list(views), "pictures": batch.byte(), **latents})
        if number % 25 == 24 or number + 1 == options.count:
            print(f"{number + 1} scenes, {time.time() - started:.0f} s", flush=True)
            torch.save(scenes, file.with_suffix(".part"))
            file.with_suffix(".part").replace(file)


def norms(a, b):
    return (a - b).flatten(1).norm(dim=1) / b.flatten(1).norm(dim=1)


def pairs_of(kinds):
    """Indices (changed, base) inside one scene."""
    base = {"edit": "edit of"}
    return [(kinds.index(k), kinds.index(base.get(k, "clean"))) for k in kinds if k not in ("clean", "edit of")]


def train(options):
    scenes = torch.load(options.run / "pairs.pt", weights_only=False)
    checkpoint = options.run / f"meter-{options.family}.pt"
    torch.manual_seed(options.seed)
    net = Meter(options.family)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.9, 0.99))
    if options.begin:  # what two families see first is much alike
        known = torch.load(options.begin, weights_only=False)["average"]
        alike = {k: v for k, v in known.items() if k in net.state_dict() and v.shape == net.state_dict()[k].shape}
        net.load_state_dict({**net.state_dict(), **alike})
        print(f"{len(alike)} of {len(net.state_dict())} tensors are those of {options.begin}")
    average, step = {k: v.clone() for k, v in net.state_dict().items()}, 0
    rng = np.random.default_rng(options.seed)
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        average, step = saved["average"], saved["step"]
        rng = np.random.default_rng(options.seed + step)
    deviation = torch.cat([s[options.family].float().flatten(2).transpose(0, 1).flatten(1) for s in scenes[:100]], 1).std()
    started, seen = time.time(), None

    def save():
        torch.save({"net": net.state_dict(), "optimiser": optimiser.state_dict(), "average": average, "step": step}, checkpoint)
        whole = Meter(options.family)
        whole.load_state_dict(average)
        whole.export(options.pack)

    while step < options.steps and time.time() - started < options.minutes * 60:
        # The rate falls to its end with the steps or with the time, whichever is nearer.
        progress = max(step / options.steps, (time.time() - started) / (options.minutes * 60))
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 50) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        chosen = [scenes[i] for i in rng.choice(len(scenes), 4, replace=False)]
        # A window of the picture and the same window of the latents; the teacher saw more, so the border is left out.
        side, border, scale = WINDOW[options.family]
        top, left = (int(v) * scale for v in rng.integers(0, (SIZE - side) // scale + 1, 2))
        batch = torch.cat([s["pictures"][:, :, top:top + side, left:left + side] for s in chosen]).float() / 255
        inner = slice(border, side // scale - border)
        truth = torch.cat([s[options.family][:, :, top // scale:(top + side) // scale, left // scale:(left + side) // scale] for s in chosen]).float()
        truth, ours = truth[:, :, inner, inner], net(batch)[:, :, inner, inner]
        changed, base, offset = [], [], 0
        for scene in chosen:
            for a, b in pairs_of(scene["kinds"]):
                changed.append(a + offset)
                base.append(b + offset)
            offset += len(scene["kinds"])
        told, wanted = norms(ours[changed], ours[base]), norms(truth[changed], truth[base])
        keep = wanted > 0.05  # fainter ones are told by nobody
        error = torch.log(told[keep] + 1e-3) - torch.log(wanted[keep] + 1e-3)
        loss = torch.nn.functional.smooth_l1_loss(error, torch.zeros_like(error), beta=0.1)
        loss = loss + 0.3 * ((ours - truth) / deviation).square().mean()
        move, aim = (ours[changed] - ours[base])[keep], (truth[changed] - truth[base])[keep]
        loss = loss + 0.3 * ((move - aim).flatten(1).square().sum(1) / aim.flatten(1).square().sum(1)).clamp(max=3).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        with torch.no_grad():
            hold = min(0.995, step / (step + 20))
            for key, value in net.state_dict().items():
                average[key].lerp_(value, 1 - hold)
        size = error.detach().abs().mean().item()
        seen = size if seen is None else 0.97 * seen + 0.03 * size
        if step % 50 == 0:
            print(f"{options.family} {step} {time.time() - started:.0f}s error {seen:.3f} loss {loss.item():.3f}", flush=True)
        if step % 200 == 0:
            save()
    save()


def judge(options):
    """Relative error of each meter on pictures not trained on, by kind of change; and across families."""
    rng = np.random.default_rng(options.seed + 77)
    seeded = torch.Generator().manual_seed(options.seed + 77)
    teachers = open_teachers(options.packs)
    teachers["flux2"] = pack.Network.open(options.packs / "taef2.safetensors").requires_grad_(False)
    meters = {f: pack.Network.open(options.meters / f"meter-{f}.safetensors").requires_grad_(False) for f in FAMILIES}
    generators = [generator.load(path) for path in options.generators]
    files = sorted(p for folder in options.test for p in folder.iterdir() if p.name.startswith("df_") or p.name in pictures.HELD_OUT)
    rows = []
    files = files[:: max(1, len(files) // options.limit)][: options.limit]
    for path in files:
        whole = pictures.load(path)
        side = min(whole.shape[:2])
        top, left = (whole.shape[0] - side) // 2, (whole.shape[1] - side) // 2
        full = cv2.resize(whole[top:top + side, left:left + side], (2 * SIZE, 2 * SIZE), interpolation=cv2.INTER_AREA)
        small = cv2.resize(full, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        full, small = (torch.from_numpy(a).permute(2, 0, 1)[None].float() for a in (full, small))
        versions = changes(rng, full, small, teachers, generators, seeded)
        transform = transforms.draw(rng, SIZE, fixed=SIZE)
        with torch.no_grad():
            clean = transform(full).round()
            views = {k: transform(v).round() for k, v in versions.items()}
            views["edit"] = transforms.jpeg(clean, 75)
            fresh = [{"kind": kind} for kind in views]
            for family in FAMILIES:
                for who, nets in (("teacher", teachers), ("meter", meters)):
                    base = latent(nets[family], clean)
                    for row, view in zip(fresh, views.values()):
                        row[f"{who} {family}"] = norms(latent(nets[family], view), base).item()
            rows += fresh
    report = {"pictures": len(files), "pairs": len(rows)}
    for family in FAMILIES:
        told, true = (np.array([r[f"{who} {family}"] for r in rows]) for who in ("meter", "teacher"))
        kinds = np.array([r["kind"] for r in rows])
        wrong = np.abs(told / true - 1)
        part = {"mean_error": wrong.mean(), "median_error": np.median(wrong), "bias": np.exp(np.log(told / true).mean()) - 1,
                "within_15_percent": (wrong < 0.15).mean(), "log_correlation": np.corrcoef(np.log(told), np.log(true))[0, 1]}
        part |= {f"mean_error_{k}": wrong[kinds == k].mean() for k in sorted(set(kinds))}
        # Control: the same pictures, judged by the two other families' meters, scaled as well as one number can.
        others = np.exp(np.mean([np.log([r[f"meter {f}"] for r in rows]) for f in FAMILIES if f != family], 0))
        scaled = others * np.exp(np.log(true / others).mean())
        part["left_out_mean_error"] = np.abs(scaled / true - 1).mean()
        # Control: no meter at all, the mean of all pairs.
        part["constant_mean_error"] = np.abs(np.exp(np.log(true).mean()) / true - 1).mean()
        report[family] = {k: round(float(v), 4) for k, v in part.items()}
    print(json.dumps(report, indent=1))
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["pairs", "train", "judge"])
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--packs", type=Path)
    parser.add_argument("--generators", type=Path, nargs="*", default=[])
    parser.add_argument("--run", type=Path, default=Path("run"))
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--family", choices=sorted(FAMILIES))
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--begin", type=Path, help="another family's checkpoint, for the stages that are alike")
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--meters", type=Path)
    parser.add_argument("--test", type=Path, nargs="*")
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.set_flush_denormal(True)
    {"pairs": make_pairs, "train": train, "judge": judge}[options.task](options)


if __name__ == "__main__":
    main()
