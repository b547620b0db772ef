import { describe, expect, it } from 'vitest';
import { keyHint, keyLabel, shortcutOf } from '../src/shortcuts';

const keys = (key: string, held = ''): Parameters<typeof shortcutOf>[0] => ({
  key,
  ctrlKey: held.includes('c'),
  metaKey: held.includes('m'),
  shiftKey: held.includes('s'),
  altKey: held.includes('a'),
});

describe('shortcutOf', () => {
  it.each([
    ['1', 'c', { kind: 'page', page: 'clean' }],
    ['2', 'c', { kind: 'page', page: 'ledger' }],
    ['3', 'c', { kind: 'page', page: 'find' }],
    ['4', 'c', { kind: 'page', page: 'settings' }],
    ['o', 'c', { kind: 'choosePhotos' }],
    ['O', 'cs', { kind: 'chooseFolder' }],
    ['Enter', 'c', { kind: 'clean' }],
    ['f', 'c', { kind: 'search' }],
    ['Escape', '', { kind: 'cancel' }],
    ['o', '', null],
    ['o', 'ca', null],
    ['Enter', '', null],
    ['Enter', 'cs', null],
    ['5', 'c', null],
  ])('%s with "%s"', (key, held, shortcut) => expect(shortcutOf(keys(key, held), false)).toEqual(shortcut));

  it('uses the Command key on a Mac, and only there', () => {
    expect(shortcutOf(keys('o', 'm'), true)).toEqual({ kind: 'choosePhotos' });
    expect(shortcutOf(keys('o', 'c'), true)).toBeNull();
    expect(shortcutOf(keys('o', 'm'), false)).toBeNull();
  });
});

it('says the keys as each system writes them', () => {
  expect([keyHint('Shift+O', false), keyHint('Shift+O', true)]).toEqual(['Control+Shift+O', 'Meta+Shift+O']);
  expect([keyLabel('Shift+O', false), keyLabel('Shift+O', true), keyLabel('Enter', true)]).toEqual(['Ctrl+Shift+O', '⇧⌘O', '⌘↩']);
});
