"""The figures of the cloak, outside the product: other code, the original networks, real codecs.

    python evaluate.py pairs --packs packs ORIGINAL CLOAKED [ORIGINAL CLOAKED …] [--report report.json] [--out figures.json]
    python evaluate.py set --packs packs --binary cloakroom --strength light --photos DIR [--refine] --out figures.json
    python evaluate.py generator --packs packs --checkpoint run/generator.pt --target 1.6 --photos DIR [--steps 40]
    python evaluate.py faces --packs packs --people DIR --cloaked DIR [--out figures.json]

`pairs` measures files that the product wrote, and with --report checks that the product's own report says the same
within 5 %. `set` lets the product cloak a folder first. `generator` takes the same path in Python, for choosing weights, and
with --steps beside iterated steps at equal visibility. `faces` gives match rates, cloaked against other photos of the
same person. Every figure stands beside its control; a ratio below 1.3 is marked and nothing is claimed of it.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image, ImageOps

import measure
import pack
import pictures

ENCODERS = ("taef2", "taesana", "vaelight")
CLAIM = 1.3  # a claim below this many times its control is not made


def load(path):
    """Upright H×W×3 uint8."""
    return np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))


def photos(options):
    """Pictures that were not trained on."""
    out = []
    for folder in options.photos:
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in (".jpg", ".png") and path.name not in pictures.training_names():
                width, height = Image.open(path).size
                if max(width, height) >= options.side_min:
                    out.append(path)
    return out[:: max(1, len(out) // options.limit)][: options.limit]


def one(nets, original, cloaked, seed):
    row = measure.shifts(nets, original, cloaked, seed)
    return row, measure.visibility(original, cloaked)


def show(rows, seen, title):
    told = measure.summary(rows)
    print(f"\n{title}: {len(rows)} pictures, butteraugli 3-norm {np.mean(seen):.2f} ({min(seen):.2f} to {max(seen):.2f})")
    print(f"{'encoder':10} {'view':18} {'shift':>6} {'noise':>6} {'ratio':>6} {'worst':>6} {'kept':>6}")
    for name, views in told.items():
        for view, figures in views.items():
            if view == "jpeg_alone":
                print(f"{name:10} {'JPEG q75 alone':18} {figures:6.3f}")
                continue
            mark = "" if figures["ratio"] >= CLAIM else "  no claim"
            print(f"{name:10} {view:18} {figures['shift']:6.3f} {figures['noise']:6.3f} {figures['ratio']:6.2f} {figures['worst_ratio']:6.2f} {figures['kept']:6.2f}{mark}")
    return {"pictures": len(rows), "visibility": round(float(np.mean(seen)), 3), "encoders": told}


def agree(report, row, seen):
    """Compares the product's own report with this evaluation. Returns the lines that differ by more than 5 %."""
    report = report.get("measured", report)
    lines = []
    for encoder in report["encoders"]:
        if encoder["name"] not in row:
            continue
        ours = row[encoder["name"]]
        pairs = [("jpeg_alone", encoder["jpeg_alone"], ours["jpeg_alone"])]
        for view in ("as_is", "after_upload", "after_crop", "after_denoise"):
            for key in ("shift", "noise"):
                pairs.append((f"{view}.{key}", encoder[view][key], ours[view][key]))
        lines += [(encoder["name"], *pair) for pair in pairs]
    lines.append(("butteraugli", "3-norm", report["visibility"], seen))
    wrong = 0
    for name, what, theirs, ours in lines:
        apart = abs(theirs - ours) / max(abs(ours), 1e-6)
        wrong += apart > 0.05
        print(f"{name:12} {what:22} report {theirs:7.4f}  here {ours:7.4f}  {100 * apart:5.1f} %{'  DIFFERS' if apart > 0.05 else ''}")
    print("agrees within 5 %" if not wrong else f"{wrong} of {len(lines)} figures differ by more than 5 %")
    return wrong


def pairs(options):
    nets = measure.encoders(options.packs, options.encoders)
    rows, seen = [], []
    for original, cloaked in zip(options.files[::2], options.files[1::2]):
        row, value = one(nets, load(original), load(cloaked), options.seed)
        rows.append(row)
        seen.append(value)
    out = show(rows, seen, "files")
    wrong = agree(json.loads(options.report.read_text()), rows[0], seen[0]) if options.report else 0
    return out | {"differs": wrong}


