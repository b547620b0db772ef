import { describe, expect, it } from 'vitest';
import type { Photo, PhotoState, Start, UiEvent } from '../src/backend';
import { cleanable, initial, recordingBlocked, reduce, type PageEvent, type State } from '../src/state';

const report = { container: 'JPEG', sizeBytes: 1, width: 1, height: 1, findings: [], picture: [], outside: [] };
const problem = { code: 'c', message: 'm', hint: 'h' };
const photo = (id: number, state: PhotoState = { kind: 'waiting', report }): Photo => ({ id, name: `${id}.jpg`, folder: null, state });

const START: Start = {
  version: '1.2.3',
  settings: { destination: { kind: 'beside' }, naming: 'keep', keep: [], keepTimes: false, record: true, keepThumbnails: false, cloak: 'off', refine: false, theme: 'system' },
  photos: [],
  ledger: { kind: 'ready', count: 0 },
  find: { kind: 'idle' },
  theme: 'system',
};

const after = (...events: (UiEvent | PageEvent)[]): State => events.reduce(reduce, initial(START));
const added = (...photos: Photo[]): UiEvent => ({ type: 'added', photos, skipped: [] });
const ids = (state: State): number[] => state.photos.map(({ id }) => id);

describe('reduce', () => {
  it('lights up while something hovers, and not after it left or was dropped', () => {
    const over = after({ type: 'dragEnter', count: 3 });
    expect(over.dragging).toBe(3);
    expect(reduce(over, { type: 'dragLeave' }).dragging).toBeNull();
    expect(reduce(over, added(photo(1))).dragging).toBeNull();
  });

  it('adds photos in order, once, and shows them', () => {
    const state = after({ type: 'opened', page: 'ledger' }, added(photo(1), photo(2)), added(photo(2), photo(3)));
    expect(ids(state)).toEqual([1, 2, 3]);
    expect(state.page).toBe('clean');
    expect(state.places.get(3)).toBe(2);
  });

  it('gathers skipped files until they are read', () => {
    const skip = (name: string): UiEvent => ({ type: 'added', photos: [], skipped: [{ name, reason: 'r' }] });
    const state = after(skip('a'), skip('b'));
    expect(state.skipped.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(reduce(state, { type: 'skippedRead' }).skipped).toEqual([]);
  });

  it('changes the photos named, leaves the rest as they are, and ignores the ones that are gone', () => {
    const before = after(added(photo(1), photo(2)));
    const state = reduce(before, { type: 'changed', photos: [{ id: 2, state: { kind: 'cleaning', report, cloak: null } }, { id: 9, state: { kind: 'looking' } }] });
    expect(state.photos[1]?.state.kind).toBe('cleaning');
    expect(state.photos[0]).toBe(before.photos[0]);
    expect(state.photos).toHaveLength(2);
    expect(before.photos[1]?.state.kind).toBe('waiting');
  });

  it('keeps places right after a removal, and starts over when nothing is left', () => {
    const state = after(added(photo(1), photo(2), photo(3)), { type: 'removed', ids: [1] });
    expect(ids(state)).toEqual([2, 3]);
    expect(state.places.get(3)).toBe(1);
    const finished: UiEvent = { type: 'finished', cloaked: 0, notCloaked: 0, done: 1, alreadyClean: 0, refused: 0, failed: 0, cancelled: 0 };
    const none = reduce(reduce(state, finished), { type: 'removed', ids: [2, 3] });
    expect([none.photos.length, none.places.size, none.summary]).toEqual([0, 0, null]);
  });

  it('shows progress while running and the endings after it', () => {
    const finished: UiEvent = { type: 'finished', cloaked: 0, notCloaked: 0, done: 3, alreadyClean: 1, refused: 1, failed: 0, cancelled: 0 };
    const ended = after({ type: 'progress', done: 5, total: 5, running: true }, finished);
    expect(ended.progress.running).toBe(false);
    expect(ended.summary).toEqual({ cloaked: 0, notCloaked: 0, done: 3, alreadyClean: 1, refused: 1, failed: 0, cancelled: 0 });
    expect(reduce(ended, { type: 'progress', done: 0, total: 2, running: true }).summary).toBeNull();
    expect(reduce(ended, { type: 'summaryRead' }).summary).toBeNull();
  });

  it('shows a problem until it is read', () => {
    const state = after({ type: 'problem', problem });
    expect(state.problem).toBe(problem);
    expect(reduce(state, { type: 'problemRead' }).problem).toBeNull();
  });

  it('refuses what it does not know, loudly', () => {
    expect(() => reduce(initial(START), { type: 'surprise' } as unknown as UiEvent)).toThrow('surprise');
  });

  it('takes 10,000 photos and a change to each in a moment', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => photo(i));
    const begin = performance.now();
    let state = after(added(...many));
    for (let i = 0; i < 10_000; i += 50) {
      const batch = many.slice(i, i + 50).map(({ id }) => ({ id, state: { kind: 'cleaning', report, cloak: null } as const }));
      state = reduce(state, { type: 'changed', photos: batch });
    }
    expect(state.photos.every(({ state }) => state.kind === 'cleaning')).toBe(true);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

describe('what a click on Clean does', () => {
  it('takes what waits and what a cancel left, nothing else', () => {
    const photos = [photo(1), photo(2, { kind: 'cancelled', report }), photo(3, { kind: 'refused', problem }), photo(4, { kind: 'looking' })];
    expect(cleanable(photos)).toEqual([1, 2]);
  });

  it('waits for a decision only when recording is on and the ledger is in trouble', () => {
    const broken = after({ type: 'ledger', state: { kind: 'problem', problem } });
    expect(recordingBlocked(broken)).toBe(true);
    expect(recordingBlocked(reduce(broken, { type: 'settings', settings: { ...START.settings, record: false } }))).toBe(false);
    expect(recordingBlocked(initial(START))).toBe(false);
  });
});
