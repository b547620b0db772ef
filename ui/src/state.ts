// What the page shows is a pure function of the events so far: (state, event) -> state.

import { assertNever } from './assert';
import type {
  CloakProgress,
  FindState,
  LedgerState,
  Photo,
  PhotoState,
  Problem,
  ProofReport,
  Settings,
  SkippedFile,
  Start,
  UiEvent,
} from './backend';
import type { Page } from './shortcuts';

export type Progress = { done: number; total: number; running: boolean };

export type Ending = 'cloaked' | 'notCloaked' | 'done' | 'alreadyClean' | 'refused' | 'failed' | 'cancelled';

/** How many photos had each of the endings. */
export type Endings = Record<Ending, number>;

export const ENDINGS: readonly Ending[] = ['cloaked', 'notCloaked', 'done', 'alreadyClean', 'refused', 'failed', 'cancelled'];

export type State = {
  page: Page;
  version: string;
  settings: Settings;
  ledger: LedgerState;
  photos: readonly Photo[];
  /** Where each id stands in `photos`. */
  places: ReadonlyMap<number, number>;
  skipped: readonly SkippedFile[];
  progress: Progress;
  /** The last run's endings; null before the first run and while one is running. */
  summary: Endings | null;
  /** How many items hover over the window; null when none does. */
  dragging: number | null;
  problem: Problem | null;
  /** What checking a proof told that was dropped on the window. */
  proof: ProofReport | null;
  /** Whom the next copies are for. */
  handover: Handover;
  /** The picture that is looked up. */
  find: FindState;
};

export type Handover = { recipient: string; purpose: string };

/** What the page itself adds to the events of the backend. */
export type PageEvent =
  | { type: 'opened'; page: Page }
  | { type: 'settings'; settings: Settings }
  | { type: 'problemRead' }
  | { type: 'proofRead' }
  | { type: 'handover'; handover: Handover }
  | { type: 'skippedRead' }
  | { type: 'summaryRead' };

const IDLE: Progress = { done: 0, total: 0, running: false };

export function initial(start: Start): State {
  return {
    page: 'clean',
    version: start.version,
    settings: start.settings,
    ledger: start.ledger,
    photos: start.photos,
    places: placesOf(start.photos),
    skipped: [],
    progress: IDLE,
    summary: null,
    dragging: null,
    problem: null,
    proof: null,
    handover: { recipient: '', purpose: '' },
    find: start.find,
  };
}

export function reduce(state: State, event: UiEvent | PageEvent): State {
  switch (event.type) {
    case 'dragEnter':
      return { ...state, dragging: event.count };
    case 'dragLeave':
      return { ...state, dragging: null };
    case 'added':
      return {
        ...state,
        ...add(state, event.photos),
        // Whichever page they were dropped on, the photos are what the person wants to see now.
        page: 'clean',
        skipped: event.skipped.length > 0 ? [...state.skipped, ...event.skipped] : state.skipped,
        dragging: null,
      };
    case 'changed':
      return { ...state, photos: change(state, event.photos) };
    case 'removed':
      return remove(state, event.ids);
    case 'progress': {
      const { done, total, running } = event;
      return { ...state, progress: { done, total, running }, summary: running ? null : state.summary };
    }
    case 'finished': {
      const { cloaked, notCloaked, done, alreadyClean, refused, failed, cancelled } = event;
      const summary = { cloaked, notCloaked, done, alreadyClean, refused, failed, cancelled };
      return { ...state, progress: { ...state.progress, running: false }, summary };
    }
    case 'ledger':
      return { ...state, ledger: event.state };
    case 'find':
      // Whatever was looked up is what the person wants to see now.
      return { ...state, find: event.state, page: event.state.kind === 'idle' ? state.page : 'find', dragging: null };
    case 'problem':
      return { ...state, problem: event.problem };
    case 'proof':
      return { ...state, proof: event.report, page: 'ledger', dragging: null };
    case 'proofRead':
      return { ...state, proof: null };
    case 'handover':
      return { ...state, handover: event.handover };
    case 'opened':
      return { ...state, page: event.page };
    case 'settings':
      return { ...state, settings: event.settings };
    case 'problemRead':
      return { ...state, problem: null };
    case 'skippedRead':
      return { ...state, skipped: [] };
    case 'summaryRead':
      return { ...state, summary: null };
    default:
      return assertNever(event);
  }
}

/** What a photo is counted under: what became of its cloak, where one was asked for. */
export function endingOf(state: PhotoState): PhotoState['kind'] | Ending {
  const cloak = state.kind === 'done' || state.kind === 'alreadyClean' ? state.saved.cloak : null;
  return cloak === null ? state.kind : cloak.kind === 'yes' ? 'cloaked' : 'notCloaked';
}

/** The photos that a click on "Clean" would take: those that wait, and those that a cancel left behind. */
export function cleanable(photos: readonly Photo[]): number[] {
  return photos.filter(({ state }) => state.kind === 'waiting' || state.kind === 'cancelled').map(({ id }) => id);
}

/** How far the one cloak is that is being made now; others wait for it. */
export function cloakOf(photos: readonly Photo[]): CloakProgress | null {
  for (const { state } of photos) {
    if (state.kind === 'cleaning' && state.cloak && state.cloak.stage !== 'wait') return state.cloak;
  }
  return null;
}

/** Recording is on and the ledger cannot be written: cleaning waits for the person's decision. */
export function recordingBlocked(state: State): boolean {
  return state.settings.record && state.ledger.kind === 'problem';
}

function placesOf(photos: readonly Photo[]): ReadonlyMap<number, number> {
  return new Map(photos.map(({ id }, place) => [id, place]));
}

function add(state: State, photos: readonly Photo[]): Pick<State, 'photos' | 'places'> {
  const fresh = photos.filter(({ id }) => !state.places.has(id));
  if (fresh.length === 0) return state;
  const all = [...state.photos, ...fresh];
  return { photos: all, places: placesOf(all) };
}

/** An id that is not here any more was removed while the news was under way. */
function change(state: State, changes: readonly { id: number; state: PhotoState }[]): readonly Photo[] {
  const photos = [...state.photos];
  for (const { id, state: next } of changes) {
    const place = state.places.get(id);
    const photo = place === undefined ? undefined : photos[place];
    if (place !== undefined && photo !== undefined) photos[place] = { ...photo, state: next };
  }
  return photos;
}

function remove(state: State, ids: readonly number[]): State {
  const gone = new Set(ids);
  const photos = state.photos.filter(({ id }) => !gone.has(id));
  const places = placesOf(photos);
  if (photos.length > 0) return { ...state, photos, places };
  return { ...state, photos, places, skipped: [], summary: null, progress: IDLE };
}
