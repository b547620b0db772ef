// Line drawings on a 24 by 24 grid, drawn for this app. One path each; Icon.svelte strokes them in the text's colour.

import type { Carrier, Topic } from './backend';

const disc = (x: number, y: number, r: number) => `M${x + r} ${y}a${r} ${r} 0 1 1-${2 * r} 0 ${r} ${r} 0 0 1 ${2 * r} 0z`;
const ring = disc(12, 12, 8.5);

export const icons = {
  hanger: 'M12 9.5V8.4c0-.9.5-1.4 1.1-1.9a2.3 2.3 0 1 0-3.5-2.1M12 9.5l-8.7 6.3c-1.1.8-.5 2.5.8 2.5h15.8c1.3 0 1.9-1.7.8-2.5z',
  clean: 'M11 4l1.7 4.8 4.8 1.7-4.8 1.7L11 17l-1.7-4.8-4.8-1.7 4.8-1.7zM18 15.5v5M15.5 18h5',
  ledger: 'M5 17.2V6.5a2.5 2.5 0 0 1 2.5-2.5H19v16H7.8A2.8 2.8 0 0 1 5 17.2zm0 0a2.8 2.8 0 0 1 2.8-2.7H19M9 8.3h6',
  find: `M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16M15.3 15.3L20 20${disc(12, 12, 4.6)}`,
  settings: `M4 7.5h8M17 7.5h3M4 16.5h3M12 16.5h8${disc(14.5, 7.5, 2.4)}${disc(9.5, 16.5, 2.4)}`,
  photo: `M5.5 4.5h13a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18V6a1.5 1.5 0 0 1 1.5-1.5zM4 16.5l4.6-4.6a1 1 0 0 1 1.4 0l6.7 7.4M14 16l2-2a1 1 0 0 1 1.4 0L20 16.6${disc(15.5, 8.8, 1.3)}`,
  folder: 'M3.5 7.5v10A1.5 1.5 0 0 0 5 19h14a1.5 1.5 0 0 0 1.5-1.5V9A1.5 1.5 0 0 0 19 7.5h-7L10 5H5a1.5 1.5 0 0 0-1.5 1.5z',
  reveal: 'M3.5 18V6.5A1.5 1.5 0 0 1 5 5h5l2 2.5h7A1.5 1.5 0 0 1 20.5 9v2M5 19h6M15 20.5l5.5-5.5M16 15h4.5v4.5',
  chevron: 'M9.5 6.5L15 12l-5.5 5.5',
  back: 'M14.5 6.5L9 12l5.5 5.5',
  close: 'M7 7l10 10M17 7L7 17',
  search: `${disc(11, 11, 6)}M15.5 15.5L20 20`,
  copy: 'M9.5 8.5h8a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-8a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM15.5 8.5v-3a1 1 0 0 0-1-1h-8a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h2',
  save: 'M12 4v10.5M7.5 10.5L12 15l4.5-4.5M5 19.5h14',
  check: 'M5.5 12.5l4.5 4.5 8.5-10',
  done: `${ring}M8 12.3l2.8 2.8L16 9.5`,
  same: `${ring}M8.5 10.3h7M8.5 13.7h7`,
  refused: 'M12 3.5l7 2.5v5.5c0 4.3-2.9 7.4-7 9-4.1-1.6-7-4.7-7-9V6zM9 12h6',
  failed: 'M12 4.2l8.7 15H3.3zM12 10v4.5M12 16.9v.1',
  cancelled: `${ring}M8.5 12h7`,
  waiting: `${ring}${disc(12, 12, 1.2)}`,
  busy: 'M12 3.5a8.5 8.5 0 1 1-8.5 8.5',
  info: `${ring}M12 11v5M12 8v.1`,
  retry: 'M19 12a7 7 0 1 1-2.2-5.1M19.5 4v4h-4',
  pixels: 'M4.5 4.5h15v15h-15zM9.5 4.5v15M14.5 4.5v15M4.5 9.5h15M4.5 14.5h15',
  home: 'M4 11l8-6.5 8 6.5M6 9.5v9.5h12V9.5M10 19v-5.5h4V19',
  system: 'M4 5.5h16v10.5H4zM9 20h6M12 16v4',
  sun: `${disc(12, 12, 3.7)}M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4`,
  moon: 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z',
  place: `M12 21c-4-4.3-6.5-7.6-6.5-11a6.5 6.5 0 0 1 13 0c0 3.4-2.5 6.7-6.5 11z${disc(12, 10, 2.3)}`,
  person: `${disc(12, 8.5, 3.8)}M4.8 20c.6-3.7 3.5-5.7 7.2-5.7s6.6 2 7.2 5.7`,
  device: `M4.5 8h3l1.5-2.5h6L16.5 8h3A1.5 1.5 0 0 1 21 9.5v8a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-8A1.5 1.5 0 0 1 4.5 8z${disc(12, 13, 3.3)}`,
  time: `${ring}M12 7.5V12l3 2`,
  thumbnail: 'M4 5h16v14H4zM12.5 11.5H20V19h-7.5z',
  video: 'M4.5 6.5h10A1.5 1.5 0 0 1 16 8v8a1.5 1.5 0 0 1-1.5 1.5h-10A1.5 1.5 0 0 1 3 16V8a1.5 1.5 0 0 1 1.5-1.5zM16 11l5-3v8l-5-3',
  editing: 'M5 19l1-4L16.5 4.5a1.4 1.4 0 0 1 2 0l1 1a1.4 1.4 0 0 1 0 2L9 18zM14.5 6.5l3 3',
  origin: `${disc(12, 9.5, 5.5)}M8.5 13.8L7 21l5-2.5L17 21l-1.5-7.2M9.8 9.6l1.6 1.6 2.9-3.1`,
  text: 'M5 6h14M5 10.5h14M5 15h9M5 19.5h6',
  key: `${disc(8, 15.5, 3.8)}M10.8 12.7L19 4.5M15.5 8l2.5 2.5M17.5 6l2 2`,
  lock: 'M6.5 10.5h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5',
  file: 'M7 3.5h7l4.5 4.5v11a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 19V5A1.5 1.5 0 0 1 7 3.5zM13.5 3.5V8.5h5',
  note: 'M8.5 12.5l5-5a2.3 2.3 0 0 1 3.2 3.2l-7 7a3.8 3.8 0 0 1-5.4-5.4l7-7',
  name: 'M4 8.5h16v7H4zM8 5.5v13M6.5 5.5h3M6.5 18.5h3',
  software: 'M4 5h16v14H4zM4 9h16M8 12.5l2 1.8-2 1.8M12.5 16h3.5',
  unknown: `${ring}M9.7 9.7a2.4 2.4 0 1 1 3.3 2.2c-.7.3-1 .8-1 1.6M12 16.5v.1`,
} as const;

export type IconName = keyof typeof icons;

/** What stands for a file that has no small picture. */
export function containerIcon(container: string): IconName {
  return container === 'MP4' || container === 'MOV' ? 'video' : 'photo';
}

export const carrierIcon: Record<Carrier, IconName> = { name: 'name', times: 'time', attribute: 'note', sidecar: 'file' };

export const topicIcon: Record<Topic, IconName> = {
  place: 'place',
  person: 'person',
  device: 'device',
  time: 'time',
  thumbnail: 'thumbnail',
  video: 'video',
  edit_history: 'editing',
  provenance: 'origin',
  text: 'text',
  software: 'software',
  unknown: 'unknown',
  picture: 'photo',
};
