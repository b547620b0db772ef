// Numbers, sizes and times as a person reads them. The locale is an argument, so that tests do not depend on a machine.

const SIZE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function number(value: number, locale?: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** Decimal units, as file managers show them: 4213000 -> "4.2 MB". */
export function size(bytes: number, locale?: string): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would be shown as "1,000 kB"; it belongs to the next unit.
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 1 && value < 99.95 ? 1 : 0;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: SIZE_UNITS[unit] ?? 'byte',
    unitDisplay: unit === 0 ? 'long' : 'short',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** Measured numbers come as hundredths: 62 -> "0.62". */
export function hundredths(value: number, locale?: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value / 100);
}

export function dimensions(width: number, height: number): string {
  return `${width} × ${height}`;
}

/** RFC 3339 UTC to the person's own clock; the text itself when it is no time. */
export function time(rfc3339: string, locale?: string, timeZone?: string): string {
  const date = new Date(rfc3339);
  if (Number.isNaN(date.getTime())) return rfc3339;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', ...(timeZone ? { timeZone } : {}) }).format(date);
}

/** The beginning of a digest, enough to tell two apart at a glance. */
export function digestStart(digest: string): string {
  return digest.length > 12 ? `${digest.slice(0, 12)}…` : digest;
}

/** Groups of eight, so that a person can compare two digests. Copying always takes the digest itself. */
export function digestGroups(digest: string): readonly string[] {
  return digest.match(/.{1,8}/g) ?? [];
}

/** 1 to 100 while running, never 100 before the end. */
export function percent(done: number, total: number): number {
  if (total <= 0) return 0;
  return Math.floor(Math.min(1, Math.max(0, done / total)) * 100);
}

/**
 * A file name in two parts, so that the second can stay when there is no room: its last characters with the extension.
 * Only names in plain Latin letters: elsewhere letters join, and a cut between two would change how they look.
 */
export function nameEnds(name: string): { start: string; end: string } {
  const dot = name.lastIndexOf('.');
  const cut = (dot > 0 && name.length - dot <= 6 ? dot : name.length) - 4;
  if (cut < 8 || !/^[\x20-\u024f\u2010-\u201f]+$/.test(name)) return { start: name, end: '' };
  return { start: name.slice(0, cut), end: name.slice(cut) };
}

/** A message as a sentence of its own: errors are written to follow a colon, here they stand alone. */
export function sentence(message: string): string {
  const text = message.trim();
  if (text === '') return '';
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase('en') + rest.join('') + (/[.!?…]$/.test(text) ? '' : '.');
}
