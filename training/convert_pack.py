"""Make model packs from other people's encoders and recognisers.

    python convert_pack.py --models ../../shared/models --out packs            # all that are there
    python convert_pack.py --models ../../shared/models --out packs --only taef2

Weights are kept as they are (F16 where the original is F16, else F32 unless --half). The licence stays with the pack.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

import pack


def block(layers, prefix, source, pooled=False):
    """TAESD's residual block: (x [+ pooled branch]) → conv, ReLU, conv, ReLU, conv, + x, ReLU."""
    start = source
    if pooled:
        layers += [
            {"op": "conv", "in": [source], "weight": f"{prefix}.pool.0.weight"},
            {"op": "group_norm", "groups": 4, "weight": f"{prefix}.pool.1.weight", "bias": f"{prefix}.pool.1.bias", "eps": 1e-5},
            {"op": "relu"},
            {"op": "conv", "name": f"{prefix}p", "weight": f"{prefix}.pool.3.weight"},
            {"op": "add", "name": f"{prefix}s", "in": [source, f"{prefix}p"]},
        ]
        start = f"{prefix}s"
    for index, inner in enumerate((0, 2, 4)):
        layer = {"op": "conv", "weight": f"{prefix}.conv.{inner}.weight", "bias": f"{prefix}.conv.{inner}.bias", "padding": 1}
        if index == 0:
            layer["in"] = [start]
        if index == 2:
            layer["name"] = f"{prefix}c"
        layers.append(layer)
        if index < 2:
            layers.append({"op": "relu"})
    layers += [{"op": "add", "in": [f"{prefix}c", start]}, {"op": "relu", "name": f"{prefix}o"}]
    return f"{prefix}o"


def tiny_encoder(steps):
    """Layer list of a TAESD-style encoder from (index, kind) steps."""
    layers, last = [], "input"
    for index, kind in steps:
        if kind in ("block", "pooled"):
            last = block(layers, str(index), last, kind == "pooled")
            continue
        layer = {"op": "conv", "in": [last], "weight": f"{index}.weight", "padding": 1, "name": f"{index}o"}
        if "bias" in kind:
            layer["bias"] = f"{index}.bias"
        if "down" in kind:
            layer["stride"] = 2
        if "relu" in kind:
            layer.pop("name")
            layers += [layer, {"op": "relu", "name": f"{index}o"}]
        else:
            layers.append(layer)
        last = f"{index}o"
    return layers


def plain_input(multiple, channels=3, mean=0.0, std=1.0, size=0):
    each = lambda v: list(v) if isinstance(v, (list, tuple)) else [v] * channels
    return {"channels": channels, "width": size, "height": size, "multiple": multiple, "mean": each(mean), "std": each(std)}


def taef2(models):
    tensors = torch.load(models / "taef2_encoder.pth", map_location="cpu", weights_only=True)
    steps = [(0, "bias"), (1, "block"), (2, "down")] + [(i, "block") for i in (3, 4, 5)] + [(6, "down")]
    steps += [(i, "block") for i in (7, 8, 9)] + [(10, "down")] + [(i, "pooled") for i in (11, 12, 13)] + [(14, "bias")]
    manifest = {
        "name": "taef2", "title": "FLUX.2 (tiny encoder)", "family": "flux2", "kind": "latent", "licence": "MIT",
        "source": "madebyollin/taesd, taef2_encoder.pth", "origin": "pack", "input": plain_input(8), "layers": tiny_encoder(steps),
    }
    return manifest, tensors, True


def taesana(models):
    tensors = torch.load(models / "taesana_encoder.pth", map_location="cpu", weights_only=True)
    steps = [(0, "down bias relu"), (2, "down bias relu"), (4, "block"), (5, "down")] + [(i, "block") for i in (6, 7, 8)]
    steps += [(9, "down")] + [(i, "block") for i in (10, 11, 12)] + [(13, "down")] + [(i, "block") for i in (14, 15, 16)] + [(17, "bias")]
    manifest = {
        "name": "taesana", "title": "Sana (tiny encoder)", "family": "sana", "kind": "latent", "licence": "MIT",
        "source": "madebyollin/taesd, taesana_encoder.pth", "origin": "pack", "input": plain_input(32), "layers": tiny_encoder(steps),
    }
    return manifest, tensors, True


