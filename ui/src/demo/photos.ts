// Made-up photos, each of a kind that real ones have.

import type { Finding, Photo, PhotoState, Problem, Report, Saved, Trace } from '../backend';

const f = (topic: Finding['topic'], name: string, value: string): Finding => ({ topic, name, value });

const t = (carrier: Trace['carrier'], topic: Trace['topic'], name: string, value: string): Trace => ({ carrier, topic, name, value, stays: null });

const CHANGED = t('times', 'time', 'Changed', '2026-07-14 16:42:09 UTC');
const TELLING_NAME = [
  t('name', 'time', 'File name', '2026-07-14 18:42:07'),
  t('name', 'device', 'File name', 'as cameras number them'),
];
const NOTES = [
  t('attribute', 'provenance', 'Downloaded from', 'https://photos.example.org/album/anna/beach.jpg'),
  t('attribute', 'provenance', 'Linked from', 'https://mail.example.org/inbox/217'),
];

/** Names of cameras tell, and one photo was downloaded. */
function outsideOf(name: string): Trace[] {
  const named = /^(IMG|PXL|Screenshot)/.test(name) ? TELLING_NAME : [];
  return [...named, CHANGED, ...(name.startsWith('Anna') ? NOTES : [])];
}

const PLACE = [
  f('place', 'Position', '48.858370, 2.294481'),
  f('place', 'On a map', '48°51′30.1″ N 2°17′40.1″ E'),
  f('place', 'Altitude', '35.2 m above sea level'),
  f('place', 'Direction of view', '214° (south-west)'),
];
const PHONE = [f('device', 'Maker and model', 'Aurora One 5G'), f('device', 'Lens', 'Main camera 6.8 mm f/1.8')];
const CAMERA = [
  f('device', 'Maker and model', 'Lumo Z50'),
  f('device', 'Serial number', '4501337'),
  f('device', 'Lens serial number', '0099142'),
];
const TIME = [
  f('time', 'Taken', '2026-07-14 18:42:07 +02:00'),
  f('time', 'Digitised', '2026-07-14 18:42:07 +02:00'),
  f('time', 'Satellite time', '2026-07-14 16:42:05 UTC'),
];
const PERSON = [f('person', 'Owner', 'Anna Example'), f('person', 'Person in the picture', 'Émile نور')];
const SOFTWARE = [f('software', 'Software', 'Photo Desk 14.2 (macOS)')];
const THUMBNAIL = [f('thumbnail', 'Small picture', '160 × 120 pixels, 8,214 bytes')];
const VIDEO = [f('video', 'Motion photo', 'MP4, 3,182,004 bytes, after the end of the picture')];
const EDITS = [
  f('edit_history', 'History', 'opened; cropped; healed a spot; saved'),
  f('edit_history', 'Document', 'xmp.did:5f0c2b7e-1f9a-4b52-9d3e-27c1c9a80f11'),
];
const ORIGIN = [f('provenance', 'Content credentials (C2PA)', 'signed statement, 21,440 bytes')];
const TEXT = [
  f('text', 'Caption', '<b>Dinner</b> at home & friends; <img src=x onerror=alert(1)>'),
  f('text', 'Keywords', Array.from({ length: 60 }, (_, i) => `keyword ${i + 1}`).join(', ')),
];
const UNKNOWN = [f('unknown', 'Application segment 11', '1,204 bytes that no standard explains')];
const PICTURE = [f('picture', 'Orientation', 'turned 90° clockwise'), f('picture', 'Colour profile', 'Display P3')];

type Kind = { name: string; picture: string; container: string; size: [number, number]; bytes: number; findings: Finding[] };

