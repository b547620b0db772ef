// A made-up ledger. Digests are drawn from a counter: they look right and mean nothing.

import type { AnchorFilter, LedgerPage, LedgerRecord } from '../backend';

function digest(seed: number): string {
  let x = (seed * 2654435761 + 97) >>> 0;
  let hex = '';
  while (hex.length < 64) {
    x = (Math.imul(x ^ (x >>> 15), 2246822519) + 3266489917) >>> 0;
    hex += x.toString(16).padStart(8, '0');
  }
  return hex.slice(0, 64);
}

/** Up to this record, somebody confirms a time. */
export const ANCHORED = 280;

export function record(sequence: number): LedgerRecord {
  const bytes = 900_000 + ((sequence * 733_331) % 9_000_000);
  const hash = digest(sequence * 7 + 3);
  return {
    id: hash.slice(0, 16),
    sequence,
    claimedTime: new Date(Date.UTC(2026, 10, 5, 16, 20) - (312 - sequence) * 5_400_000).toISOString().replace('.000', ''),
    container: ['jpeg', 'jpeg', 'png', 'jpeg', 'webp'][sequence % 5] ?? 'jpeg',
    width: sequence % 3 === 0 ? 3000 : 4000,
    height: sequence % 3 === 0 ? 4000 : 3000,
    originalBytes: bytes + 42_117,
    outputBytes: bytes,
    originalSha256: digest(sequence * 7),
    outputSha256: digest(sequence * 7 + 1),
    pixelsSha256: sequence % 9 === 0 ? null : digest(sequence * 7 + 2),
    appVersion: '0.1.0',
    recipient: sequence % 10 === 8 ? 'Ann Example' : null,
    purpose: sequence % 10 === 8 ? 'holiday album' : null,
    isAnchored: sequence <= ANCHORED,
    hasThumbnail: false,
    previous: sequence === 1 ? '0'.repeat(64) : digest((sequence - 1) * 7 + 3),
    hash,
  };
}

export function list(count: number, text: string, filter: AnchorFilter, offset: number, limit: number): LedgerPage {
  const wanted = text.toLowerCase();
  const all = Array.from({ length: count }, (_, i) => record(count - i)).filter(
    (one) =>
      (filter === 'all' || one.isAnchored === (filter === 'anchored')) &&
      (wanted === '' ||
      one.container.startsWith(wanted) ||
      [one.id, one.claimedTime, one.originalSha256, one.outputSha256, one.pixelsSha256 ?? ''].some((value) =>
        value.startsWith(wanted),
      )),
  );
  return { total: all.length, records: all.slice(offset, offset + limit) };
}
