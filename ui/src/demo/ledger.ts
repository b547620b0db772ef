// The made-up ledger's key, anchors and proofs. Passphrases are compared, so that a wrong one can be seen; nothing is real.

import type { LedgerBackend } from '../ledger-backend';
import { FIELDS, type Anchor, type Key, type LedgerState, type ProofReport, type Protection, type Reply } from '../backend';
import { ANCHORED, list, record } from './records';

const ok = <T>(data: T): Promise<Reply<T>> => Promise.resolve({ status: 'ok', data });
const wrong = <T>(code: string, message: string, hint: string): Promise<Reply<T>> =>
  Promise.resolve({ status: 'error', error: { code, message, hint } });

const FINGERPRINT = 'SHA256:q3m0Zc1nJvT8y5Yw0u7e9d2kXbR4hLsPfGaVtQxNoWE';

export const REPORT: ProofReport = {
  name: 'proof.zip',
  fitsTogether: true,
  key: FINGERPRINT,
  ownKey: null,
  checks: [
    { what: 'Every file is listed, and is as it was listed', outcome: 'holds' },
    { what: 'The record is in the ledger that was signed', outcome: 'holds' },
    { what: 'anchors/1.ots is of this checkpoint; its time is not confirmed here', outcome: 'open' },
  ],
  shown: [{ name: 'output_sha256', value: 'b7'.repeat(32) }],
  times: [{ time: '2026-11-01T10:00:00Z', by: 'Time Authority' }],
  open: [],
};

export const ANCHORS: Anchor[] = [
  { covers: ANCHORED, kind: 'timeStamp', imported: '2026-11-01T10:05:00Z', times: [{ time: '2026-11-01T10:00:00Z', by: 'Time Authority' }], open: [], broken: null },
  { covers: 300, kind: 'openTimestamps', imported: '2026-11-04T18:00:00Z', times: [], open: ['The calendar promised to put it into a block.'], broken: null },
];

