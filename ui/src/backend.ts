// The seam between the page and whatever does the work: the app itself (tauri.ts), or made-up photos (demo/).
// The page imports its types from here and from nowhere else.

import type { ModelsPage, Problem, Settings, Start, UiEvent } from './bindings';
import type { FindBackend } from './find-backend';
import type { LedgerBackend } from './ledger-backend';

export { FIELDS, isField, type FieldName } from './ledger-backend';
export type {
  Anchor,
  AnchorFilter,
  AnchorKind,
  Carrier,
  Checked,
  CloakProgress,
  CloakReport,
  Cloaked,
  EncoderSeen,
  ExportFormat,
  ExportResult,
  Field,
  FindState,
  Finding,
  FoundChanges,
  FoundLeak,
  FoundMatch,
  FoundRegion,
  HashFormat,
  HashKind,
  Key,
  KeyReason,
  LedgerOverview,
  LedgerPage,
  LedgerRecord,
  LedgerState,
  Model,
  ModelsPage,
  Photo,
  PhotoState,
  Problem,
  ProofChoice,
  ProofPhoto,
  ProofReport,
  Protection,
  RecordDetail,
  RecoverySheet,
  Report,
  Restoring,
  Saved,
  Settings,
  Shift,
  SkippedFile,
  Standing,
  Start,
  TakedownAnswers,
  TakedownTexts,
  Topic,
  Trace,
  UiEvent,
  Verdict,
  Written,
} from './bindings';

export type { FindPicture } from './find-backend';

export type Keep = Settings['keep'][number];
export type Naming = Settings['naming'];
export type Cloak = Settings['cloak'];
/** Pictures of a cloaked photo that are laid over each other. */
export type Compared = 'original' | 'cloaked' | 'difference';
export type Theme = Settings['theme'];
export type DestinationKind = Settings['destination']['kind'];

/** What a command answers: its value, or a problem in words. It rejects only when the app itself cannot be reached. */
export type Reply<T> = { status: 'ok'; data: T } | { status: 'error'; error: Problem };

export interface Backend extends FindBackend, LedgerBackend {
  /** Subscribes to events, in order; everything that changes is told through them. */
  start(onEvents: (events: UiEvent[]) => void): Promise<Reply<Start>>;

  choosePhotos(): Promise<Reply<null>>;
  chooseFolder(): Promise<Reply<null>>;
  /** No ids: every photo that waits. */
  clean(ids: number[]): Promise<Reply<null>>;
  cancel(): Promise<Reply<null>>;
  clear(): Promise<Reply<null>>;
  remove(ids: number[]): Promise<Reply<null>>;
  /** Shows the saved file in the file manager. */
  reveal(id: number): Promise<Reply<null>>;

  setSettings(settings: Settings): Promise<Reply<Settings>>;
  /** The settings as they were when the person closed the dialog without choosing. */
  chooseOutputFolder(): Promise<Reply<Settings>>;

  modelsList(): Promise<Reply<ModelsPage>>;
  /** The models as they were when the person closed the dialog without choosing. */
  modelsAdd(): Promise<Reply<ModelsPage>>;
  modelsRemove(name: string): Promise<Reply<ModelsPage>>;

  /** Address of a larger picture of a photo, to be compared. */
  compareUrl(id: number, which: Compared): string;
}
