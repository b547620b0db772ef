"""The product's own path in Python: work at 512, enlarge bicubically, fit the strength to butteraugli's 3-norm at full size.

For choosing between generators, and for the comparison with iterated steps. The figures of the cards are of files that the
`cloakroom` binary wrote.
"""

import numpy as np
import torch
from PIL import Image

import butteraugli
import generator
import measure
import transforms


def enlarged(d, size):
    return np.stack([np.asarray(Image.fromarray(plane).resize(size, Image.BICUBIC)) for plane in d], 2)


def fitted(original, make, target, rounds=4):
    """The cloaked picture whose 3-norm is `target` (3 %). `make(t)` gives the change at strength t, 3×h×w at working size."""
    height, width = original.shape[:2]
    strength, seen = target, []
    for _ in range(rounds):
        cloaked = np.clip(original + enlarged(make(strength), (width, height)), 0, 255).round().astype(np.uint8)
        value = butteraugli.distance(original, cloaked)[0]
        seen.append((abs(np.log(value / target)), cloaked, value, strength))
        if seen[-1][0] < 0.03:
            break
        strength *= (target / value) ** 0.95
    return min(seen, key=lambda s: s[0])[1:]


def by_generator(net, measure_p, original, target, seed=1):
    """(cloaked, 3-norm, strength)."""
    height, width = original.shape[:2]
    size = measure.working_size(width, height)
    ratio = max(width, height) / max(size)
    x = torch.from_numpy(measure.resized(original, size).copy()).permute(2, 0, 1)[None].float()

    def make(strength):
        with torch.no_grad():
            d = generator.perturb(net, measure_p, x, torch.tensor([float(strength)]), ratio, torch.Generator().manual_seed(seed))
        return d[0].numpy()

    return fitted(original, make, target)


def by_steps(nets, measure_p, original, target, steps=40, start=None, seed=1):
    """Momentum steps (0.5, falling) on the encoders, scaled to a fixed P after each: what a generator replaces."""
    height, width = original.shape[:2]
    size = measure.working_size(width, height)
    ratio = max(width, height) / max(size)
    x = torch.from_numpy(measure.resized(original, size).copy()).permute(2, 0, 1)[None].float()
    rng = np.random.default_rng(seed)
    d = torch.from_numpy(rng.normal(size=x.shape).astype(np.float32)) if start is None else torch.from_numpy(start[None].copy())
    weights = measure_p.weights(x, ratio)
    momentum = torch.zeros_like(d)
    at = {name: latent_of(net, x) for name, net in nets.items()}
    for step in range(steps):
        d = d * (target / measure_p(x, d, weights=weights)).view(-1, 1, 1, 1)
        d = d.detach().requires_grad_(True)
        transform = _eot(rng)
        gain = 0.0
        for name, net in nets.items():
            with torch.no_grad():
                clean = at[name] if transform is None else latent_of(net, transform(x))
            moved = latent_of(net, x + d if transform is None else transform(x + d))
            shift = (moved - clean).norm() / clean.norm()
            gain = gain + torch.log(shift + 1e-4) + 0.5 * shift
        visible = torch.log(measure_p(x, d, weights=weights)).sum()
        along, = torch.autograd.grad(gain, d, retain_graph=False)
        away, = torch.autograd.grad(visible, d)
        # Steepest ascent at constant P: the part of the gradient that only makes it more visible is taken out.
        away = away / (away.norm() + 1e-12)
        along = along - (along * away).sum() * away
        momentum = 0.5 * momentum + along / along.abs().mean()
        # Steps are as large as P allows at each place: the weights of the finest level say where.
        room = 1 / weights[1].mean(1, keepdim=True)
        room = torch.nn.functional.interpolate(room, size=x.shape[2:], mode="bilinear", align_corners=False)
        room = room / room.mean()
        rate = 0.8 * (1 - step / steps) + 0.05
        d = d.detach() + rate * momentum.sign() * room * min(1.0, target / 1.6)
    d = d * (target / measure_p(x, d, weights=weights)).view(-1, 1, 1, 1)
    final = d.detach()[0].numpy()
    return fitted(original, lambda t: generator.CAP * np.tanh(final * (t / target) / generator.CAP), target)


def latent_of(net, x):
    kind = next(net.buffers()).dtype
    return net((x / 255).to(kind)).float()


def _eot(rng):
    """Expectation over what happens to a photo, at the working size."""
    kind = rng.random()
    if kind < 0.25:
        return None
    if kind < 0.6:
        quality = int(rng.integers(60, 93))
        return lambda v: transforms.jpeg(v, quality)
    if kind < 0.8:
        ratio = rng.uniform(0.5, 0.95)
        return lambda v: transforms.enlarge(transforms.shrink(v, max(32, int(v.shape[2] * ratio)), max(32, int(v.shape[3] * ratio))), *v.shape[2:])
    if kind < 0.9:
        sigma = rng.uniform(0.4, 1.2)
        return lambda v: transforms.blur(v, sigma)
    zoom = rng.uniform(1.1, 1.9)

    def crop(v):
        h, w = int(v.shape[2] / zoom), int(v.shape[3] / zoom)
        top, left = (v.shape[2] - h) // 2, (v.shape[3] - w) // 2
        return transforms.enlarge(v[:, :, top:top + h, left:left + w], *v.shape[2:])

    return crop