/** `protection` and `passphrase` begin as the scene says: with a passphrase the ledger is locked. */
export function demoLedger(state: () => LedgerState, passphrase: string | null = null): Omit<LedgerBackend, 'previewUrl'> {
  let secret = passphrase;
  let open = secret === null;
  let trusted = 0;
  let keys: Key[] = [{ number: 1, fingerprint: FINGERPRINT, since: null, replaced: null, revoked: null }];

  const protection = (): Protection => (secret === null ? 'none' : open ? 'unlocked' : 'locked');
  const count = (): number => {
    const now = state();
    return now.kind === 'ready' ? now.count : 0;
  };
  /** The ledger's trouble, if it has any, comes before every answer. */
  function guarded<T>(answer: () => Promise<Reply<T>>, needsKey = true): Promise<Reply<T>> {
    const now = state();
    if (now.kind === 'problem') return Promise.resolve({ status: 'error', error: now.problem });
    if (needsKey && protection() === 'locked') {
      return wrong('ledger_passphrase_needed', 'The ledger is locked with a passphrase.', 'Give the passphrase.');
    }
    return answer();
  }

  return {
    setHandover: () => ok(null),
    ledgerList: (text, filter, offset, limit) => guarded(() => ok(list(count(), text, filter, offset, limit)), limit > 0),
    ledgerExport: (format) => guarded(() => ok({ saved: true, count: count(), name: `cloakroom-ledger.${format}` })),
    ledgerFindPhoto: () => guarded(() => ok({ total: 1, records: [record(298)] })),
    showLedgerFolder: () => ok(null),
    ledgerOverview: () =>
      guarded(
        () =>
          ok({
            protection: protection(),
            keys,
            entries: count(),
            root: 'c4'.repeat(32),
            anchors: count() > 0 ? ANCHORS : [],
            anchored: Math.min(count(), ANCHORED),
            trusted,
          }),
        false,
      ),
    ledgerRecord: (id) =>
      guarded(() => {
        const found = Array.from({ length: count() }, (_, i) => record(i + 1)).find((one) => one.id === id);
        if (!found) return wrong('ledger_not_found', 'No record has this id.', 'Look for it in the list.');
        const value = (name: string): string | null =>
          ({
            original_sha256: found.originalSha256,
            output_sha256: found.outputSha256,
            pixels_sha256: found.pixelsSha256,
            pdq_nearest: 'f0'.repeat(32),
            width: String(found.width),
            height: String(found.height),
            recipient: found.recipient,
          })[name] ?? null;
        const fields = FIELDS.map((name) => ({ name, value: value(name) }));
        return ok({ record: found, fields, anchors: ANCHORS.filter(({ covers }) => covers >= found.sequence), hasTiles: true });
      }),

    ledgerUnlock: (given) => {
      if (given !== secret) return wrong('ledger_passphrase_wrong', 'This is not the passphrase.', 'Try again.');
      open = true;
      return ok(null);
    },
    ledgerLock: () => ((open = secret === null), ok(null)),
    ledgerRecover: (_code, given) => ((secret = given), (open = true), ok(null)),
    keySetPassphrase: (given) => guarded(() => ((secret = given), (open = true), ok(null))),
    keySheet: () =>
      guarded(() => ok({ code: 'ABCD '.repeat(14).trim(), fingerprint: FINGERPRINT, root: `${count()}:${'c4'.repeat(32)}`, time: '2026-11-05T16:20:00Z' })),
    keyRotate: (reason, given) =>
      guarded(() => {
        const time = '2026-11-05T16:20:00Z';
        keys = keys.map((key, i) => (i === keys.length - 1 ? { ...key, replaced: { reason, time } } : key));
        keys = [...keys, { number: keys.length + 1, fingerprint: FINGERPRINT.replace('q3', 'r4'), since: time, replaced: null, revoked: null }];
        secret = given;
        return ok(null);
      }),
    keyRevoke: (number, reason) =>
      guarded(() => {
        keys = keys.map((key) => (key.number === number ? { ...key, revoked: { reason, time: '2026-11-05T16:21:00Z' } } : key));
        return ok(null);
      }),

    anchorExport: () => guarded(() => ok({ saved: true, name: 'cloakroom-anchor-2026-11-05', count: 3 })),
    anchorImport: () => ok(1),
    anchorTrustAuthority: () => ((trusted += 1), ok(true)),
    anchorTrustBlock: (header) =>
      header.length === 160 ? ((trusted += 1), ok(null)) : wrong('no_block_header', 'A block header is 160 hexadecimal digits.', 'Give the raw header.'),
    anchorForgetTrusted: () => ((trusted = 0), ok(null)),

    proofPhoto: () => guarded(() => ok({ name: 'beach.jpg', sizeBytes: 4_213_880, columns: 4, rows: 3, isOriginal: true })),
    proofMake: () => guarded(() => ok({ saved: true, name: 'proof.zip', count: 40_112 })),
    proofCheck: () => ok(REPORT),
    hashesExport: (ids, kinds) => guarded(() => ok({ saved: true, name: 'hashes.txt', count: 2 * ids.length * kinds.length })),

    ledgerBackup: () => guarded(() => ok({ saved: true, name: 'cloakroom-ledger.backup', count: 1_048_576 }), false),
    ledgerRestore: (given) =>
      given === 'backup' ? ok({ kind: 'more', entries: 3 }) : wrong('ledger_passphrase_wrong', 'This is not the passphrase.', 'Try again.'),
    ledgerCompare: (kept) => (kept.includes(':') ? ok({ kind: 'fewer', entries: 2 }) : wrong('no_root', 'This is no root.', 'Look at the sheet.')),
    ledgerCheckAll: () => guarded(() => ok({ entries: count(), checkpoints: 1, anchors: 2, recordsRead: count() }), false),
  };
}
