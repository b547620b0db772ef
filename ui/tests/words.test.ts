import { describe, expect, it } from 'vitest';
import { TOPICS } from '../src/findings';
import { count, words } from '../src/words';

/** Every text, functions called with harmless arguments. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return [];
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(texts);
  return [];
}

describe('words', () => {
  const all = texts(words);

  it('are all there', () => {
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter((text) => text.trim() === '')).toEqual([]);
  });

  it('promise nothing that was not measured', () => {
    const banned = /100 ?%|unbreakable|AI-proof|guarantee|totally|absolutely|military|bulletproof|completely safe/i;
    expect(all.filter((text) => banned.test(text))).toEqual([]);
  });

  it('name every topic', () => {
    expect(TOPICS.filter((topic) => !words.topics[topic].name || !words.topics[topic].why)).toEqual([]);
  });

  it('count in grammar', () => {
    expect([count(0, 'photo', 'photos'), count(1, 'photo', 'photos'), count(2, 'photo', 'photos')]).toEqual(['0 photos', '1 photo', '2 photos']);
    expect(words.toolbar.clean(0)).toBe('Clean');
    expect(words.toolbar.clean(1)).toBe('Clean 1 photo');
    expect(words.drop.title(12)).toBe('Drop 12 items');
  });

  it('say where copies land, and that replacing moves the original', () => {
    expect(words.lands('beside', '', 'keep')).toContain('Originals are never changed.');
    expect(words.lands('folder', 'To share', 'keep')).toContain('To share');
    expect(words.lands('replace', '', 'keep')).not.toContain('never changed');
    expect(words.lands('replace', '', 'keep')).toContain('trash');
  });

  it('tell only the endings that occurred', () => {
    const none = { cloaked: 0, notCloaked: 0, done: 0, alreadyClean: 0, refused: 0, failed: 0, cancelled: 0 };
    expect(words.summary.spoken({ ...none, done: 3, refused: 1 })).toBe('Finished: 3 cleaned, 1 refused.');
    expect(words.summary.spoken({ ...none, cloaked: 1, notCloaked: 2 })).toBe('Finished: 1 cloaked, 2 not cloaked.');
  });
});
