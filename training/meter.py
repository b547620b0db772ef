"""The meters: small encoders of our own whose relative shift predicts that of a family's encoder.

A meter is written as a pack's layer list and trained as such, so that what is trained is what is shipped.
"""

import math

import torch

import pack

# Family: (teacher pack, title, widths of the stages from 1/4 of the size down, residual blocks in each, output channels)
FAMILIES = {
    "flux2": ("taef2", "FLUX.2 meter", [56, 64], [1, 2], 32),
    "sana": ("taesana", "Sana meter", [56, 64, 64, 64], [1, 2, 1, 1], 32),
    "sd1": ("vaelight", "Stable Diffusion 1.x meter", [32, 48], [1, 1], 4),
}


def layers(widths, blocks, out):
    """Pixel-unshuffle 4, then one stage per width: a convolution (stride 2 but for the first), ReLU, residual blocks; a head."""
    made, shapes = [{"op": "pixel_unshuffle", "factor": 4}], {}

    def conv(key, before, after, **more):
        shapes[key] = (after, before, 3, 3)
        made.append({"op": "conv", "weight": f"{key}.weight", "bias": f"{key}.bias", "padding": 1, **more})

    before = 48
    for stage, (width, count) in enumerate(zip(widths, blocks)):
        conv(f"s{stage}", before, width, **({"stride": 2} if stage else {}))
        last = f"a{stage}"
        made.append({"op": "relu", "name": last})
        for block in range(count):
            name = f"s{stage}b{block}"
            conv(f"{name}a", width, width, **{"in": [last]})
            made.append({"op": "relu"})
            conv(f"{name}b", width, width, name=f"{name}c")
            made += [{"op": "add", "in": [last, f"{name}c"]}, {"op": "relu", "name": f"{name}o"}]
            last = f"{name}o"
        before = width
    conv("head", before, out)
    return made, shapes


class Meter(torch.nn.Module):
    def __init__(self, family):
        super().__init__()
        self.family = family
        teacher, title, widths, blocks, out = FAMILIES[family]
        made, shapes = layers(widths, blocks, out)
        self.multiple = 4 * 2 ** (len(widths) - 1)
        self.manifest = {
            "name": f"meter-{family}", "title": title, "family": family, "kind": "meter", "licence": "MIT OR Apache-2.0",
            "source": f"distilled by training/train_meter.py from {teacher}", "origin": "ours",
            "input": {"channels": 3, "width": 0, "height": 0, "multiple": self.multiple, "mean": [0.5] * 3, "std": [0.5] * 3},
            "layers": made,
        }
        self.weights = torch.nn.ParameterDict()
        for name, shape in shapes.items():
            scale = math.sqrt(2 / (shape[1] * 9)) * (0.3 if name.endswith("b") else 1)
            self.weights[f"{name}.weight".replace(".", "__")] = torch.nn.Parameter(torch.randn(shape) * scale)
            self.weights[f"{name}.bias".replace(".", "__")] = torch.nn.Parameter(torch.zeros(shape[0]))

    def tensor(self, name):
        return self.weights[name.replace(".", "__")] if name else None

    def forward(self, x):
        """x: N×3×H×W in 0..1."""
        values, last = {}, (x - 0.5) / 0.5
        for layer in self.manifest["layers"]:
            given = [values[n] for n in layer["in"]] if "in" in layer else [last]
            last = pack.run_layer(self, layer, given)
            if "name" in layer:
                values[layer["name"]] = last
        return last

    def export(self, path):
        pack.write(path, self.manifest, {k.replace("__", "."): v for k, v in self.weights.items()})
