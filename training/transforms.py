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


def denoise(x, moves, h=10.0):
    """Non-local means (7×7 patches) over some displacements of its 21×21 window only, given as (down, right) in −10..10.

    The weights are taken as given backward: what is left is an average, whose gradient is cheap.
    """
    reach, (height, width) = 10, x.shape[2:]
    padded = F.pad(x, (reach, reach, reach, reach), mode="reflect")
    own = len(moves) / 440  # the picture itself counts once among all 441
    total, weight = own * x, own
    for down, right in moves:
        moved = padded[:, :, reach + down:reach + down + height, reach + right:reach + right + width]
        with torch.no_grad():
            apart = F.avg_pool2d(F.pad((x - moved).square().mean(1, keepdim=True), (3, 3, 3, 3), mode="reflect"), 7, 1)
            near = torch.exp(-apart / h ** 2)
        total, weight = total + near * moved, weight + near
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
    whole = rng.random()
    if whole < 0.3:  # seen at the very size that it was worked on at
        offset, side = (0, 0), 2 * size
    elif whole < 0.7:
        zoom = rng.uniform(1.1, 2.2)
        inner = max(64, int(side / zoom))
        offset = tuple(int(v) for v in rng.integers(0, 2 * size - inner + 1, 2))
        side = inner
    quality, sampling = int(rng.integers(60, 93)), rng.random() < 0.7
    if rng.random() < 0.6:  # upload: compressed near 1080 px
        steps.append(lambda x: jpeg(x, quality, sampling))
    out = int(rng.choice([192, 224, 256])) * size // 256 // 32 * 32
    out = fixed or (size // 32 * 32 if whole < 0.3 else out)
    mode = "bilinear" if rng.random() < 0.5 else "bicubic"

    def view(x):
        x = x[:, :, offset[0]:offset[0] + side, offset[1]:offset[1] + side]
        return shrink(x, out, out, mode) if out <= side else enlarge(x, out, out)

    steps = [] if still else [*steps, view]
    kind = rng.random()
    if kind < 0.20:  # down and up again
        ratio = rng.uniform(0.4, 0.85)
        inner = int(out * ratio)
        steps.append(lambda x: enlarge(shrink(x, inner, inner), out, out))
    elif kind < 0.28:
        sigma = rng.uniform(0.4, 1.2)
        steps.append(lambda x: blur(x, sigma))
    elif kind < 0.34:
        strength = rng.uniform(6, 20)
        steps.append(lambda x: smooth(x, strength))
    elif kind < 0.46:
        moves = [m for m in map(tuple, rng.integers(-10, 11, (24, 2)).tolist()) if m != (0, 0)]
        steps.append(lambda x: denoise(x, moves))
    if first < 0.3:
        last = int(rng.integers(60, 93))
        steps.append(lambda x: jpeg(x, last, True))

    def run(both):
        for step in steps:
            both = step(both)
        return both.clamp(0, 255)

    return run
