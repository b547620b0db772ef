import { Channel, convertFileSrc } from '@tauri-apps/api/core';
import type { Backend } from './backend';
import { commands, type UiEvent } from './bindings';

/** The app itself. Commands and types come from Rust; only the channel and the address are made here. */
export const tauri: Backend = {
  ...commands,
  start: (onEvents) => commands.start(new Channel<UiEvent[]>(onEvents)),
  // Gives preview://localhost/<id>, and the form that Windows needs there.
  findPictureUrl: (id, what) => convertFileSrc(`find-${id}-${what}`, 'preview'),
  previewUrl: (id) => convertFileSrc(String(id), 'preview'),
  // The address is made for one name; the rest of the way is plain.
  compareUrl: (id, which) => `${convertFileSrc(String(id), 'preview')}/${which}`,
};
