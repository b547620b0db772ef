"""Model packs: one safetensors file whose metadata holds the layer list. Reads, writes and runs them in PyTorch.

This interpreter shares no code with the product's engine. The evaluation uses it as the outside implementation.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file

FORMAT = 1
METADATA_KEY = "cloakroom"


def write(path, manifest, tensors, half=True):
    """Write a pack. Float tensors become F16 when `half`; the file appears whole or not at all."""
    manifest = {"format": FORMAT, **manifest}
    stored = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach().to(torch.float16 if half else torch.float32)
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name} does not fit F16: convert with half=False")
        stored[name] = tensor.contiguous().clone()
    path = Path(path)
    beside = path.with_name(path.name + ".part")
    save_file(stored, str(beside), metadata={METADATA_KEY: json.dumps(manifest, separators=(",", ":"))})
    beside.replace(path)


def read(path):
    """Return (manifest, tensors as float32)."""
    with safe_open(str(path), framework="pt") as file:
        manifest = json.loads(file.metadata()[METADATA_KEY])
        scales = manifest.get("quantised", {})
        tensors = {}
        for name in file.keys():
            tensor = file.get_tensor(name)
            if tensor.dtype == torch.uint8:
                tensor = tensor.float() * scales[name]["scale"] + scales[name]["min"]
            tensors[name] = tensor.float()
    return manifest, tensors


class Network(torch.nn.Module):
    """A pack as a PyTorch module. Input: N×C×H×W in 0..1 (RGB). Output: the last layer's."""

    def __init__(self, manifest, tensors):
        super().__init__()
        self.manifest = manifest
        self.layers = manifest["layers"]
        # Buffers may not hold dots in their names.
        for name, tensor in tensors.items():
            self.register_buffer(_slot(name), tensor, persistent=False)
        given = manifest["input"]
        self.register_buffer("input_mean", torch.tensor(given["mean"]).float().view(1, -1, 1, 1), persistent=False)
        self.register_buffer("input_std", torch.tensor(given["std"]).float().view(1, -1, 1, 1), persistent=False)

    @classmethod
    def open(cls, path):
        return cls(*read(path)).eval()

    def tensor(self, name):
        return getattr(self, _slot(name)) if name else None

    def forward(self, picture):
        values = {"input": (picture - self.input_mean.to(picture.dtype)) / self.input_std.to(picture.dtype)}
        last = values["input"]
        for layer in self.layers:
            given = [values[name] for name in layer["in"]] if "in" in layer else [last]
            last = run_layer(self, layer, given)
            if "name" in layer:
                values[layer["name"]] = last
        return last


def _slot(name):
    return "t_" + name.replace(".", "__")


def _sides(padding):
    """Pack order is top, left, bottom, right; PyTorch wants left, right, top, bottom."""
    if isinstance(padding, int):
        return (padding,) * 4
    top, left, bottom, right = padding
    return (left, right, top, bottom)


def _padded(x, layer, value=0.0):
    sides = _sides(layer.get("padding", 0))
    return F.pad(x, sides, value=value) if any(sides) else x


def run_layer(net, layer, given):
    """One layer. `given` are its inputs."""
    op, x = layer["op"], given[0]
    dtype = x.dtype
    weight = net.tensor(layer.get("weight"))
    bias = net.tensor(layer.get("bias"))
    weight = weight.to(dtype) if weight is not None else None
    bias = bias.to(dtype) if bias is not None else None
    match op:
        case "conv":
            padding = layer.get("padding", 0)
            sides = _sides(padding)
            # Equal padding goes to the convolution itself: one copy of the picture less.
            if len(set(sides)) == 1:
                inner, padding = x, sides[0]
            else:
                inner, padding = F.pad(x, sides), 0
            return F.conv2d(inner, weight, bias, layer.get("stride", 1), padding, layer.get("dilation", 1), layer.get("groups", 1))
        case "relu":
            return F.relu(x)
        case "leaky_relu":
            return F.leaky_relu(x, layer["slope"])
        case "prelu":
            return F.prelu(x, weight.flatten())
        case "max_pool":
            return F.max_pool2d(_padded(x, layer, float("-inf")), layer["size"], layer["stride"], ceil_mode=layer.get("ceil", False))
        case "avg_pool":
            return F.avg_pool2d(_padded(x, layer), layer["size"], layer["stride"], ceil_mode=layer.get("ceil", False))
        case "global_avg_pool":
            return x.mean((2, 3), keepdim=True)
        case "add":
            return given[0] + given[1]
        case "sub":
            return given[0] - given[1]
        case "mul":
            return given[0] * given[1]
        case "scale":
            shape = (1, -1) + (1,) * (x.dim() - 2)
            x = x * weight.view(shape)
            return x + bias.view(shape) if bias is not None else x
        case "group_norm":
            return F.group_norm(x, layer["groups"], weight, bias, layer.get("eps", 1e-5))
        case "concat":
            return torch.cat(given, 1)
        case "upsample":
            if layer.get("mode", "nearest") == "nearest":
                return F.interpolate(x, scale_factor=layer["factor"], mode="nearest")
            return F.interpolate(x, scale_factor=layer["factor"], mode="bilinear", align_corners=False)
        case "pixel_shuffle":
            return F.pixel_shuffle(x, layer["factor"])
        case "pixel_unshuffle":
            return F.pixel_unshuffle(x, layer["factor"])
        case "linear":
            return F.linear(x.flatten(1), weight, bias)
        case "tanh":
            scale = layer.get("scale", 1.0)
            return scale * torch.tanh(x / scale)
        case "sigmoid":
            return torch.sigmoid(x)
        case "clamp":
            return x.clamp(layer["min"], layer["max"])
        case "pad":
            return _padded(x, layer)
        case "flatten":
            return x.flatten(1)
        case "l2_normalise":
            return x / x.flatten(1).norm(dim=1).clamp_min(1e-12).view((-1,) + (1,) * (x.dim() - 1))
        case "pad_channels":
            return F.pad(x, (0, 0, 0, 0, 0, layer["to"] - x.shape[1]))
    raise ValueError(f"unknown layer: {op}")