def cloak_set(options):
    """Runs the product on each photo, then measures its files."""
    nets = measure.encoders(options.packs, options.encoders)
    rows, seen = [], []
    with tempfile.TemporaryDirectory() as folder:
        for path in photos(options):
            out = (options.keep or Path(folder)) / path.stem
            out.mkdir(parents=True, exist_ok=True)
            command = [str(options.binary), "clean", "--cloak", options.strength, *(["--refine"] if options.refine else []), *options.more, "--out", str(out), str(path)]
            done = subprocess.run(command, capture_output=True, text=True)
            made = sorted(p for p in out.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
            if done.returncode or not made:
                print(f"{path.name}: not cloaked ({done.stderr.strip().splitlines()[-1:]})")
                continue
            row, value = one(nets, load(path), load(made[0]), options.seed)
            rows.append(row)
            seen.append(value)
            print(f"{path.name}: 3-norm {value:.2f}", flush=True)
    return show(rows, seen, f"{options.strength}{', refined' if options.refine else ''}")


def by_generator(options):
    """The same path in Python. With --steps, iterated steps at the same visibility as well."""
    import cloaking
    import generator

    nets = measure.encoders(options.packs, options.encoders)
    net, visible = generator.load(options.checkpoint)
    fast = {name: nets[name] for name in nets if name in options.step_on}
    out = {}
    results = {"generator": ([], []), f"{options.steps} steps": ([], [])}
    for path in photos(options):
        original = load(path)
        cloaked, value, strength = cloaking.by_generator(net, visible, original, options.target)
        ways = {"generator": (cloaked, value)}
        if options.steps:
            ways[f"{options.steps} steps"] = cloaking.by_steps(fast, visible, original, options.target, options.steps)[:2]
        for way, (pixels, value) in ways.items():
            results[way][0].append(measure.shifts(nets, original, pixels, options.seed))
            results[way][1].append(value)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(options.keep / f"{path.stem}-{way.replace(' ', '-')}-{options.target}.png")
        print(f"{path.name}: strength {strength:.2f} for 3-norm {ways['generator'][1]:.2f}", flush=True)
    for way, (rows, seen) in results.items():
        if rows:
            out[way] = show(rows, seen, f"{way} at {options.target}")
    return out


def match_rates(options):
    """Match rates of recognisers: each cloaked photo against the other, clean photos of the same person."""
    import faces

    nets = {name: pack.Network.open(options.packs / f"{name}.safetensors").requires_grad_(False) for name in options.recognisers}
    people = [[f"df_img{i}" for i in group] for group in faces.PEOPLE]
    crops = {}
    for stem in sum(people, []):
        original = next((p for p in options.people.iterdir() if p.stem == stem), None)
        # Not another photo whose number begins alike.
        cloaked = next((p for p in sorted(options.cloaked.rglob(f"{stem}*")) if p.is_file() and re.fullmatch(rf"{stem}(\D.*)?", p.stem)), None)
        if original is None:
            continue
        before = load(original)
        points = faces.landmarks(before)
        if points is None:
            continue
        versions = {"clean": before}
        if cloaked is not None:
            versions["cloaked"] = load(cloaked)
            size = measure.working_size(before.shape[1], before.shape[0])
            versions["noise"] = measure.noise_like(before, versions["cloaked"], size, options.seed)
        for way, pixels in versions.items():
            sent = measure.uploaded(pixels)
            scale = sent.shape[1] / pixels.shape[1]
            for view, seen, at in (("as_is", pixels, points), ("after_upload", sent, points * scale), ("after_denoise", measure.denoised(sent), points * scale)):
                for size in (112, 150):
                    crops[stem, way, view, size] = faces.crop(seen, at, size)
    out = {}
    print(f"{'recogniser':22} {'view':14} {'clean':>6} {'noise':>6} {'cloaked':>8} {'distance':>9} pairs")
    for name, net in nets.items():
        manifest = net.manifest
        size = manifest["input"]["width"]
        keys = [k for k in crops if k[3] == size]
        vectors = {k: faces.embed(net, [crops[k]])[0] for k in keys}
        for view in ("as_is", "after_upload", "after_denoise"):
            rates, far = {}, 0.0
            for way in ("clean", "noise", "cloaked"):
                distances = [
                    faces.distance(manifest, vectors[a, way, view, size], vectors[b, "clean", "as_is", size]).item()
                    for group in people for a in group for b in group
                    if a != b and (a, way, view, size) in vectors and (b, "clean", "as_is", size) in vectors and (a, "cloaked", view, size) in vectors
                ]
                rates[way] = float(np.mean([d < manifest["threshold"] for d in distances])) if distances else float("nan")
                far, count = float(np.mean(distances)) if distances else float("nan"), len(distances)
            print(f"{name:22} {view:14} {rates['clean']:6.2f} {rates['noise']:6.2f} {rates['cloaked']:8.2f} {far:9.3f} {count}")
            out.setdefault(name, {})[view] = {k: round(v, 4) for k, v in rates.items()} | {"mean_distance": round(far, 4), "pairs": count}
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["pairs", "set", "generator", "faces"])
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--packs", type=Path, required=True, help="packs made by convert_pack.py from the original networks")
    parser.add_argument("--encoders", nargs="*", default=list(ENCODERS))
    parser.add_argument("--recognisers", nargs="*", default=["mobilefacenet-a", "mobilefacenet-b", "face-api-recogniser"])
    parser.add_argument("--report", type=Path, help="the product's report on the first pair, as JSON")
    parser.add_argument("--binary", type=Path)
    parser.add_argument("--strength", choices=["light", "balanced", "strong"], default="balanced")
    parser.add_argument("--refine", action="store_true")
    parser.add_argument("--more", nargs="*", default=[], help="further arguments for the product")
    parser.add_argument("--photos", type=Path, nargs="*", default=[])
    parser.add_argument("--limit", type=int, default=12)
    parser.add_argument("--side-min", type=int, default=700)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--target", type=float, default=1.6)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--step-on", nargs="*", default=list(ENCODERS))
    parser.add_argument("--people", type=Path)
    parser.add_argument("--cloaked", type=Path)
    parser.add_argument("--keep", type=Path, help="keep the cloaked files here")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_intermixed_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.set_flush_denormal(True)
    result = {"pairs": pairs, "set": cloak_set, "generator": by_generator, "faces": match_rates}[options.task](options)
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if result.get("differs") else 0


if __name__ == "__main__":
    raise SystemExit(main())