def vaelight(models):
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(models / "vaelight_sd1_encoder.onnx")).graph
    tensors = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    layers = []
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        layer = {"name": node.output[0], "in": [node.input[0]]}
        if node.op_type == "Conv":
            kernel = attributes["kernel_shape"][0]
            same = attributes.get("auto_pad") == b"SAME_UPPER"
            layer |= {"op": "conv", "weight": node.input[1], "bias": node.input[2], "stride": attributes["strides"][0],
                      "padding": (kernel - 1) // 2 if same else 0}
        elif node.op_type == "LeakyRelu":
            layer |= {"op": "leaky_relu", "slope": round(attributes["alpha"], 6)}
        elif node.op_type == "AveragePool":
            layer |= {"op": "avg_pool", "size": attributes["kernel_shape"][0], "stride": attributes["strides"][0], "padding": 0}
        elif node.op_type == "Add":
            layer |= {"op": "add", "in": list(node.input)}
        else:
            raise ValueError(f"unexpected node: {node.op_type}")
        layers.append(layer)
    manifest = {
        "name": "vaelight", "title": "Stable Diffusion 1.x (small encoder)", "family": "sd1", "kind": "latent",
        "licence": "see the repository", "source": "Graphnull/VAElight, VAEencoder.onnx", "origin": "pack",
        "input": plain_input(8, mean=0.5, std=0.5), "layers": layers,
    }
    return manifest, tensors, False


def fold(weight, gamma, beta, mean, var, eps):
    """Batch norm after a convolution or linear layer without bias, folded into it."""
    factor = gamma / torch.sqrt(var + eps)
    return weight * factor.view(-1, *([1] * (weight.dim() - 1))), beta - mean * factor


def mobilefacenet_a(models):
    state = torch.load(models / "foamliu_mobilefacenet.pt", map_location="cpu", weights_only=True)
    tensors, layers = {}, []

    def conv(key, norm, padding=0, stride=1, depthwise=False, name=None, source=None, bias=None):
        weight, shift = fold(state[f"{key}.weight"], *(state[f"{norm}.{n}"] for n in ("weight", "bias", "running_mean", "running_var")), 1e-5)
        if bias is not None:
            factor = state[f"{norm}.weight"] / torch.sqrt(state[f"{norm}.running_var"] + 1e-5)
            shift = shift + bias * factor
        tensors[f"{key}.weight"], tensors[f"{key}.bias"] = weight, shift
        layer = {"op": "conv", "weight": f"{key}.weight", "bias": f"{key}.bias", "padding": padding, "stride": stride}
        if depthwise:
            layer["groups"] = weight.shape[0]
        if name:
            layer["name"] = name
        if source:
            layer["in"] = [source]
        layers.append(layer)

    relu6 = {"op": "clamp", "min": 0, "max": 6}
    conv("conv1.0", "conv1.1", 1, 2)
    layers.append(relu6)
    conv("dw_conv.depthwise", "dw_conv.bn1", 1, 1, True)
    layers.append({"op": "relu"})
    conv("dw_conv.pointwise", "dw_conv.bn2")
    layers.append({"op": "relu", "name": "b"})
    last = "b"
    strides = [2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1]
    for index, stride in enumerate(strides):
        key = f"features.{index}.conv"
        conv(f"{key}.0.0", f"{key}.0.1", source=last)
        layers.append(relu6)
        conv(f"{key}.1.0", f"{key}.1.1", 1, stride, True)
        layers.append(relu6)
        conv(f"{key}.2", f"{key}.3", name=f"f{index}")
        before, last = last, f"f{index}"
        if stride == 1:
            layers.append({"op": "add", "in": [before, last], "name": f"r{index}"})
            last = f"r{index}"
    conv("conv2.0", "conv2.1", source=last)
    layers.append(relu6)
    conv("gdconv.depthwise", "gdconv.bn", 0, 1, True)
    conv("conv3", "bn", bias=state["conv3.bias"])
    layers += [{"op": "flatten"}, {"op": "l2_normalise"}]
    manifest = {
        "name": "mobilefacenet-a", "title": "MobileFaceNet (foamliu)", "family": "mobilefacenet", "kind": "recogniser",
        "licence": "Apache-2.0", "source": "foamliu/MobileFaceNet, weights/mobilefacenet.pt", "origin": "pack",
        "input": plain_input(1, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225), size=112),
        "threshold": 0.641, "metric": "cosine", "crop": "arcface", "layers": layers,
    }
    return manifest, tensors, False


