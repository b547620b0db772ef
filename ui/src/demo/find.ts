// A picture that was looked up, for looking at the page in a browser and for its tests.

import type { FindState, FoundChanges, Reply } from '../backend';
import type { FindBackend } from '../find-backend';

export const FOUND: FindState = {
  kind: 'found',
  id: 1,
  name: 'seen-online.jpg',
  hasPicture: true,
  matches: [
    {
      record: '3f2a9c0d11e47b58',
      claimedTime: '2026-03-02T10:11:12Z',
      kind: 'part',
      certainty: 'veryHigh',
      confidencePermille: 997,
      score: 412,
      inliers: 163,
      expected: 401,
      alike: 377,
      region: { x: 400, y: 300, width: 3000, height: 2100, sharePermille: 525 },
      mirrored: true,
      rotation: 0,
      scalePercent: 28,
      encodedAs: 'JPEG at about quality 62 of 100',
      width: 4000,
      height: 3000,
      recipient: 'Ann',
      purpose: null,
      anchored: [],
    },
    {
      record: '77aa00ffee114422',
      claimedTime: '2026-02-01T08:00:00Z',
      kind: 'alike',
      certainty: 'likely',
      confidencePermille: 997,
      score: 0,
      inliers: 0,
      expected: 0,
      alike: 0,
      region: null,
      mirrored: false,
      rotation: 90,
      scalePercent: null,
      encodedAs: 'PNG',
      width: 800,
      height: 600,
      recipient: null,
      purpose: null,
      anchored: ['“Time” says 2026-02-02.'],
    },
  ],
  leak: { record: null, recipients: ['Ann', 'Bob'], by: null },
  notComparable: 0,
};

export const CHANGES: FoundChanges = {
  id: 2,
  verdict: 'changed',
  comparedPercent: 52,
  changedPermille: 43,
  areas: [{ x: 900, y: 700, width: 400, height: 380, sharePermille: 13 }],
  hasPictures: true,
};

const ok = <T>(data: T): Promise<Reply<T>> => Promise.resolve({ status: 'ok', data });

export const demoFind = (tell: (state: FindState) => void): Omit<FindBackend, 'findPictureUrl'> => ({
  findOpen: () => ok(null),
  findChoose: () => (tell(FOUND), ok(null)),
  findPaste: () => (tell(FOUND), ok(null)),
  findPasteCopied: () => (tell(FOUND), ok(null)),
  findAgain: () => (tell(FOUND), ok(null)),
  findClear: () => (tell({ kind: 'idle' }), ok(null)),
  findCompare: () => ok(null),
  findChooseOriginal: () => ok(CHANGES),
  findOriginalsFolder: () => ok(null),
  findForgetOriginals: () => ok(null),
  findReport: () => ok('report.pdf'),
  takedownTexts: (answers) =>
    ok(
      answers.under18
        ? { help: 'There is help, and it is not your fault.', overview: '', texts: [], missing: [] }
        : { help: null, overview: 'Do this first.', texts: [{ name: 'stopncii', text: `About ${answers.urls.join(' ')}` }], missing: ['your name'] },
    ),
  takedownSave: () => ok('takedown'),
});
