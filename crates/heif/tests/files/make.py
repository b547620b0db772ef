"""Makes the small pictures in this folder: our own drawings, coded by x265 and libaom through pip's `pillow-heif` 1.8.1
and `pillow` 12. Run it here. Other versions of the encoders give other bytes, and the tests compare colours with some
room for that.

The drawing is 48 by 32 pixels: red on the left, blue on the right, both with more green towards the bottom, and a white
square in the upper left corner.
"""

import numpy
import pillow_heif
from PIL import Image, ImageCms

WIDTH, HEIGHT = 48, 32
pillow_heif.register_heif_opener()
pillow_heif.options.SAVE_HDR_TO_12_BIT = False


def drawing():
    picture = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
    picture[:, : WIDTH // 2] = (200, 0, 40)
    picture[:, WIDTH // 2 :] = (30, 0, 200)
    picture[:, :, 1] = numpy.arange(HEIGHT)[:, None] * 4
    picture[:8, :8] = 255
    return picture


def ramp(most):
    return numpy.tile(numpy.linspace(0, most, WIDTH), (HEIGHT, 1))


def heic(name, picture, quality=90, **options):
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(name, "HEIF", quality=quality, enc_params={"x265:info": "0"}, **options)


def deep(name):
    """10 bits: a ramp from black to white in every channel."""
    picture = numpy.stack([ramp(65_535).astype("<u2")] * 3, axis=-1)
    file = pillow_heif.from_bytes("RGB;16", (WIDTH, HEIGHT), picture.tobytes())
    file.save(name, quality=90, enc_params={"x265:info": "0"})


def discs(seed):
    """A photo of discs at random places, as `cli/tests/find.rs` draws it."""
    state = seed

    def below(end):
        nonlocal state
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        return (state >> 8) % end

    photo = numpy.full((480, 640, 3), (120, 130, 140), numpy.uint8)
    rows, columns = numpy.mgrid[:480, :640]
    for number in range(300):
        x, y = below(640), below(480)
        radius = 4 + below(60) * (300 - number) // 300
        colour = [below(256), below(256), below(256)]
        photo[(columns - x) ** 2 + (rows - y) ** 2 < radius**2] = colour
    return photo


heic("still.heic", drawing())
turned = Image.fromarray(drawing())
turned.getexif()[0x0112] = 6
heic("turned.heic", turned)
clear = numpy.dstack([drawing(), ramp(255).astype(numpy.uint8)])
heic("clear.heic", clear)
heic("grey.heic", ramp(255).astype(numpy.uint8))
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
heic("profile.heic", drawing(), icc_profile=profile)
deep("deep.heic")
heic("discs.heic", discs(1), quality=25)

Image.fromarray(drawing()).save("still.avif", quality=90)
Image.fromarray(clear).save("clear.avif", quality=90)
Image.fromarray(drawing()).save(
    "moving.avif", quality=50, save_all=True, append_images=[Image.fromarray(drawing()[:, ::-1])]
)
