"""Makes the goldens of the engine with PyTorch: tiny networks with random weights, their outputs and input gradients.

    python crates/perturb/tests/goldens/make.py

Each golden is a pack (as docs/PACKS.md says) with four more tensors: `golden.input`, `golden.output`, `golden.weight` (the gradient
for the output) and `golden.gradient` (for the input). All is computed in float64 and written as float32; weights are first rounded to float16.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent


class Net:
    """Layers of a manifest, and the same in PyTorch."""

    def __init__(self, name, channels, height, width, mean=None, std=None, seed=0):
        self.name, self.size = name, (channels, height, width)
        self.random = torch.Generator().manual_seed(seed)
        self.layers, self.tensors = [], {}
        self.steps, self.values = [], {}
        self.input = {"channels": channels, "width": width, "height": height}
        if mean is not None:
            self.input |= {"mean": mean, "std": std}
        self.mean, self.std = mean, std

    def draw(self, *shape, scale=1.0):
        return torch.randn(*shape, generator=self.random, dtype=torch.float64) * scale

    def keep(self, name, value):
        value = value.half()
        self.tensors[name] = value.numpy()
        return value.double()

    def add(self, op, run, inputs=None, name=None, **fields):
        layer = {"op": op, **fields}
        if inputs:
            layer["in"] = inputs
        if name:
            layer["name"] = name
        self.layers.append(layer)
        self.steps.append((run, inputs, name))
        return self

    def conv(self, out, inner, kernel=3, stride=1, padding=0, dilation=1, groups=1, bias=True, **more):
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        at = len(self.layers)
        fan = inner * kernel[0] * kernel[1]
        w = self.keep(f"{at}.weight", self.draw(out, inner, *kernel, scale=fan**-0.5))
        b = self.keep(f"{at}.bias", self.draw(out, scale=0.1)) if bias else None
        sides = [padding] * 4 if isinstance(padding, int) else padding
        top, left, bottom, right = sides

        def run(x):
            return F.conv2d(F.pad(x, (left, right, top, bottom)), w, b, stride, 0, dilation, groups)

        fields = {"weight": f"{at}.weight", "stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        if bias:
            fields["bias"] = f"{at}.bias"
        return self.add("conv", run, **fields, **more)

    def vector(self, count, scale=1.0, offset=0.0):
        at = f"{len(self.layers)}.{len(self.tensors)}"
        return at, self.keep(at, self.draw(count, scale=scale) + offset)

    def relu(self, **more):
        return self.add("relu", F.relu, **more)

    def write(self):
        x = torch.rand(1, *self.size, generator=self.random, dtype=torch.float64).float().double().requires_grad_()
        y = x
        if self.mean is not None:
            y = (x - torch.tensor(self.mean).double().view(1, -1, 1, 1)) / torch.tensor(self.std).double().view(1, -1, 1, 1)
        values = {"input": y}
        for run, inputs, name in self.steps:
            y = run(*[values[i] for i in inputs]) if inputs else run(y)
            if name:
                values[name] = y
        weight = self.draw(*y.shape).float().double()
        (y * weight).sum().backward()
        manifest = {"format": 1, "name": self.name, "title": self.name, "kind": "meter", "licence": "CC0-1.0",
                    "source": "random numbers", "origin": "ours", "input": self.input, "layers": self.layers}
        golden = {"input": x.detach(), "output": y.detach(), "weight": weight, "gradient": x.grad}
        tensors = dict(self.tensors) | {
            f"golden.{key}": value[0].reshape(-1).float().numpy() for key, value in golden.items()
        }
        tensors = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
        save_file(tensors, HERE / f"{self.name}.safetensors", {"cloakroom": json.dumps(manifest)})
        print(self.name, tuple(y.shape))


def blocks():
    """An encoder as small ones are built: residual blocks, strides, a pooled branch."""
    net = Net("blocks", 3, 40, 24, seed=1)
    net.conv(24, 3, padding=1, name="a")
    net.conv(24, 24, padding=1).relu().conv(24, 24, padding=1).relu().conv(24, 24, padding=1, name="c")
    net.add("add", lambda a, b: a + b, inputs=["c", "a"]).relu()
    net.conv(40, 24, stride=2, padding=1, bias=False, name="d")
    net.conv(32, 40, kernel=1)
    g, w = net.vector(32, 0.2, 1.0)
    h, b = net.vector(32, 0.2)
    net.add("group_norm", lambda x: F.group_norm(x, 4, w, b), groups=4, weight=g, bias=h)
    net.relu().conv(40, 32, kernel=1, name="e")
    net.add("add", lambda a, b: a + b, inputs=["d", "e"]).relu()
    net.conv(19, 40, padding=1)
    net.write()


def mobile():
    """A face embedder as small ones are built: depthwise convolutions, PReLU, a matrix, a length of 1."""
    net = Net("mobile", 3, 32, 32, mean=[0.5, 0.45, 0.4], std=[0.5, 0.25, 0.2], seed=2)
    net.conv(16, 3, stride=2, padding=1)
    g, w = net.vector(16, 0.1, 0.25)
    net.add("prelu", lambda x: F.prelu(x, w), weight=g, name="a")
    net.conv(32, 16, kernel=1, bias=False)
    g2, w2 = net.vector(32, 0.1, 0.25)
    net.add("prelu", lambda x: F.prelu(x, w2), weight=g2)
    net.conv(32, 1, padding=1, groups=32)
    net.add("leaky_relu", lambda x: F.leaky_relu(x, 0.1), slope=0.1)
    net.conv(16, 32, kernel=1, name="b")
    net.add("add", lambda a, b: a + b, inputs=["a", "b"])
    net.conv(32, 8, kernel=(3, 3), groups=2, stride=2, padding=[1, 1, 1, 1])
    net.conv(32, 1, stride=1, kernel=(8, 8), groups=32)
    net.add("flatten", lambda x: x.flatten(1).view(1, -1, 1, 1))
    at, m = "matrix", net.keep("matrix", net.draw(20, 32, scale=32**-0.5))
    bt, bb = "shift", net.keep("shift", net.draw(20, scale=0.1))
    net.add("linear", lambda x: F.linear(x.flatten(1), m, bb).view(1, -1, 1, 1), weight=at, bias=bt)
    net.add("l2_normalise", lambda x: F.normalize(x, dim=1))
    net.write()


def generator():
    """Pixels into channels and back, dilations, enlargement, tanh."""
    net = Net("generator", 4, 24, 40, seed=3)
    net.add("pixel_unshuffle", lambda x: F.pixel_unshuffle(x, 4), factor=4)
    net.conv(24, 64, padding=1).relu(name="a")
    net.conv(32, 24, stride=2, padding=1).relu()
    net.conv(32, 32, padding=2, dilation=2).relu().conv(24, 32, kernel=1)
    net.add("upsample", lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False), factor=2, mode="bilinear", name="b")
    net.add("concat", lambda a, b: torch.cat([a, b], 1), inputs=["a", "b"])
    net.conv(48, 48, padding=1)
    net.add("pixel_shuffle", lambda x: F.pixel_shuffle(x, 4), factor=4)
    net.add("tanh", lambda x: 0.5 * torch.tanh(x / 0.5), scale=0.5)
    net.write()


def mixed():
    """Everything else."""
    net = Net("mixed", 3, 31, 37, seed=4)
    g, w = net.vector(3, 0.2, 1.0)
    h, b = net.vector(3, 0.2)
    net.add("scale", lambda x: x * w.view(1, -1, 1, 1) + b.view(1, -1, 1, 1), weight=g, bias=h)
    net.conv(18, 3, kernel=(7, 5), stride=3, padding=[2, 3, 1, 0])
    net.add("max_pool", lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True), size=3, stride=2, padding=1, ceil=True, name="a")
    net.conv(18, 18, padding=1)
    net.add("sigmoid", torch.sigmoid, name="b")
    net.add("mul", lambda a, b: a * b, inputs=["a", "b"], name="c")
    net.add("sub", lambda a, b: a - b, inputs=["c", "b"])
    net.add("pad_channels", lambda x: F.pad(x, (0, 0, 0, 0, 0, 5)), to=23)
    net.add("pad", lambda x: F.pad(x, (2, 4, 1, 3)), padding=[1, 2, 3, 4])
    net.add("upsample", lambda x: F.interpolate(x, scale_factor=3, mode="nearest"), factor=3, mode="nearest")
    net.add("avg_pool", lambda x: F.avg_pool2d(x, 3, 2, 1), size=3, stride=2, padding=1)
    net.add("avg_pool", lambda x: F.avg_pool2d(x, 2, 2, 1, ceil_mode=True, count_include_pad=False), size=2, padding=1, ceil=True, count_padding=False)
    net.add("clamp", lambda x: x.clamp(-0.3, 0.4), min=-0.3, max=0.4)
    net.conv(10, 23, kernel=(1, 3), padding=[0, 1, 0, 1])
    net.add("global_avg_pool", lambda x: x.mean((2, 3), keepdim=True))
    net.write()


if __name__ == "__main__":
    torch.set_num_threads(1)
    blocks()
    mobile()
    generator()
    mixed()
