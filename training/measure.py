"""What the evaluation measures, and with which control: the definitions, in PyTorch, Pillow and OpenCV.

*Shift* of an encoder E under a view T: ‖E(T(cloaked)) − E(T(original))‖ / ‖E(T(original))‖. Its control is noise with the
cloak's energy at full size and its grain (made at the working size, enlarged the same way). The calibration is what JPEG at
quality 75 does to the original alone.
"""

import io

import cv2
import numpy as np
import torch
from PIL import Image

import butteraugli
import pack

WORKING_SIDE = 512
MULTIPLE = 32
UPLOAD_SIDE = 1080
UPLOAD_QUALITY = 75


def working_size(width, height):
    """Long side 512 (never larger than the picture), sides the nearest multiples of 32, as the product works."""
    long = max(width, height)
    wanted = min(long, WORKING_SIDE)
    out = []
    for side in (width, height):
        scaled = (side * wanted + long // 2) // long
        out.append(max(MULTIPLE, min((scaled + MULTIPLE // 2) // MULTIPLE * MULTIPLE, side // MULTIPLE * MULTIPLE)))
    return tuple(out)


def resized(pixels, size):
    return np.asarray(Image.fromarray(pixels).resize(size, Image.BICUBIC))


def jpeg(pixels, quality=UPLOAD_QUALITY):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def at_upload_size(pixels):
    """1080 px on the long side where it is longer."""
    height, width = pixels.shape[:2]
    long = max(width, height)
    wanted = min(long, UPLOAD_SIDE)
    if wanted == long:
        return pixels
    return resized(pixels, tuple(max(1, (side * wanted + long // 2) // long) for side in (width, height)))


def uploaded(pixels):
    """1080 px on the long side, then JPEG q75: what most sites do."""
    return jpeg(at_upload_size(pixels))


def cropped(pixels):
    """The middle 60 % of each side."""
    height, width = pixels.shape[:2]
    top, left = height // 5, width // 5
    return pixels[top:height - top, left:width - left]


def denoised(pixels):
    """OpenCV's non-local means on the three channels together, h = 10, 7×7 patches in 21×21."""
    return cv2.fastNlMeansDenoising(np.ascontiguousarray(pixels), None, 10, 7, 21)


def halved(pixels):
    height, width = pixels.shape[:2]
    return resized(resized(pixels, (max(1, width // 2), max(1, height // 2))), (width, height))


def views(pixels, size):
    """All views of one picture, at the working size of the whole picture. The first four are those of the product's report."""
    at, sent = resized(pixels, size), uploaded(pixels)
    return {
        "as_is": at,
        "after_upload": resized(sent, size),
        "after_denoise": denoised(at),
        "after_crop": resized(cropped(pixels), size),
        "after_half": halved(at),
        "after_upload_half": halved(resized(sent, size)),
        "after_upload_denoise": denoised(resized(sent, size)),
    }


def tensor(pixels):
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None].float() / 255


def noise_like(original, cloaked, size, seed):
    """Normal noise made at the working size, enlarged to full size, with the energy that the cloak has there. uint8.

    Grey stays grey, as the cloak of a grey picture does.
    """
    height, width = original.shape[:2]
    energy = np.sqrt(np.mean((cloaked.astype(np.float32) - original) ** 2))
    noise = np.random.default_rng(seed).normal(size=(size[1], size[0], 3)).astype(np.float32)
    if np.ptp(original, axis=2).max() == 0:
        noise = np.repeat(noise[:, :, :1], 3, 2)
    planes = [np.asarray(Image.fromarray(noise[:, :, c]).resize((width, height), Image.BICUBIC)) for c in range(3)]
    noise = np.stack(planes, 2)
    noise *= energy / (np.sqrt(np.mean(noise ** 2)) + 1e-9)
    for _ in range(2):  # clamping and rounding change the energy a little
        out = np.clip(original + noise, 0, 255).round()
        noise *= energy / (np.sqrt(np.mean((out - original) ** 2)) + 1e-9)
    return np.clip(original + noise, 0, 255).round().astype(np.uint8)


def encoders(folder, names):
    return {name: pack.Network.open(folder / f"{name}.safetensors").requires_grad_(False) for name in names}


@torch.no_grad()
def shifts(nets, original, cloaked, seed):
    """All numbers of one pair. Returns {encoder: {view: {shift, noise}, jpeg_alone}}."""
    height, width = original.shape[:2]
    size = working_size(width, height)
    noisy = noise_like(original, cloaked, size, seed)
    seen = {who: views(pixels, size) for who, pixels in (("original", original), ("cloaked", cloaked), ("noise", noisy))}
    uncoded, coded = resized(at_upload_size(original), size), resized(uploaded(original), size)
    out = {}
    for name, net in nets.items():
        base = net(tensor(uncoded))
        told = {"jpeg_alone": ((net(tensor(coded)) - base).norm() / base.norm()).item()}
        for view in seen["original"]:
            clean = net(tensor(seen["original"][view]))
            told[view] = {
                key: ((net(tensor(seen[who][view])) - clean).norm() / clean.norm()).item() for key, who in (("shift", "cloaked"), ("noise", "noise"))
            }
        out[name] = told
    return out


def visibility(original, cloaked):
    return butteraugli.distance(original, cloaked)[0]


def summary(rows):
    """Means over pictures, with ratios: {encoder: {view: {shift, noise, ratio, kept}}}. `kept` is against as_is."""
    out = {}
    for name in rows[0]:
        told = {"jpeg_alone": float(np.mean([r[name]["jpeg_alone"] for r in rows]))}
        for view in (v for v in rows[0][name] if v != "jpeg_alone"):
            shift, noise, first = (np.array([f(r[name]) for r in rows]) for f in (lambda t: t[view]["shift"], lambda t: t[view]["noise"], lambda t: t["as_is"]["shift"]))
            told[view] = {"shift": shift.mean(), "noise": noise.mean(), "ratio": shift.mean() / noise.mean(), "kept": shift.mean() / first.mean(),
                          "worst_ratio": (shift / noise).min()}
        out[name] = {k: v if isinstance(v, float) else {a: round(float(b), 4) for a, b in v.items()} for k, v in told.items()}
    return out
