#!/usr/bin/env python3
"""Builds every icon from icon.svg. Needs rsvg-convert (librsvg) and convert (ImageMagick 6 or 7)."""

import struct
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PNGS = {"32x32.png": 32, "128x128.png": 128, "128x128@2x.png": 256, "icon.png": 512}
ICO = [16, 24, 32, 48, 64, 256]
# Apple's four-letter names of PNG entries, and their sides in pixels.
ICNS = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic13": 256, b"ic08": 256, b"ic14": 512, b"ic09": 512, b"ic10": 1024}


def png(side: int, to: Path) -> Path:
    subprocess.run(["rsvg-convert", "-w", str(side), "-h", str(side), HERE / "icon.svg", "-o", to], check=True)
    return to


for name, side in PNGS.items():
    png(side, HERE / name)

with tempfile.TemporaryDirectory() as scratch:
    layers = [png(side, Path(scratch) / f"{side}.png") for side in ICO]
    subprocess.run(["convert", *layers, HERE / "icon.ico"], check=True)

    body = b""
    for kind, side in ICNS.items():
        picture = png(side, Path(scratch) / "entry.png").read_bytes()
        body += kind + struct.pack(">I", len(picture) + 8) + picture
    (HERE / "icon.icns").write_bytes(b"icns" + struct.pack(">I", len(body) + 8) + body)
