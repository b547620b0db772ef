// What the app does about a picture that was found; a part of the seam in backend.ts.

import type { Reply } from './backend';
import type { FoundChanges, TakedownAnswers, TakedownTexts } from './backend';

/** The picture that was found, as it is or blurred; and the four pictures of a comparison. */
export type FindPicture = 'found' | 'veiled' | 'copy' | 'outlined' | 'photo' | 'differences';

export interface FindBackend {
  /** Whether dropped files are to be looked up instead of cleaned. */
  findOpen(open: boolean): Promise<Reply<null>>;
  findChoose(): Promise<Reply<null>>;
  findPaste(bytes: number[]): Promise<Reply<null>>;
  findPasteCopied(): Promise<Reply<null>>;
  /** The same picture once more, as after unlocking the ledger. */
  findAgain(): Promise<Reply<null>>;
  findClear(): Promise<Reply<null>>;
  /** `null` when the original is not in the folder that may be read. */
  findCompare(index: number): Promise<Reply<FoundChanges | null>>;
  findChooseOriginal(index: number, folder: boolean): Promise<Reply<FoundChanges | null>>;
  /** The name of the folder in which originals may be looked for. */
  findOriginalsFolder(): Promise<Reply<string | null>>;
  findForgetOriginals(): Promise<Reply<null>>;
  /** `null` when the person closed the dialog. */
  findReport(index: number, showFound: boolean): Promise<Reply<string | null>>;
  takedownTexts(answers: TakedownAnswers): Promise<Reply<TakedownTexts>>;
  takedownSave(answers: TakedownAnswers): Promise<Reply<string | null>>;
  /** Address of a picture that is looked up. */
  findPictureUrl(id: number, what: FindPicture): string;
}
