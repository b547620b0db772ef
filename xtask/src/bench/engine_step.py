"""The same steps in PyTorch: forward and input gradient of the layout of TAEF2's encoder, random weights, channels last.

    python engine_step.py SIDE STEPS

Prints CPU-seconds and seconds a step, and the most memory resident, in bytes.
"""

import resource
import sys
import time

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, pooled):
        super().__init__()
        conv = lambda: nn.Conv2d(64, 64, 3, padding=1)
        self.conv = nn.Sequential(conv(), nn.ReLU(), conv(), nn.ReLU(), conv())
        self.pool = None
        if pooled:
            wide, narrow = nn.Conv2d(64, 256, 1, bias=False), nn.Conv2d(256, 64, 1, bias=False)
            self.pool = nn.Sequential(wide, nn.GroupNorm(4, 256), nn.ReLU(), narrow)

    def forward(self, x):
        if self.pool is not None:
            x = x + self.pool(x)
        return torch.relu(self.conv(x) + x)


def encoder():
    layers = [nn.Conv2d(3, 64, 3, padding=1), Block(False)]
    for stage in range(3):
        layers.append(nn.Conv2d(64, 64, 3, stride=2, padding=1, bias=False))
        layers += [Block(stage == 2) for _ in range(3)]
    return nn.Sequential(*layers, nn.Conv2d(64, 32, 3, padding=1))


def main():
    side, steps = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    net = encoder().eval().requires_grad_(False).to(memory_format=torch.channels_last)
    x = torch.rand(1, 3, side, side).to(memory_format=torch.channels_last).requires_grad_()

    def step():
        y = net(x)
        torch.autograd.grad(y, x, y.detach())

    step()
    used = resource.getrusage(resource.RUSAGE_SELF)
    started = time.time()
    for _ in range(steps):
        step()
    wall = (time.time() - started) / steps
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = (after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime) / steps
    print(f"{cpu:.4f} {wall:.4f} {after.ru_maxrss * 1024}")


if __name__ == "__main__":
    main()
