// A backend without an app: made-up photos, pretended work. For looking at the page in a browser, and for its tests.

import type { Backend, LedgerState, Model, Photo, PhotoState, Reply, Settings, SkippedFile, UiEvent } from '../backend';
import { endingOf } from '../state';
import { cloakedAs, MODELS } from './cloaks';
import { ended, made, pictureOf, reportOf } from './photos';
import { demoFind } from './find';
import { demoLedger } from './ledger';
import { record } from './records';

export type Scene = {
  photos: Photo[];
  settings: Settings;
  ledger: LedgerState;
  skipped: SkippedFile[];
  /** Between two photos; 0 ends a run at once. */
  pace_ms: number;
};

export const SETTINGS: Settings = {
  destination: { kind: 'beside' },
  naming: 'keep',
  keep: [],
  keepTimes: false,
  record: true,
  keepThumbnails: false,
  cloak: 'off',
  refine: false,
  theme: 'system',
};

export const SCENE: Scene = {
  photos: [],
  settings: SETTINGS,
  ledger: { kind: 'ready', count: 312 },
  skipped: [],
  pace_ms: 350,
};

const pictures = import.meta.glob<string>('./pictures/*.svg', { eager: true, query: '?url', import: 'default' });

const ok = <T>(data: T): Promise<Reply<T>> => Promise.resolve({ status: 'ok', data });

export function demoBackend(scene: Scene): Backend & { emit: (...events: UiEvent[]) => void } {
  let photos = scene.photos;
  let settings = scene.settings;
  let ledger = scene.ledger;
  let nextId = photos.length;
  let cancelled = false;
  let models: readonly Model[] = MODELS;
  let emit = (..._events: UiEvent[]): void => {};

  const put = (id: number, state: PhotoState): UiEvent => ({ type: 'changed', photos: [{ id, state }] });

  function add(count: number, folder: string | null): void {
    const fresh = Array.from({ length: count }, (_, i) => made(nextId + i, folder));
    nextId += count;
    photos = [...photos, ...fresh];
    const looking = fresh.map((photo): Photo => ({ ...photo, state: { kind: 'looking' } }));
    emit({ type: 'added', photos: looking, skipped: folder === null ? [] : scene.skipped });
    setTimeout(() => emit({ type: 'changed', photos: fresh.map(({ id, state }) => ({ id, state })) }), scene.pace_ms);
  }

  async function run(ids: readonly number[]): Promise<void> {
    const counts = { cloaked: 0, notCloaked: 0, done: 0, alreadyClean: 0, refused: 0, failed: 0, cancelled: 0 };
    const total = ids.length;
    cancelled = false;
    emit({ type: 'progress', done: 0, total, running: true });

    for (const [i, id] of ids.entries()) {
      const report = reportOf(id);
      if (scene.pace_ms > 0 && !cancelled) {
        emit(put(id, { kind: 'cleaning', report, cloak: null }));
        if (settings.cloak !== 'off') {
          emit(put(id, { kind: 'cleaning', report, cloak: { stage: 'faces', percent: 40, secondsLeft: 3 } }));
        }
        await new Promise((resolve) => setTimeout(resolve, scene.pace_ms));
      }
      const recorded = settings.record && ledger.kind === 'ready';
      const state: PhotoState = cancelled
        ? { kind: 'cancelled', report }
        : cloakedAs(ended(made(id), recorded ? record(312 - i).id : null, settings.keep.includes('copyright')), settings.cloak);
      const ending = endingOf(state);
      if (ending in counts) counts[ending as keyof typeof counts] += 1;
      emit(put(id, state), { type: 'progress', done: i + 1, total, running: true });
    }
    emit({ type: 'progress', done: total, total, running: false }, { type: 'finished', ...counts });
  }

  function drop(ids: readonly number[]): void {
    photos = photos.filter(({ id }) => !ids.includes(id));
    emit({ type: 'removed', ids: [...ids] });
  }

  return {
    emit: (...events) => emit(...events),
    start: (onEvents) => {
      emit = (...events) => onEvents(events);
      return ok({ version: '0.1.0', settings, photos, ledger, find: { kind: 'idle' }, theme: settings.theme });
    },
    choosePhotos: () => (add(3, null), ok(null)),
    chooseFolder: () => (add(10, 'Summer 2026'), ok(null)),
    clean: (ids) => (void run(ids), ok(null)),
    cancel: () => ((cancelled = true), ok(null)),
    clear: () => (drop(photos.map(({ id }) => id)), ok(null)),
    remove: (ids) => (drop(ids), ok(null)),
    reveal: () => ok(null),
    ...demoLedger(() => ledger),
    setSettings: (next) => ok((settings = next)),
    chooseOutputFolder: () => ok((settings = { ...settings, destination: { kind: 'folder', name: 'To share' } })),
    modelsList: () => ok({ models: [...models], problems: [] }),
    modelsAdd: () => ok({ models: [...models], problems: [] }),
    modelsRemove: (name) => {
      models = models.filter((model) => model.name !== name);
      return ok({ models: [...models], problems: [] });
    },
    compareUrl: (id) => pictures[`./pictures/${pictureOf(id)}.svg`] ?? 'none',
    ...demoFind((state) => emit({ type: 'find', state })),
    findPictureUrl: (id) => pictures[`./pictures/${pictureOf(id)}.svg`] ?? 'none',
    previewUrl: (id) => pictures[`./pictures/${typeof id === 'number' ? pictureOf(id) : 'hills'}.svg`] ?? 'none',
  };
}