def mobilefacenet_b(models):
    raw = np.fromfile(models / "liguiyuan_mobilefacenet.bin", dtype="<f4")
    at = 0

    def take(count):
        nonlocal at
        part = torch.from_numpy(raw[at:at + count].copy())
        at += count
        return part

    lines = (models / "liguiyuan_mobilefacenet.param").read_text().splitlines()[2:]
    nodes = []
    for line in lines:
        words = line.split()
        kind, name, inputs, outputs = words[0], words[1], int(words[2]), int(words[3])
        blobs = words[4:4 + inputs + outputs]
        options = dict(w.split("=") for w in words[4 + inputs + outputs:])
        nodes.append((kind, name, blobs[:inputs], blobs[inputs:], {int(k): float(v) for k, v in options.items()}))

    tensors, layers, alias = {}, [], {}
    for kind, name, inputs, outputs, options in nodes:
        inputs = [alias.get(i, i) for i in inputs]
        if kind in ("Input",):
            alias[outputs[0]] = "input"
        elif kind == "Split":
            for output in outputs:
                alias[output] = inputs[0]
        elif kind == "BinaryOp" and 1 in options:
            alias[outputs[0]] = inputs[0]  # (x - 127.5) · 0.0078125: the input normalisation, said in the manifest
        elif kind == "BinaryOp":
            layers.append({"op": "add", "in": inputs, "name": outputs[0]})
        elif kind in ("Convolution", "ConvolutionDepthWise"):
            out, kernel, stride, pad = (int(options[k]) for k in (0, 1, 3, 4))
            groups = int(options.get(7, 1))
            if take(1).view(torch.int32).item() != 0:
                raise ValueError("only F32 ncnn weights are read")
            weight = take(int(options[6])).view(out, -1, kernel, kernel)
            tensors[f"{name}.weight"] = weight
            layers.append({"op": "conv", "in": inputs, "name": outputs[0], "weight": f"{name}.weight", "stride": stride, "padding": pad, "groups": groups})
        elif kind == "BatchNorm":
            slope, mean, var, bias = (take(int(options[0])) for _ in range(4))
            weight = layers[-1]["weight"]
            tensors[weight], shift = fold(tensors[weight], slope, bias, mean, var, options.get(1, 0.0))
            previous = layers[-1].get("bias")
            if previous:
                shift = shift + tensors[previous] * slope / torch.sqrt(var + options.get(1, 0.0))
            layers[-1]["bias"] = weight.replace(".weight", ".bias")
            tensors[layers[-1]["bias"]] = shift
            alias[outputs[0]] = layers[-1]["name"]
        elif kind == "PReLU":
            tensors[f"{name}.weight"] = take(int(options[0]))
            layers.append({"op": "prelu", "in": inputs, "name": outputs[0], "weight": f"{name}.weight"})
        elif kind == "InnerProduct":
            if take(1).view(torch.int32).item() != 0:
                raise ValueError("only F32 ncnn weights are read")
            out = int(options[0])
            tensors[f"{name}.weight"] = take(int(options[2])).view(out, -1)
            tensors[f"{name}.bias"] = take(out)
            layers.append({"op": "linear", "in": inputs, "name": outputs[0], "weight": f"{name}.weight", "bias": f"{name}.bias"})
        else:
            raise ValueError(f"unexpected layer: {kind}")
    if at != raw.size:
        raise ValueError(f"{raw.size - at} values were left over")
    layers.append({"op": "l2_normalise"})
    manifest = {
        "name": "mobilefacenet-b", "title": "MobileFaceNet (liguiyuan)", "family": "mobilefacenet", "kind": "recogniser",
        "licence": "none stated", "source": "liguiyuan/mobilefacenet-ncnn", "origin": "pack",
        "input": plain_input(1, mean=0.5, std=128 / 255, size=112), "threshold": 0.599, "metric": "cosine", "crop": "arcface", "layers": layers,
    }
    return manifest, tensors, False


KNOWN = {"taef2": taef2, "taesana": taesana, "vaelight": vaelight, "mobilefacenet-a": mobilefacenet_a, "mobilefacenet-b": mobilefacenet_b}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True, help="folder with the original files")
    parser.add_argument("--out", type=Path, required=True, help="folder for the packs")
    parser.add_argument("--only", choices=sorted(KNOWN), nargs="*")
    parser.add_argument("--half", action="store_true", help="store everything as F16")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.only or KNOWN:
        manifest, tensors, half = KNOWN[name](options.models)
        target = options.out / f"{name}.safetensors"
        pack.write(target, manifest, tensors, half or options.half)
        print(f"{target}: {len(manifest['layers'])} layers, {sum(t.numel() for t in tensors.values()):,} numbers")


if __name__ == "__main__":
    main()
