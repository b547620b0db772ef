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


def uploaded(pixels):
    """1080 px on the long side where it is larger, then JPEG q75: what most sites do."""
    height, width = pixels.shape[:2]
    scale = UPLOAD_SIDE / max(width, height)
    if scale < 1:
        pixels = resized(pixels, (max(1, round(width * scale)), max(1, round(height * scale))))
    return jpeg(pixels)


def cropped(pixels, share=0.6):
    height, width = pixels.shape[:2]
    top, left = round(height * (1 - share) / 2), round(width * (1 - share) / 2)
    return pixels[top:height - top, left:width - left]


def denoised(pixels):
    """OpenCV's non-local means, h = 10 for lightness and colour, 7×7 patches in 21×21."""
    return cv2.fastNlMeansDenoisingColored(np.ascontiguousarray(pixels), None, 10, 10, 7, 21)


def halved(pixels):
    height, width = pixels.shape[:2]
    return resized(resized(pixels, (max(1, width // 2), max(1, height // 2))), (width, height))


def views(pixels, size):
    """All views of one picture, at the working size of the whole picture."""
    at = resized(pixels, size)
    sent = resized(uploaded(pixels), size)
    return {
        "as_is": at,
        "after_upload": sent,
        "after_half": resized(halved(uploaded(pixels)), size),
        "after_crop": resized(cropped(pixels), size),
        "after_crop_upload": resized(cropped(uploaded(pixels)), size),
        "after_denoise": denoised(sent),
    }


def tensor(pixels):
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None].float() / 255


def noise_like(original, cloaked, size, seed):
    """Normal noise made at the working size, enlarged to full size, with the energy that the cloak has there. uint8."""
    height, width = original.shape[:2]
    energy = np.sqrt(np.mean((cloaked.astype(np.float32) - original) ** 2))
    noise = np.random.default_rng(seed).normal(size=(size[1], size[0], 3)).astype(np.float32)
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
def shifts(nets, original, cloaked, seed, grey_control=True):
    """All numbers of one pair. Returns {encoder: {view: {shift, noise}, jpeg_alone}}."""
    height, width = original.shape[:2]
    size = working_size(width, height)
    noisy = noise_like(original, cloaked, size, seed)
    seen = {who: views(pixels, size) for who, pixels in (("original", original), ("cloaked", cloaked), ("noise", noisy))}
    plain = {"as_is": resized(original, size), "jpeg": resized(jpeg(original), size)}
    out = {}
    for name, net in nets.items():
        base = net(tensor(plain["as_is"]))
        told = {"jpeg_alone": ((net(tensor(plain["jpeg"])) - base).norm() / base.norm()).item()}
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
