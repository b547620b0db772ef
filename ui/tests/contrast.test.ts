// Contrast of the colours that carry text or meaning, computed from tokens.css for both themes (WCAG 2.2, 1.4.3 and 1.4.11).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '..', 'src', 'styles', 'tokens.css'), 'utf8');
const tokens = new Map(
  [...css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]+),\s*(#[0-9a-f]+)\)/g)].map(([, name, light, dark]) => [name, { light, dark }]),
);

type Theme = 'light' | 'dark';

function colour(name: string, theme: Theme): string {
  const hex = tokens.get(name)?.[theme];
  if (!hex) throw new Error(`no colour --${name}`);
  return hex;
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ['window', 'surface', 'raised', 'accent-soft', 'quiet-soft'];
const SOFTS = ['good-soft', 'note-soft', 'care-soft', 'harm-soft'];

const TEXT: [string, string][] = [
  ...[...GROUNDS, ...SOFTS, 'sunken'].map((ground): [string, string] => ['text', ground]),
  ...GROUNDS.map((ground): [string, string] => ['muted', ground]),
  ['muted', 'note-soft'],
  ['muted', 'care-soft'],
  ['muted', 'harm-soft'],
  ['muted', 'sunken'],
  ...['window', 'surface', 'raised', 'accent-soft', 'note-soft', 'care-soft', 'veil'].map((ground): [string, string] => ['accent-text', ground]),
  ['text', 'veil'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['on-harm', 'harm'],
  ...['good', 'note', 'care', 'harm', 'quiet'].map((tone): [string, string] => [`${tone}-text`, `${tone}-soft`]),
  ['good-text', 'surface'],
  ['care-text', 'window'],
  ['care-text', 'raised'],
  ['harm-text', 'raised'],
];

/** What is no text: the focus ring, the edges of fields, the bar of progress. */
const SHAPES: [string, string][] = [
  ['accent', 'surface'],
  ['accent', 'window'],
  ['accent', 'raised'],
  ['accent', 'sunken'],
  ['accent', 'accent-soft'],
  ['edge', 'surface'],
  ['edge', 'window'],
];

describe.each<Theme>(['light', 'dark'])('%s theme', (theme) => {
  it.each(TEXT)('%s on %s reads well (4.5 to 1)', (front, ground) => {
    expect(contrast(colour(front, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPES)('%s on %s is seen (3 to 1)', (front, ground) => {
    expect(contrast(colour(front, theme), colour(ground, theme))).toBeGreaterThanOrEqual(3);
  });
});
