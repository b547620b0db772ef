import { describe, expect, it } from 'vitest';
import { drawn, scrollTo, topOf, totalHeight, visible, type Geometry } from '../src/rows';

const plain: Geometry = { count: 10_000, row_px: 68, open: null };
const opened: Geometry = { ...plain, open: { row: 10, extra_px: 500 } };

describe('visible', () => {
  it('draws a screenful of ten thousand', () => {
    for (const scrollTop of [0, 68, 1000, 340_000, totalHeight(plain) - 600]) {
      const { first, end } = visible(scrollTop, 600, plain);
      expect(end - first).toBeLessThan(25);
      expect(topOf(first, plain)).toBeLessThanOrEqual(scrollTop);
      expect(topOf(end, plain)).toBeGreaterThanOrEqual(scrollTop + 600);
    }
  });

  it('covers the screen wherever the open row is', () => {
    for (let scrollTop = 0; scrollTop < 3000; scrollTop += 17) {
      const { first, end } = visible(scrollTop, 300, opened);
      expect(topOf(first, opened)).toBeLessThanOrEqual(scrollTop);
      expect(topOf(end, opened)).toBeGreaterThanOrEqual(scrollTop + 300);
    }
  });

  it('stays inside the list', () => {
    expect(visible(-50, 600, { ...plain, count: 3 })).toEqual({ first: 0, end: 3 });
    expect(visible(9_999_999, 600, { ...plain, count: 3 })).toEqual({ first: 3, end: 3 });
    expect(visible(0, 600, { ...plain, count: 0 })).toEqual({ first: 0, end: 0 });
  });
});

describe('scrollTo', () => {
  it('moves only as far as needed', () => {
    expect(scrollTo(5, 0, 600, plain)).toBe(0);
    expect(scrollTo(100, 0, 600, plain)).toBe(101 * 68 - 600);
    expect(scrollTo(2, 1000, 600, plain)).toBe(136);
  });
});

describe('drawn', () => {
  it('keeps the row that has the focus, even far away', () => {
    expect(drawn({ first: 5, end: 8 }, null)).toEqual([5, 6, 7]);
    expect(drawn({ first: 5, end: 8 }, 6)).toEqual([5, 6, 7]);
    expect(drawn({ first: 5, end: 8 }, 1)).toEqual([1, 5, 6, 7]);
    expect(drawn({ first: 5, end: 8 }, 90)).toEqual([5, 6, 7, 90]);
  });
});
