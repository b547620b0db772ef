"""What happens to a photo between the person and the model: resized, compressed, cropped, blurred, smoothed.

Each transform is the same for the clean and the cloaked picture, and lets gradients through. Values are 0..255.
"""

import cv2
import numpy as np
import torch
import torch.nn.functional as F


def enlarge(d, height, width):
    """Bicubic (a = −0.75, half-pixel centres), as the product enlarges."""
    return F.interpolate(d, size=(height, width), mode="bicubic", align_corners=False)


def shrink(x, height, width, mode="bilinear"):
    return F.interpolate(x, size=(height, width), mode=mode, align_corners=False, antialias=True)


class _Straight(torch.autograd.Function):
    """Real codecs forward, identity backward."""

    @staticmethod
    def forward(ctx, x, run):
        out = np.stack([run(p) for p in (x.detach().clamp(0, 255).permute(0, 2, 3, 1).numpy() + 0.5).astype(np.uint8)])
        return torch.from_numpy(out).permute(0, 3, 1, 2).float()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def jpeg(x, quality, subsampling=True):
    """libjpeg forward at this quality, straight through backward."""
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if subsampling else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444

    def run(pixels):
        _, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality), cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling])
        return cv2.imdecode(data, cv2.IMREAD_COLOR)[:, :, ::-1]

    return _Straight.apply(x, run)


def blur(x, sigma):
    radius = max(1, int(2.5 * sigma + 0.5))
    at = torch.arange(-radius, radius + 1, dtype=torch.float32)
    kernel = torch.exp(-at * at / (2 * sigma * sigma))
    kernel = kernel / kernel.sum()
    x = F.pad(x, (radius, radius, 0, 0), mode="replicate")
    x = sum(kernel[i] * x[..., i:x.shape[-1] - 2 * radius + i] for i in range(2 * radius + 1))
    x = F.pad(x, (0, 0, radius, radius), mode="replicate")
    return sum(kernel[i] * x[..., i:x.shape[-2] - 2 * radius + i, :] for i in range(2 * radius + 1))


def smooth(x, strength):
    """A differentiable stand-in for a denoiser: a 5×5 bilateral average (spatial σ 1.5, range σ `strength`)."""
    padded = F.pad(x, (2, 2, 2, 2), mode="replicate")
    h, w = x.shape[2:]
    total, weight = torch.zeros_like(x), torch.zeros_like(x[:, :1])
    for i in range(5):
        for j in range(5):
            near = padded[:, :, i:i + h, j:j + w]
            far = (near - x).square().mean(1, keepdim=True)
            k = torch.exp(-far / (2 * strength ** 2)) * float(np.exp(-((i - 2) ** 2 + (j - 2) ** 2) / 4.5))
            total, weight = total + k * near, weight + k
    return total / weight


def draw(rng, size, fixed=None, still=False):
    """Random transform for pictures at twice the working scale (about 1080 px for a photo worked on at 512).

    Returns a function from N×3×2s×2s to what the encoder is given, sides multiples of 32. `fixed` sets that side.
    `still`: the picture is already what the encoder is given, and only the last steps are drawn.
    """
    steps, first = [], rng.random()
    offset = tuple(int(v) for v in rng.integers(0, 33, 2))
    side = 2 * size - 32
    zoom = 1.0
    if rng.random() < 0.4:
        zoom = rng.uniform(1.1, 2.4)
        inner = max(64, int(side / zoom))
        offset = tuple(int(v) for v in rng.integers(0, 2 * size - inner + 1, 2))
        side = inner
    quality, sampling = int(rng.integers(60, 93)), rng.random() < 0.7
    if rng.random() < 0.55:  # upload: compressed near 1080 px
        steps.append(lambda x: jpeg(x, quality, sampling))
    out = int(rng.choice([192, 224, 256, 288] if zoom == 1.0 else [192, 224, 256])) * size // 256 // 32 * 32
    out = fixed or out
    mode = "bilinear" if rng.random() < 0.5 else "bicubic"

    def view(x):
        x = x[:, :, offset[0]:offset[0] + side, offset[1]:offset[1] + side]
        return shrink(x, out, out, mode) if out <= side else enlarge(x, out, out)

    steps = [] if still else [*steps, view]
    kind = rng.random()
    if kind < 0.18:  # down and up again
        ratio = rng.uniform(0.45, 0.9)
        inner = int(out * ratio)
        steps.append(lambda x: enlarge(shrink(x, inner, inner), out, out))
    elif kind < 0.30:
        sigma = rng.uniform(0.4, 1.2)
        steps.append(lambda x: blur(x, sigma))
    elif kind < 0.45:
        strength = rng.uniform(6, 20)
        steps.append(lambda x: smooth(x, strength))
    if first < 0.3:
        last = int(rng.integers(60, 93))
        steps.append(lambda x: jpeg(x, last, True))

    def run(both):
        for step in steps:
            both = step(both)
        return both.clamp(0, 255)

    return run
