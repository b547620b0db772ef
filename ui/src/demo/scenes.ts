// Scenes by name, for /demo.html?scene=…: every screen of the app without having to click one's way there.

import { tick } from 'svelte';
import type { Photo, Problem, Settings, UiEvent } from '../backend';
import { SCENE, SETTINGS, type Scene } from './backend';
import { cloakedAs } from './cloaks';
import { ended, made, reportOf } from './photos';
import { record } from './records';

const LOCKED: Problem = {
  code: 'ledger_locked',
  message: 'The ledger is in use by another program.',
  hint: 'Close other windows of Cloakroom and programs that look at the ledger, then try again.',
};

const SKIPPED = [
  { name: 'notes.txt', reason: 'not a photo' },
  { name: 'clip.mkv', reason: 'not a photo' },
  { name: 'old/IMG_0001.jpg', reason: 'could not be read' },
];

const photos = (count: number): Photo[] => Array.from({ length: count }, (_, i) => made(i, i > 5 ? 'Summer 2026' : null));

function finished(): Photo[] {
  return photos(10).map((photo) => ({
    ...photo,
    state:
      photo.id > 8
        ? { kind: 'cancelled', report: reportOf(photo.id) }
        : ended(photo, record(304 + photo.id).id, photo.id === 1),
  }));
}

function running(): Photo[] {
  return photos(40).map((photo) => {
    if (photo.id < 4) return { ...photo, state: ended(photo, record(304 + photo.id).id, false) };
    if (photo.id < 6) return { ...photo, state: { kind: 'cleaning', report: reportOf(photo.id), cloak: null } };
    return photo;
  });
}

function cloaked(): Photo[] {
  return finished().map((photo) => ({ ...photo, state: cloakedAs(photo.state, 'balanced') }));
}

function cloaking(): Photo[] {
  return photos(10).map((photo) => {
    const cloak = { stage: photo.id === 0 ? 'refine' : 'wait', percent: photo.id === 0 ? 55 : 0, secondsLeft: photo.id === 0 ? 12 : null } as const;
    return photo.id < 2 ? { ...photo, state: { kind: 'cleaning', report: reportOf(photo.id), cloak } } : photo;
  });
}

const CLOAKS: Settings = { ...SETTINGS, cloak: 'balanced' };

const ENDINGS: UiEvent = { type: 'finished', cloaked: 0, notCloaked: 0, done: 5, alreadyClean: 2, refused: 1, failed: 1, cancelled: 1 };

type Play = { scene: Scene; events?: UiEvent[]; /** Clicked one after another. */ clicks?: string[]; page?: 1 | 2 | 3 };

const rowAt = (id: number) => `[data-id="${id}"]`;

export const plays: Record<string, Play> = {
  empty: { scene: SCENE },
  drag: { scene: SCENE, events: [{ type: 'dragEnter', count: 12 }] },
  waiting: { scene: { ...SCENE, photos: photos(10) } },
  open: { scene: { ...SCENE, photos: photos(10) }, clicks: [rowAt(1)] },
  running: { scene: { ...SCENE, photos: running() }, events: [{ type: 'progress', done: 4, total: 40, running: true }] },
  finished: { scene: { ...SCENE, photos: finished() }, events: [ENDINGS] },
  'finished-open': { scene: { ...SCENE, photos: finished() }, events: [ENDINGS], clicks: [rowAt(2)] },
  'refused-open': { scene: { ...SCENE, photos: finished() }, clicks: [rowAt(7)] },
  'cloak-waiting': { scene: { ...SCENE, photos: photos(10), settings: CLOAKS } },
  'cloak-running': { scene: { ...SCENE, photos: cloaking(), settings: CLOAKS }, events: [{ type: 'progress', done: 0, total: 10, running: true }] },
  'cloak-open': { scene: { ...SCENE, photos: cloaked(), settings: CLOAKS }, events: [ENDINGS], clicks: [rowAt(0)] },
  'cloak-bare': { scene: { ...SCENE, photos: cloaked(), settings: CLOAKS }, clicks: [rowAt(2)] },
  skipped: {
    scene: { ...SCENE, photos: photos(10) },
    events: [{ type: 'added', photos: [], skipped: SKIPPED }],
    clicks: ['.notices .link'],
  },
  problem: { scene: { ...SCENE, photos: photos(10) }, events: [{ type: 'problem', problem: { code: 'reveal', message: 'The file manager could not be opened.', hint: 'Look for the clean copy beside the original.' } }] },
  unrecorded: { scene: { ...SCENE, photos: photos(10), settings: { ...SETTINGS, record: false, destination: { kind: 'replace' } } } },
  blocked: { scene: { ...SCENE, photos: photos(10), ledger: { kind: 'problem', problem: LOCKED } } },
  many: { scene: { ...SCENE, photos: photos(10_000), pace_ms: 2 } },
  ledger: { scene: SCENE, page: 2 },
  'ledger-empty': { scene: { ...SCENE, ledger: { kind: 'ready', count: 0 } }, page: 2 },
  'ledger-problem': { scene: { ...SCENE, ledger: { kind: 'problem', problem: LOCKED } }, page: 2 },
  'ledger-found': { scene: SCENE, page: 2, clicks: ['.tools > .button', '.exports .button'] },
  record: { scene: SCENE, page: 2, clicks: ['[data-record]'] },
  settings: { scene: { ...SCENE, settings: { ...SETTINGS, destination: { kind: 'folder', name: 'To share' }, keep: ['copyright'] } }, page: 3 },
};

/** Does what a person would do to get to the scene. */
export async function act({ events = [], clicks = [], page }: Play, emit: (...events: UiEvent[]) => void): Promise<void> {
  await settle();
  emit(...events);
  if (page) window.dispatchEvent(new KeyboardEvent('keydown', { key: String(page), ctrlKey: true, metaKey: false }));
  for (const click of clicks) {
    await settle();
    document.querySelector<HTMLElement>(click)?.click();
  }
}

async function settle(): Promise<void> {
  await tick();
  await new Promise((resolve) => setTimeout(resolve, 30));
}
