"""What must hold: packs run as the modules do, P is of degree one, views keep their sizes, controls have the cloak's energy."""

import tempfile
from pathlib import Path

import numpy as np
import torch

import generator
import measure
import meter
import pack
import pictures
import train_generator
import transforms
from visibility import Visibility


def test_the_generator_runs_as_a_pack():
    torch.manual_seed(0)
    net = generator.Generator()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "g.safetensors"
        generator.export(net, path, ["sana"])
        planes = torch.rand(1, 4, 64, 96)
        assert (pack.Network.open(path)(planes) - net(planes)).abs().max() < 2e-3  # F16
    assert sum(p.numel() for p in net.parameters()) <= 500_000


def test_meters_run_as_packs():
    for family in meter.FAMILIES:
        net = meter.Meter(family)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "m.safetensors"
            net.export(path)
            x = torch.rand(1, 3, 64, 96)
            ours, theirs = net(x), pack.Network.open(path)(x)
            assert (ours - theirs).norm() / ours.norm() < 2e-3


def test_visibility_is_of_degree_one_and_depends_on_what_is_underneath():
    measure_p = Visibility.open()
    torch.manual_seed(1)
    plain, busy = torch.full((1, 3, 96, 80), 128.0), torch.rand(1, 3, 96, 80) * 255
    d = torch.randn(1, 3, 96, 80)
    assert torch.isclose(measure_p(plain, 3 * d), 3 * measure_p(plain, d), rtol=1e-4)
    assert measure_p(busy, d) < measure_p(plain, d)


def test_odd_sizes_work():
    x = torch.rand(1, 3, 37, 51) * 255
    assert torch.isfinite(Visibility.open()(x, torch.randn(1, 3, 37, 51), 2.5)).all()


def test_regularity_tells_a_grating_from_noise():
    torch.manual_seed(2)
    noise = torch.randn(1, 3, 256, 256)
    across = torch.sin(torch.arange(256.0) * 0.7).expand(1, 3, 256, 256)
    low, high = train_generator.regularity(noise)[0], train_generator.regularity(across)[0]
    assert low.max() < 0.1 < 1.5 < high[0, 0]


def test_the_noise_control_has_the_energy_of_the_cloak():
    rng = np.random.default_rng(3)
    original = pictures.procedural(rng, 640)
    cloaked = np.clip(original + rng.normal(0, 4, original.shape), 0, 255).astype(np.uint8)
    noisy = measure.noise_like(original, cloaked, measure.working_size(640, 640), 1)
    energy = lambda a: float(np.sqrt(np.mean((a.astype(float) - original) ** 2)))
    assert abs(energy(noisy) / energy(cloaked) - 1) < 0.05


def test_transforms_are_the_same_for_both_and_end_at_multiples_of_32():
    x = torch.rand(1, 3, 512, 512) * 255
    for seed in range(12):
        chain = transforms.draw(np.random.default_rng(seed), 256)
        a, b = chain(x), chain(x)
        assert torch.equal(a, b) and a.shape[-1] % 32 == 0 and a.shape[-1] == a.shape[-2]


def test_held_out_pictures_are_not_trained_on():
    assert not set(pictures.HELD_OUT) & pictures.training_names()


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("ok", name)
