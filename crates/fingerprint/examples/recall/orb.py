"""OpenCV's ORB behind the line protocol of peers.rs: 500 features, ratio test, RANSAC; the answer to `copy` is how many pairs agree
with the photo of that number, as it is or in the mirror, whichever is more."""

import sys

import cv2
import numpy as np

cv2.setNumThreads(1)
orb = cv2.ORB_create(nfeatures=500)
matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
known = {}


def features(picture):
    longer = max(picture.shape)
    if longer > 640:
        picture = cv2.resize(picture, None, fx=640 / longer, fy=640 / longer, interpolation=cv2.INTER_AREA)
    return orb.detectAndCompute(picture, None)


def inliers(photo, copy):
    (points, bits), (points_of_copy, bits_of_copy) = photo, copy
    if bits is None or bits_of_copy is None or len(points) < 4 or len(points_of_copy) < 4:
        return 0
    pairs = matcher.knnMatch(bits_of_copy, bits, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(good) < 4:
        return 0
    source = np.float32([points_of_copy[pair.queryIdx].pt for pair in good])
    target = np.float32([points[pair.trainIdx].pt for pair in good])
    cv2.setRNGSeed(1)
    transform, agree = cv2.findHomography(source, target, cv2.RANSAC, 5.0)
    return 0 if transform is None else int(agree.sum())


for line in sys.stdin:
    what, number, path = line.rstrip("\n").split(" ", 2)
    grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    if grey is None:
        print("none", flush=True)
    elif what == "known":
        known[number] = (features(grey), features(cv2.flip(grey, 1)))
        print("ok", flush=True)
    else:
        copy = features(grey)
        print(max(inliers(photo, copy) for photo in known[number]), flush=True)
