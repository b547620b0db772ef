"""The one-shot generator: picture and strength in, perturbation out.

    d = soft cap( raw · t / P(x, raw, enlargement) )

`raw` is the network's output; P (visibility.py) sets how visible the result is, so that the network cannot buy effect
with visibility. The fourth input plane holds ln t plus uniform noise from −½ to ½ per pixel, from the seed: it is what
makes the texture irregular on plain backgrounds.
"""

import torch
import torch.nn.functional as F
from torch import nn

import pack
from visibility import Visibility

CAP = 8.0  # 1/255 units
NOISE = 0.5  # half-width of the noise on the strength plane


class Residual(nn.Module):
    def __init__(self, channels, dilation=1):
        super().__init__()
        self.a = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.b = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return F.relu(x + self.b(F.relu(self.a(x))))


class Generator(nn.Module):
    """384,016 parameters at the default widths; convolution and ReLU at a quarter and an eighth of the size."""

    def __init__(self, wide=48, deep=64):
        super().__init__()
        self.stem = nn.Conv2d(4 * 16, wide, 3, padding=1)
        self.first = Residual(wide)
        self.down = nn.Conv2d(wide, deep, 3, stride=2, padding=1)
        self.middle = nn.ModuleList([Residual(deep, d) for d in (1, 2, 4)])
        self.narrow = nn.Conv2d(deep, wide, 1)
        self.last = Residual(wide)
        self.head = nn.Conv2d(wide, 3 * 16, 3, padding=1)
        nn.init.zeros_(self.head.bias)  # else the start is a comb of period 4
        for part in [self.first, *self.middle, self.last]:
            nn.init.zeros_(part.b.bias)
            with torch.no_grad():
                part.b.weight.mul_(0.3)

    def forward(self, planes):
        x = F.relu(self.stem(F.pixel_unshuffle(planes, 4)))
        skip = self.first(x)
        x = F.relu(self.down(skip))
        for part in self.middle:
            x = part(x)
        x = F.interpolate(self.narrow(x), scale_factor=2, mode="bilinear", align_corners=False) + skip
        return torch.tanh(F.pixel_shuffle(self.head(self.last(x)), 4))

    def layers(self):
        """The same network as a pack's layer list."""
        conv = lambda key, **more: {"op": "conv", "weight": f"{key}.weight", "bias": f"{key}.bias", "padding": 1, **more}
        out = [{"op": "pixel_unshuffle", "factor": 4}, conv("stem"), {"op": "relu", "name": "x0"}]

        def residual(name, source, result, dilation=1):
            out.extend([
                conv(f"{name}.a", padding=dilation, dilation=dilation, **{"in": [source]}), {"op": "relu"},
                conv(f"{name}.b", name=f"{result}r"), {"op": "add", "in": [source, f"{result}r"]}, {"op": "relu", "name": result},
            ])

        residual("first", "x0", "skip")
        out.extend([conv("down", stride=2), {"op": "relu", "name": "m0"}])
        for index, dilation in enumerate((1, 2, 4)):
            residual(f"middle.{index}", f"m{index}", f"m{index + 1}", dilation)
        out.extend([conv("narrow", padding=0), {"op": "upsample", "factor": 2, "mode": "bilinear", "name": "u"},
                    {"op": "add", "in": ["u", "skip"], "name": "j"}])
        residual("last", "j", "k")
        out.extend([conv("head"), {"op": "pixel_shuffle", "factor": 4}, {"op": "tanh", "scale": 1.0}])
        return out


def raw_output(net, x, strength, seeded):
    """The network's output for x (0..255) and strength (N); the noise comes from the torch generator `seeded`."""
    noise = (torch.rand((x.shape[0], 1, *x.shape[2:]), generator=seeded) * 2 - 1) * NOISE
    plane = torch.log(strength).view(-1, 1, 1, 1) + noise
    return net(torch.cat([x / 255, plane], 1))


def spend(raw, visible, strength):
    """raw · t / P, then the soft cap. `visible` is P(x, raw)."""
    d = raw * (strength / visible.clamp_min(1e-6)).view(-1, 1, 1, 1)
    return CAP * torch.tanh(d / CAP)


def perturb(net, measure, x, strength, ratio, seeded):
    raw = raw_output(net, x, strength, seeded)
    return spend(raw, measure(x, raw, ratio), strength)


def export(net, path, families, source="trained by training/train_generator.py"):
    """Write the network as a pack. Its family is the list of the families that it was trained against."""
    tensors = {name: value for name, value in net.state_dict().items()}
    manifest = {
        "name": "generator", "title": "Cloakroom one-shot generator", "family": " ".join(families), "kind": "generator", "licence": "MIT OR Apache-2.0",
        "source": source, "origin": "ours",
        "input": {"channels": 4, "width": 0, "height": 0, "multiple": 8, "mean": [0, 0, 0, 0], "std": [1, 1, 1, 1]},
        "layers": net.layers(),
    }
    pack.write(path, manifest, tensors)


def load(path):
    """(network, P) from a training checkpoint: the averaged weights."""
    saved = torch.load(path, map_location="cpu", weights_only=False)
    net = Generator()
    net.load_state_dict(saved["average"])
    return net.eval().requires_grad_(False), Visibility.open()
