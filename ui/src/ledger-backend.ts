// The part of the seam that is about the ledger: its key, anchors, proofs and backups.

import type {
  AnchorFilter,
  Checked,
  ExportFormat,
  ExportResult,
  HashFormat,
  HashKind,
  KeyReason,
  LedgerOverview,
  LedgerPage,
  ProofChoice,
  ProofPhoto,
  ProofReport,
  RecordDetail,
  RecoverySheet,
  Restoring,
  Standing,
  Written,
} from './bindings';
import type { Reply } from './backend';

/** The lines of a record, in their order. */
export const FIELDS = [
  'original_sha256',
  'output_sha256',
  'pixels_sha256',
  'tiles_root',
  'pdq_nearest',
  'pdq_box',
  'pdq_dihedral',
  'pdq_quality',
  'features_sha256',
  'original_md5',
  'output_md5',
  'width',
  'height',
  'original_bytes',
  'output_bytes',
  'container',
  'claimed_time',
  'recipient',
  'purpose',
  'app_version',
  'algorithms',
  'cloak',
  'first_form_hash',
  'note',
] as const;

export type FieldName = (typeof FIELDS)[number];

export const isField = (name: string): name is FieldName => (FIELDS as readonly string[]).includes(name);

export interface LedgerBackend {
  /** Whom the copies are for that are made from now on; kept nowhere but in the records. */
  setHandover(recipient: string, purpose: string): Promise<Reply<null>>;

  ledgerList(text: string, filter: AnchorFilter, offset: number, limit: number): Promise<Reply<LedgerPage>>;
  ledgerExport(format: ExportFormat): Promise<Reply<ExportResult>>;
  /** `null` when the person closed the dialog without choosing. */
  ledgerFindPhoto(): Promise<Reply<LedgerPage | null>>;
  showLedgerFolder(): Promise<Reply<null>>;
  /** `null` where there is no ledger yet. */
  ledgerOverview(): Promise<Reply<LedgerOverview | null>>;
  ledgerRecord(id: string): Promise<Reply<RecordDetail>>;

  ledgerUnlock(passphrase: string): Promise<Reply<null>>;
  ledgerLock(): Promise<Reply<null>>;
  ledgerRecover(code: string, passphrase: string): Promise<Reply<null>>;
  keySetPassphrase(passphrase: string | null): Promise<Reply<null>>;
  keySheet(): Promise<Reply<RecoverySheet>>;
  keyRotate(reason: KeyReason, passphrase: string | null): Promise<Reply<null>>;
  keyRevoke(number: number, reason: KeyReason): Promise<Reply<null>>;

  anchorExport(): Promise<Reply<Written>>;
  anchorImport(): Promise<Reply<number>>;
  anchorTrustAuthority(): Promise<Reply<boolean>>;
  anchorTrustBlock(header: string): Promise<Reply<null>>;
  anchorForgetTrusted(): Promise<Reply<null>>;

  proofPhoto(id: string): Promise<Reply<ProofPhoto | null>>;
  proofMake(id: string, choice: ProofChoice): Promise<Reply<Written>>;
  proofCheck(): Promise<Reply<ProofReport | null>>;
  hashesExport(ids: string[], kinds: HashKind[], format: HashFormat): Promise<Reply<Written>>;

  ledgerBackup(passphrase: string): Promise<Reply<Written>>;
  ledgerRestore(passphrase: string, what: Restoring): Promise<Reply<Standing | null>>;
  ledgerCompare(kept: string): Promise<Reply<Standing>>;
  ledgerCheckAll(): Promise<Reply<Checked>>;

  /** Address of a photo's small picture, of a record's (`r` and its id), or of a proof's (`p` and any number); 404 when there is none. */
  previewUrl(id: number | string): string;
}
