import { describe, expect, it } from 'vitest';
import type { Carrier, Finding, Topic, Trace } from '../src/backend';
import { asked, dangerOf, fitting, grouped, shortened, telling, TOPICS } from '../src/findings';

const finding = (topic: Topic, name = 'n'): Finding => ({ topic, name, value: 'v' });

describe('grouped', () => {
  it('puts place, person and device first, whatever order they came in', () => {
    const groups = grouped([finding('software'), finding('device', 'a'), finding('place'), finding('person'), finding('device', 'b')]);
    expect(groups.map(({ topic }) => topic)).toEqual(['place', 'person', 'device', 'software']);
    expect(groups[2]?.findings.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('loses nothing', () => {
    const all = TOPICS.flatMap((topic) => [finding(topic), finding(topic)]);
    expect(grouped(all).flatMap(({ findings }) => findings)).toHaveLength(all.length);
  });

  it('calls place alone the highest danger', () => {
    expect(TOPICS.filter((topic) => dangerOf(topic) === 'high')).toEqual(['place']);
  });
});

describe('asked', () => {
  it('leaves out what the picture needs', () => {
    const copyright = finding('person', 'Copyright');
    expect(asked([finding('picture', 'Colour profile'), copyright])).toEqual([copyright]);
  });
});

describe('telling', () => {
  const trace = (carrier: Carrier, stays: boolean | null): Trace => ({ carrier, topic: 'time', name: 'n', value: 'v', stays });
  it('names each carrier once, and never the times that every file has', () => {
    const traces = [trace('times', null), trace('attribute', null), trace('name', null), trace('name', null), trace('sidecar', null)];
    expect(telling(traces, null)).toEqual(['name', 'attribute']);
  });
  it('tells what stays from what does not', () => {
    const traces = [trace('name', true), trace('attribute', false), trace('times', false)];
    expect(telling(traces, true)).toEqual(['name']);
    expect(telling(traces, false)).toEqual(['attribute']);
  });
});

describe('shortened', () => {
  it('leaves short values alone and never cuts a character in two', () => {
    expect(shortened('short', 10)).toBe('short');
    expect(shortened('📷📷📷📷', 3)).toBe('📷📷…');
  });
});

describe('fitting', () => {
  const labels = [
    { name: 'Place', count: 4 },
    { name: 'Device', count: 1 },
    { name: 'Time', count: 3 },
  ];
  it('shows all where there is room, and always the first', () => {
    expect(fitting(labels, 1000)).toBe(3);
    expect(fitting(labels, 0)).toBe(1);
    expect(fitting([], 100)).toBe(0);
  });
  it('never shows more in less room', () => {
    const counts = Array.from({ length: 40 }, (_, i) => fitting(labels, i * 10));
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });
});
