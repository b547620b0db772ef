// How findings are ordered and grouped: what endangers a person most comes first.

import type { Carrier, Finding, Topic, Trace } from './backend';

/** `high` leads to a door, `medium` to a person or a day, `low` says little alone. */
export type Danger = 'high' | 'medium' | 'low';

export type Group = { topic: Topic; findings: readonly Finding[] };

/** In order of danger. A record, so that the compiler asks for every topic. */
const DANGER: Record<Topic, Danger> = {
  place: 'high',
  person: 'medium',
  device: 'medium',
  time: 'medium',
  thumbnail: 'medium',
  video: 'medium',
  edit_history: 'low',
  provenance: 'low',
  text: 'low',
  software: 'low',
  unknown: 'low',
  picture: 'low',
};

export const TOPICS = Object.keys(DANGER) as readonly Topic[];

export function dangerOf(topic: Topic): Danger {
  return DANGER[topic];
}

/** One group per topic that occurs, most dangerous first; within a group, the order they came in. */
export function grouped(findings: readonly Finding[]): readonly Group[] {
  const byTopic = new Map<Topic, Finding[]>();
  for (const finding of findings) {
    const group = byTopic.get(finding.topic);
    if (group) group.push(finding);
    else byTopic.set(finding.topic, [finding]);
  }
  return TOPICS.flatMap((topic) => {
    const group = byTopic.get(topic);
    return group ? [{ topic, findings: group }] : [];
  });
}

/** What stays because the person asked for it; what the picture needs stays without being asked. */
export function asked(kept: readonly Finding[]): readonly Finding[] {
  return kept.filter(({ topic }) => topic !== 'picture');
}

/** What of a file tells by itself, of all that does: only what is worth a word in a row. Every file has times. */
export function telling(traces: readonly Trace[], stays: boolean | null): readonly Carrier[] {
  const WORTH: readonly Carrier[] = ['name', 'attribute'];
  return WORTH.filter((carrier) => traces.some((trace) => trace.carrier === carrier && trace.stays === stays));
}

/** The first part of a long value, never cutting a character in two; the value itself when it is short. */
export function shortened(value: string, charsMax: number): string {
  if (value.length <= charsMax) return value;
  return `${Array.from(value.slice(0, charsMax + 1)).slice(0, charsMax).join('').trimEnd()}…`;
}

/** How many of these labels fit side by side, leaving room for a count of the rest. Widths are estimates. */
export function fitting(labels: readonly { name: string; count: number }[], room_px: number): number {
  const GAP = 5;
  const REST = 30;
  let used = 0;
  for (const [i, { name, count }] of labels.entries()) {
    used += (i > 0 ? GAP : 0) + 34 + name.length * 6.9 + (count > 1 ? 4 + String(count).length * 7 : 0);
    const last = i === labels.length - 1;
    // One is always shown: it is the most dangerous.
    if (i > 0 && used + (last ? 0 : GAP + REST) > room_px) return i;
  }
  return labels.length;
}
