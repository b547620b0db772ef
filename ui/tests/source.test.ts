// Rules that the source must keep, read from the source itself.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path: relative(SRC, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }));

const svelte = files.filter(({ path }) => path.endsWith('.svelte'));
const shipped = files.filter(({ path }) => !path.startsWith('demo/'));
const having = (list: typeof files, pattern: RegExp): string[] => list.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

const SPOKEN = ['title', 'aria-label', 'aria-description', 'placeholder', 'alt'];

/** Words that stand in the markup of a component, as text or in an attribute that a person hears or sees. */
function literals(source: string): string[] {
  const found: string[] = [];
  function walk(node: unknown, spoken: boolean): void {
    if (Array.isArray(node)) {
      for (const child of node) walk(child, spoken);
    } else if (node !== null && typeof node === 'object') {
      const { type, name, data } = node as { type?: string; name?: string; data?: string };
      if (type === 'Text' && spoken && data !== undefined && /\p{L}{2}/u.test(data)) found.push(data.trim());
      const heard = type === 'Attribute' ? SPOKEN.includes(name ?? '') : spoken;
      for (const child of Object.values(node)) walk(child, heard);
    }
  }
  walk(parse(source, { modern: true }).fragment, true);
  return found;
}

describe('source', () => {
  it('is found', () => expect(svelte.length).toBeGreaterThan(20));

  it('shows strangers’ values as text only', () => {
    expect(having(files, /\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser/)).toEqual([]);
  });

  it('keeps to the content security policy: no style strings, no inline scripts, no data addresses', () => {
    expect(having(svelte, /\sstyle=/)).toEqual([]);
    expect(having(shipped, /javascript:|data:image|data:font|\beval\(|new Function/)).toEqual([]);
  });

  it('names no remote address', () => {
    expect(having(shipped, /https?:\/\/(?!preview\.localhost)/)).toEqual([]);
    expect(having(shipped, /\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon/)).toEqual([]);
  });

  it('keeps the made-up photos out of the app', () => {
    expect(having(shipped, /from '(\.\/|\.\.\/)*demo\//)).toEqual([]);
  });

  it('reaches the app through one seam', () => {
    expect(having(shipped, /from '@tauri-apps|from "@tauri-apps|from '\.{1,2}\/bindings'/).sort()).toEqual([
      'backend.ts',
      'bindings.ts',
      'ledger-backend.ts',
      'main.ts',
      'tauri.ts',
    ]);
  });

  it('keeps its words in words.ts', () => {
    expect(svelte.flatMap(({ path, text }) => literals(text).map((words) => `${path}: ${words}`))).toEqual([]);
    expect(literals('<p title="A tip">Hello {name}<!-- no word --></p>{#if x}there{/if}')).toEqual(['A tip', 'Hello', 'there']);
  });

  it('keeps files small', () => {
    const long = files.filter(({ path, text }) => !['words.ts', 'bindings.ts'].includes(path) && text.split('\n').length > 300);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});
