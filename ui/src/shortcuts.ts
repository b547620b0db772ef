// Keys that work everywhere in the window. Keys of one list or field are handled where that list or field is.

export type Page = 'clean' | 'ledger' | 'find' | 'settings';

export const PAGES: readonly Page[] = ['clean', 'ledger', 'find', 'settings'];

export type Shortcut =
  | { kind: 'page'; page: Page }
  | { kind: 'choosePhotos' }
  | { kind: 'chooseFolder' }
  | { kind: 'clean' }
  | { kind: 'cancel' }
  | { kind: 'search' };

type Keys = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** The Command key on a Mac, Control elsewhere. */
export function shortcutOf(keys: Keys, mac: boolean): Shortcut | null {
  const main = mac ? keys.metaKey && !keys.ctrlKey : keys.ctrlKey && !keys.metaKey;
  const bare = !keys.ctrlKey && !keys.metaKey && !keys.altKey && !keys.shiftKey;
  const key = keys.key.toLowerCase();

  if (bare) return key === 'escape' ? { kind: 'cancel' } : null;
  if (!main || keys.altKey) return null;
  if (keys.shiftKey) return key === 'o' ? { kind: 'chooseFolder' } : null;
  switch (key) {
    case '1':
    case '2':
    case '3':
    case '4': {
      const page = PAGES[Number(key) - 1];
      return page ? { kind: 'page', page } : null;
    }
    case 'o':
      return { kind: 'choosePhotos' };
    case 'enter':
      return { kind: 'clean' };
    case 'f':
      return { kind: 'search' };
    default:
      return null;
  }
}

/** For `aria-keyshortcuts`, e.g. "Control+Shift+O". */
export function keyHint(keys: string, mac: boolean): string {
  return `${mac ? 'Meta' : 'Control'}+${keys}`;
}

/** For a tooltip, e.g. "Ctrl+Shift+O" or "⇧⌘O". */
export function keyLabel(keys: string, mac: boolean): string {
  if (!mac) return `Ctrl+${keys}`;
  return keys.replace('Shift+', '⇧').replace('Enter', '↩').replace(/(.)$/, '⌘$1');
}

export const IS_MAC = typeof navigator !== 'undefined' && /Mac/.test(navigator.userAgent);
