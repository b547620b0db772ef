// Made-up cloaks and models. The numbers are of the kind that is measured, and of no photo.

import type { Cloak, CloakReport, Model, PhotoState } from '../backend';

const sha = (start: string) => start.padEnd(64, '0123456789abcdef');

export const MODELS: readonly Model[] = [
  { name: 'generator', title: 'Cloakroom generator', kind: 'generator', licence: 'MIT OR Apache-2.0', source: 'trained by this project on CC0 pictures', origin: 'ours', sha256: sha('9f21'), sizeBytes: 812_400 },
  { name: 'face-api-recogniser', title: 'dlib’s recogniser (face-api)', kind: 'recogniser', licence: 'MIT', source: 'npm package @vladmandic/face-api', origin: 'dependency', sha256: sha('42c0'), sizeBytes: 6_440_000 },
  { name: 'taef2', title: 'FLUX.2 (tiny encoder)', kind: 'latent', licence: 'MIT', source: 'converted from a file by <b>a stranger</b>', origin: 'pack', sha256: sha('77aa'), sizeBytes: 2_460_000 },
];

function report(strength: CloakReport['strength']): CloakReport {
  const verdict = { origin: 'dependency', heldOut: false, threshold: 60, distanceBefore: 2, distanceAfter: 62, distanceDenoised: 52, matchesBefore: true, matchesAfter: false, matchesDenoised: true } as const;
  return {
    strength,
    visibility: 221,
    visibilityMax: 230,
    isMeasured: true,
    noFace: false,
    cancelled: false,
    refineSteps: 20,
    denoiser: 'non-local means, h = 10',
    encoders: [
      { name: 'taef2', title: 'FLUX.2 (tiny encoder)', origin: 'pack', heldOut: true, asIs: { shift: 60, noise: 41 }, afterUpload: { shift: 62, noise: 51 }, afterDenoise: { shift: 27, noise: 19 }, afterCrop: { shift: 57, noise: 51 }, jpegAlone: 35 },
      { name: 'meter', title: 'Cloakroom meter', origin: 'ours', heldOut: false, asIs: { shift: 43, noise: 22 }, afterUpload: { shift: 42, noise: 26 }, afterDenoise: { shift: 19, noise: 11 }, afterCrop: { shift: 38, noise: 26 }, jpegAlone: 16 },
    ],
    faces: [{ verdicts: [{ ...verdict, title: 'dlib’s recogniser (face-api)' }, { ...verdict, title: 'MobileFaceNet', origin: 'pack', heldOut: true, distanceAfter: 14, distanceDenoised: 13, matchesAfter: true }] }],
  };
}

/** The same ending, where copies are cloaked. A few kinds are not. */
export function cloakedAs(state: PhotoState, cloak: Cloak): PhotoState {
  if (cloak === 'off' || state.kind !== 'done') return state;
  if (state.saved.notes.length > 0) {
    const problem = { code: 'animation', message: 'The picture is an animation.', hint: 'The copy is clean, and still moves. Only still pictures are cloaked.' };
    return { ...state, saved: { ...state.saved, cloak: { kind: 'no', problem } } };
  }
  const name = state.saved.name?.replace('_clean', '_cloaked') ?? null;
  return { ...state, saved: { ...state.saved, name, cloak: { kind: 'yes', report: report(cloak) } } };
}
