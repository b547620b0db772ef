import { describe, expect, it } from 'vitest';
import { digestGroups, digestStart, nameEnds, percent, sentence, size, time } from '../src/format';

describe('size', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_000, '1 kB'],
    [999_499, '999 kB'],
    [999_600, '1.0 MB'],
    [4_213_880, '4.2 MB'],
    [99_960_000, '100 MB'],
    [2_000_000_000, '2.0 GB'],
  ])('%d is %s', (bytes, text) => expect(size(bytes, 'en')).toBe(text));
});

describe('time', () => {
  it('is on the person’s clock', () => {
    expect(time('2026-11-05T16:20:00Z', 'en-GB', 'Europe/Paris')).toBe('5 Nov 2026, 17:20');
  });
  it('shows what is no time as it is', () => expect(time('some day', 'en')).toBe('some day'));
});

describe('percent', () => {
  it.each([
    [0, 0, 0],
    [0, 10, 0],
    [999, 1000, 99],
    [10, 10, 100],
    [11, 10, 100],
  ])('%d of %d is %d', (done, total, share) => expect(percent(done, total)).toBe(share));
});

describe('digests', () => {
  const digest = '0123456789abcdef'.repeat(4);
  it('are shortened and grouped without losing a digit', () => {
    expect(digestStart(digest)).toBe('0123456789ab…');
    expect(digestGroups(digest)).toHaveLength(8);
    expect(digestGroups(digest).join('')).toBe(digest);
  });
});

describe('nameEnds', () => {
  it.each([
    ['IMG_20260714_184207.jpg', 'IMG_20260714_18', '4207.jpg'],
    ['a.jpg', 'a.jpg', ''],
    ['a long name without any ending', 'a long name without any en', 'ding'],
    ['صورة من الرحلة الطويلة.jpg', 'صورة من الرحلة الطويلة.jpg', ''],
  ])('%s', (name, start, end) => expect(nameEnds(name)).toEqual({ start, end }));
});

describe('sentence', () => {
  it.each([
    ['the file is empty', 'The file is empty.'],
    ['Already one.', 'Already one.'],
    ['', ''],
  ])('"%s"', (message, text) => expect(sentence(message)).toBe(text));
});