const KINDS: readonly Kind[] = [
  { name: 'IMG_20260714_184207.jpg', picture: 'beach', container: 'JPEG', size: [4000, 3000], bytes: 4_213_880, findings: [...TIME, ...PLACE, ...PHONE, ...THUMBNAIL, ...SOFTWARE] },
  { name: 'Anna’s birthday, dinner.jpg', picture: 'table', container: 'JPEG', size: [6048, 4024], bytes: 9_870_112, findings: [...TEXT, ...CAMERA, ...TIME, ...PERSON, ...EDITS, ...ORIGIN, ...UNKNOWN] },
  { name: 'PXL_20260709_071155.MP.jpg', picture: 'hills', container: 'JPEG', size: [4080, 3072], bytes: 6_102_455, findings: [...PLACE, ...VIDEO, ...PHONE, ...TIME] },
  { name: 'portrait for profile.webp', picture: 'portrait', container: 'WebP', size: [1080, 1350], bytes: 188_204, findings: [...PERSON, ...SOFTWARE] },
  { name: 'Screenshot 2026-07-01 at 09.14.22.png', picture: 'city', container: 'PNG', size: [2560, 1600], bytes: 1_904_771, findings: [TIME[0]!, ...SOFTWARE] },
  { name: 'cat.gif', picture: 'cat', container: 'GIF', size: [480, 480], bytes: 912_040, findings: [] },
  { name: 'صورة من الرحلة (3).jpg', picture: 'hills', container: 'JPEG', size: [3024, 4032], bytes: 3_300_120, findings: [...PLACE, ...TIME, ...PHONE] },
  { name: 'wedding_table_07_with_a_name_that_goes_on_and_on_for_quite_a_while_final_v2.jpg', picture: 'table', container: 'JPEG', size: [6000, 4000], bytes: 11_402_993, findings: [...CAMERA, ...TIME, ...EDITS, ...SOFTWARE] },
  { name: 'beach.jpg', picture: 'beach', container: 'JPEG', size: [2048, 1536], bytes: 980_334, findings: [] },
  { name: 'night walk.jpg', picture: 'city', container: 'JPEG', size: [4032, 3024], bytes: 2_480_991, findings: [...PLACE, ...PHONE, ...TIME, ...THUMBNAIL] },
];

const REFUSED: Problem = {
  code: 'unsupported_format',
  message: 'this is a RAW photo (Canon CR2), which cannot be cleaned without leaving something behind',
  hint: 'Do not share it as it is. Export it as JPEG or TIFF from your photo program, then clean that copy.',
};
const FAILED: Problem = {
  code: 'disk_full',
  message: 'the disk is full, so the clean copy could not be written',
  hint: 'Make room or choose another folder in Settings, then try again.',
};

export function pictureOf(id: number): string | undefined {
  return KINDS[id % KINDS.length]?.picture;
}

export function reportOf(id: number): Report {
  const kind = KINDS[id % KINDS.length] ?? KINDS[0]!;
  return {
    container: kind.container,
    sizeBytes: kind.bytes,
    width: kind.size[0],
    height: kind.size[1],
    findings: kind.findings,
    picture: kind.container === 'JPEG' ? PICTURE : [],
    outside: outsideOf(kind.name),
  };
}

export function made(id: number, folder: string | null = null): Photo {
  const kind = KINDS[id % KINDS.length] ?? KINDS[0]!;
  const lap = Math.floor(id / KINDS.length);
  const name = lap === 0 ? kind.name : kind.name.replace(/(\.[^.]+)$/, ` ${lap + 1}$1`);
  return { id, name, folder, state: { kind: 'waiting', report: reportOf(id) } };
}

/** How each photo ends: the five endings occur among the first eight. */
export function ended(photo: Photo, record: string | null, keepCopyright: boolean): PhotoState {
  const report = reportOf(photo.id);
  if (photo.id % 10 === 3) return { kind: 'refused', problem: REFUSED };
  if (photo.id % 10 === 7) return { kind: 'failed', problem: FAILED, report, saved: null };
  const saved: Saved = {
    name: photo.name.replace(/(\.[^.]+)$/, '_clean$1'),
    removed: report.findings,
    kept: [...report.picture, ...(keepCopyright && report.findings.length > 0 ? [f('person', 'Copyright', '© Anna Example')] : [])],
    outside: report.outside.map((trace) => ({ ...trace, stays: trace.carrier === 'name' })),
    record,
    cloak: null,
    notes: photo.id % 10 === 2 ? ['The brighter layer for HDR screens was dropped. On other screens the photo looks the same.'] : [],
  };
  if (report.findings.length === 0) return { kind: 'alreadyClean', report, saved: { ...saved, outside: saved.outside.map((trace) => ({ ...trace, stays: true })), name: null, record: null } };
  return { kind: 'done', report, saved };
}
