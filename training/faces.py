"""Faces for the evaluation: MTCNN (the `facenet-pytorch` package), the usual five-point alignment, and who is who.

Outside the product on purpose: it finds and aligns faces with other code and other weights than the product does.
"""

import cv2
import numpy as np
import torch
from facenet_pytorch import MTCNN

# The five-point template for a 112×112 crop that ArcFace models are trained on (eyes, nose, mouth corners).
TEMPLATE_112 = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32)

# The 150×150 crop of dlib-like models (a quarter of the face's size around it): the same five points.
TEMPLATE_150 = np.array([[47.6, 46.6], [100.5, 46.6], [74.0, 76.6], [50.4, 103.0], [97.6, 103.0]], np.float32)

# People who have more than one photo in the corpus, by file stem without the df_ prefix.
PEOPLE = [[1, 2, 4, 5, 6, 7, 10, 11], [3, 12], [8, 9], [14, 15], [16, 17], [18, 19]]

_finder = None


def landmarks(pixels):
    """Five points of the largest face in an H×W×3 uint8 RGB picture, or None. Looks at 1024 px at most."""
    global _finder
    _finder = _finder or MTCNN(select_largest=True, device="cpu", post_process=False)
    scale = min(1.0, 1024 / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    with torch.no_grad():
        _, _, points = _finder.detect(small, landmarks=True)
    return None if points is None else points[0].astype(np.float32) / scale


def crop(pixels, points, size=112):
    """Aligned crop: 150 px as dlib-like models want it, else as ArcFace models do."""
    wanted = TEMPLATE_150 * size / 150 if size == 150 else TEMPLATE_112 * size / 112
    matrix, _ = cv2.estimateAffinePartial2D(points, wanted, method=cv2.LMEDS)
    factor = np.hypot(matrix[0, 0], matrix[0, 1])
    if factor < 0.5:  # a large face: shrink by area first, else the warp aliases
        shrink = 2 * factor
        pixels = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        matrix, _ = cv2.estimateAffinePartial2D(points * shrink, wanted, method=cv2.LMEDS)
    return cv2.warpAffine(pixels, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def embed(network, crops):
    """Unit or raw embeddings of uint8 crops, as the pack's last layer gives them."""
    batch = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        return network(batch).flatten(1)


def distance(manifest, a, b):
    """Distance in the pack's own metric; a match is a distance under its threshold."""
    if manifest["metric"] == "cosine":
        return 1 - torch.nn.functional.cosine_similarity(a, b, dim=-1)
    return (a - b).norm(dim=-1)
