"""P: a small, differentiable measure of how visible a change is, fitted to butteraugli's 3-norm.

`models/visibility.json` holds the numbers, `models/visibility.md` the exact definition; the product has the same
measure in Rust. All values are sRGB codes 0..255. The numbers of the JSON are used as they are (F32).
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

FILE = Path(__file__).resolve().parent.parent / "models" / "visibility.json"
LEVELS = 5  # bands 0..4; level 5 is the low-pass rest
OCTAVES = 9  # gains are known at octaves 0..8, between them linearly, outside held

# Factors on the fitted gains, per channel: butteraugli forgives blotches of blue and yellow that the eye sees on skin.
EYE = (1.0, 1.3, 2.0)

# Opponent channels of sRGB codes: luminance, red-green, blue-yellow.
OPPONENT = ((0.299, 0.587, 0.114), (0.5, -0.5, 0.0), (-0.25, -0.25, 0.5))


def blur(x):
    """[1 4 6 4 1]/16 down and across, edges repeated. Same size."""
    x = F.pad(x, (2, 2, 0, 0), mode="replicate") if x.shape[-1] > 0 else x
    w = x.shape[-1] - 4
    x = (x[..., 0:w] + x[..., 4:w + 4] + 4 * (x[..., 1:w + 1] + x[..., 3:w + 3]) + 6 * x[..., 2:w + 2]) / 16
    x = F.pad(x, (0, 0, 2, 2), mode="replicate")
    h = x.shape[-2] - 4
    return (x[..., 0:h, :] + x[..., 4:h + 4, :] + 4 * (x[..., 1:h + 1, :] + x[..., 3:h + 3, :]) + 6 * x[..., 2:h + 2, :]) / 16


def halve(x):
    """Every second sample of what `blur` gave."""
    return x[..., ::2, ::2]


def double(x, like):
    """Each sample four times, cut to the size of `like`."""
    return x.repeat_interleave(2, -2).repeat_interleave(2, -1)[..., :like.shape[-2], :like.shape[-1]]


def opponent(x):
    matrix = torch.tensor(OPPONENT, dtype=x.dtype, device=x.device)
    return torch.einsum("oc,nchw->nohw", matrix, x)


class Visibility(torch.nn.Module):
    """`P(x, d, enlargement)` for a batch: the butteraugli 3-norm that d would have on x once both are enlarged."""

    def __init__(self, numbers=None):
        super().__init__()
        numbers = numbers or {}
        start = lambda name, value: torch.nn.Parameter(torch.tensor(numbers.get(name, value), dtype=torch.float32))
        self.gain = start("gain", [[0.10] * OCTAVES, [0.20] * OCTAVES, [0.05] * OCTAVES])  # per channel and octave
        self.mask_luma = start("mask_luma", [0.10, 0.10, 0.10])  # masking by luminance activity, per channel
        self.mask_own = start("mask_own", [0.0, 0.05, 0.05])  # masking by the channel's own activity
        self.mask_finer = start("mask_finer", 0.5)  # how much of the finer level's activity counts
        self.mask_power = start("mask_power", 0.7)
        self.dark_offset = start("dark_offset", 0.2)
        self.dark_power = start("dark_power", [0.3, 0.3, 0.3])

    @classmethod
    def open(cls, path=FILE, which="numbers"):
        """`which`: "numbers" to use, "fitted" without the eye's factors, as close to butteraugli as it gets."""
        return cls(json.loads(Path(path).read_text())[which]).requires_grad_(False)

    def numbers(self):
        """The numbers as they are stored: rounded to six significant digits."""
        tidy = lambda v: [tidy(i) for i in v] if isinstance(v, list) else float(f"{v:.6g}")
        return {name: tidy(value.tolist()) for name, value in self.named_parameters()}

    def for_the_eye(self):
        """The numbers to use: the fitted gains times EYE."""
        out = self.numbers()
        out["gain"] = [[float(f"{g * factor:.6g}") for g in row] for row, factor in zip(out["gain"], EYE)]
        return out

    @torch.no_grad()
    def keep_sane(self):
        """Keeps the numbers in their range while they are fitted."""
        for name, value in self.named_parameters():
            value.clamp_(min=1e-3 if name in ("gain", "dark_offset") else 1e-5)
        self.mask_power.clamp_(0.2, 1.2)
        self.mask_own[0] = 0.0

    def gains(self, level, octave_shift):
        """Gain of each channel for one level, N×3×1×1. `octave_shift` is log2 of the enlargement, N."""
        at = (level + octave_shift).clamp(0, OCTAVES - 1)
        low = at.floor().long().clamp(max=OCTAVES - 2)
        part = (at - low).unsqueeze(0)
        value = self.gain[:, low] * (1 - part) + self.gain[:, low + 1] * part
        return value.t().unsqueeze(-1).unsqueeze(-1)

    def weights(self, x, enlargement):
        """What each level's change is multiplied with before squaring. Depends on the picture alone."""
        shift = torch.log2(torch.as_tensor(enlargement, dtype=torch.float32)).expand(x.shape[0])
        g, finer, out = opponent(x), None, []
        for level in range(LEVELS + 1):
            low = blur(g)
            band = (g - low if level < LEVELS else torch.zeros_like(g)).abs()
            activity = blur(blur(band))
            luma = activity[:, :1]
            if finer is not None:
                luma = luma + self.mask_finer * finer
            masked = 1 + self.mask_luma.view(1, 3, 1, 1) * luma + self.mask_own.view(1, 3, 1, 1) * activity
            dark = (g[:, :1].clamp(0, 255) / 255 + self.dark_offset) / (0.5 + self.dark_offset)
            dark = torch.exp(-self.dark_power.view(1, 3, 1, 1) * torch.log(dark))
            out.append(self.gains(level, shift) * dark * torch.exp(-self.mask_power * torch.log(masked)))
            finer, g = halve(blur(luma)), halve(low)
        return out

    def map(self, d, weights):
        """The visibility map at half size (before the root)."""
        g, parts = opponent(d), []
        for level in range(LEVELS + 1):
            low = blur(g) if level < LEVELS else None
            band = g - low if level < LEVELS else g
            parts.append((band * weights[level]).square().sum(1, keepdim=True))
            g = halve(low) if level < LEVELS else None
        total = parts[LEVELS]
        for level in range(LEVELS - 1, 0, -1):
            total = parts[level] + double(total, parts[level])
        return total + halve(blur(parts[0]))

    def forward(self, x, d, enlargement=1.0, weights=None):
        weights = weights if weights is not None else self.weights(x, enlargement)
        return norm(self.map(d, weights))


def norm(squared):
    """Mean of the 3-, 6- and 12-norms of the map, as butteraugli's "3-norm" is. The largest value is taken out first."""
    flat = squared.flatten(1)
    peak = flat.amax(1, keepdim=True).clamp_min(1e-12)
    ratio = flat / peak + 1e-12
    total = sum((ratio ** (p / 2)).mean(1) ** (1 / p) for p in (3, 6, 12)) / 3
    return peak.squeeze(1).sqrt() * total
