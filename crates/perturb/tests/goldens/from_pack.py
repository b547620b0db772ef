"""Writes what PyTorch computes (in float64) for a pack into a copy of it, for tests/real_packs.rs.

    python from_pack.py PACK COPY [SIDE]
"""

import json
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.numpy import save_file


def pads(layer):
    sides = layer.get("padding", 0)
    top, left, bottom, right = [sides] * 4 if isinstance(sides, int) else sides
    return (left, right, top, bottom)


def run(manifest, tensors, x):
    tensor = lambda name: tensors[name] if name else None
    settings = manifest["input"]
    mean = torch.tensor(settings.get("mean") or [0.0] * x.shape[1]).double().view(1, -1, 1, 1)
    std = torch.tensor(settings.get("std") or [1.0] * x.shape[1]).double().view(1, -1, 1, 1)
    last = (x - mean) / std
    values = {"input": last}
    for layer in manifest["layers"]:
        inputs = [values[name] for name in layer["in"]] if layer.get("in") else [last]
        a, op = inputs[0], layer["op"]
        w, b = tensor(layer.get("weight")), tensor(layer.get("bias"))
        each = lambda v: v.view(1, -1, 1, 1)
        if op == "conv":
            a = F.conv2d(F.pad(a, pads(layer)), w, b, layer.get("stride", 1), 0, layer.get("dilation", 1), layer.get("groups", 1))
        elif op == "relu":
            a = F.relu(a)
        elif op == "leaky_relu":
            a = F.leaky_relu(a, layer["slope"])
        elif op == "prelu":
            a = F.prelu(a, w)
        elif op in ("max_pool", "avg_pool"):
            size, ceil = layer["size"], layer.get("ceil", False)
            stride = layer.get("stride") or size
            left, right, top, bottom = pads(layer)
            even = left == right == top == bottom
            if op == "max_pool":
                # PyTorch's own pools pad evenly.
                a = a if even else F.pad(a, (left, right, top, bottom), value=-torch.inf)
                a = F.max_pool2d(a, size, stride, left if even else 0, ceil_mode=ceil)
            else:
                assert even, "uneven padding of means is not compared"
                a = F.avg_pool2d(a, size, stride, left, ceil, layer.get("count_padding", True))
        elif op == "global_avg_pool":
            a = a.mean((2, 3), keepdim=True)
        elif op == "add":
            a = sum(inputs)
        elif op == "sub":
            a = inputs[0] - inputs[1]
        elif op == "mul":
            a = inputs[0] * inputs[1]
        elif op == "scale":
            a = a * each(w) + (each(b) if b is not None else 0)
        elif op == "group_norm":
            a = F.group_norm(a, layer["groups"], w, b, layer.get("eps", 1e-5))
        elif op == "concat":
            a = torch.cat(inputs, 1)
        elif op == "upsample":
            options = {"align_corners": False} if layer["mode"] == "bilinear" else {}
            a = F.interpolate(a, scale_factor=layer["factor"], mode=layer["mode"], **options)
        elif op == "pixel_shuffle":
            a = F.pixel_shuffle(a, layer["factor"])
        elif op == "pixel_unshuffle":
            a = F.pixel_unshuffle(a, layer["factor"])
        elif op == "linear":
            a = F.linear(a.flatten(1), w, b).view(1, -1, 1, 1)
        elif op == "tanh":
            a = layer.get("scale", 1.0) * torch.tanh(a / layer.get("scale", 1.0))
        elif op == "sigmoid":
            a = torch.sigmoid(a)
        elif op == "clamp":
            a = a.clamp(layer["min"], layer["max"])
        elif op == "pad":
            a = F.pad(a, pads(layer))
        elif op == "flatten":
            a = a.flatten(1).view(1, -1, 1, 1)
        elif op == "l2_normalise":
            a = F.normalize(a.flatten(1), dim=1).view(a.shape)
        elif op == "pad_channels":
            a = F.pad(a, (0, 0, 0, 0, 0, layer["to"] - a.shape[1]))
        else:
            raise SystemExit(f"no layer '{op}'")
        last = a
        if layer.get("name"):
            values[layer["name"]] = last
    return last


def main():
    source, target = sys.argv[1:3]
    torch.set_num_threads(1)
    with safe_open(source, "np") as file:
        manifest = json.loads(file.metadata()["cloakroom"])
        raw = {name: file.get_tensor(name) for name in file.keys()}
    tensors = {}
    for name, value in raw.items():
        value = value.astype(np.float64)
        how = manifest.get("quantised", {}).get(name)
        if how:
            value = (value * np.float32(how["scale"]) + np.float32(how["min"]))
        tensors[name] = torch.from_numpy(value)
    settings = manifest["input"]
    multiple = settings.get("multiple", 1)
    side = int(sys.argv[3]) if len(sys.argv) > 3 else -(-128 // multiple) * multiple
    height, width = settings.get("height") or side, settings.get("width") or side
    random = torch.Generator().manual_seed(1)
    x = torch.rand(1, settings["channels"], height, width, generator=random).double().requires_grad_()
    y = run(manifest, tensors, x)
    weight = torch.randn(y.shape, generator=random).double()
    (y * weight).sum().backward()
    golden = {"input": x.detach(), "output": y.detach(), "weight": weight, "gradient": x.grad}
    for key, value in golden.items():
        raw[f"golden.{key}"] = np.ascontiguousarray(value.reshape(-1).float().numpy())
    save_file(raw, target, {"cloakroom": json.dumps(manifest)})


if __name__ == "__main__":
    main()
