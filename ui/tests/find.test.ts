// The Find page with a pretended backend: the picture stays blurred until it is asked for, and the age comes first.

import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, expect, it, vi } from 'vitest';
import App from '../src/App.svelte';
import { demoBackend, SCENE } from '../src/demo/backend';
import { findWords as say } from '../src/find-words';

let app: object | null = null;

async function settle(): Promise<void> {
  for (let i = 0; i < 4; i += 1) {
    await tick();
    await new Promise((resolve) => setTimeout(resolve, 1));
    flushSync();
  }
}

async function open() {
  const backend = demoBackend({ ...SCENE, pace_ms: 0 });
  const urls = vi.spyOn(backend, 'findPictureUrl');
  const told = { open: vi.spyOn(backend, 'findOpen'), texts: vi.spyOn(backend, 'takedownTexts') };
  app = mount(App, { target: document.body, props: { backend } });
  await settle();
  await click('Find');
  return { urls, told };
}

const page = (): string => document.body.textContent?.replace(/\s+/g, ' ') ?? '';

async function click(text: string): Promise<void> {
  const found = [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === text);
  if (!found) throw new Error(`no button "${text}"`);
  found.click();
  await settle();
}

afterEach(async () => {
  if (app) await unmount(app);
  app = null;
  document.body.replaceChildren();
});

it('tells what was found, and shows the picture only when asked', async () => {
  const { urls, told } = await open();
  expect(told.open).toHaveBeenLastCalledWith(true);
  await click(say.choose);
  for (const part of ['A copy of a part of the photo', 'Very sure', '3f2a9c0d11e47b58', 'mirrored', 'at 28 % of the size', 'Cannot be told', 'Alike as a whole']) {
    expect(page()).toContain(part);
  }
  expect(urls.mock.calls.every(([, what]) => what === 'veiled')).toBe(true);
  await click(say.show);
  expect(urls).toHaveBeenCalledWith(1, 'found');
  await click('Clean');
  expect(told.open).toHaveBeenLastCalledWith(false);
});

it('outlines what was changed once the original is there', async () => {
  const { urls } = await open();
  await click(say.choose);
  await click(say.changes.file);
  expect(page()).toContain(say.changes.verdict.changed);
  expect(page()).toContain('4.3 % of what can be compared');
  expect(urls).toHaveBeenCalledWith(2, 'differences');
  // The overlay shows what the found picture shows.
  await click(say.changes.views.overlay);
  expect(urls.mock.calls.some(([, what]) => what === 'outlined')).toBe(false);
  await click(say.show);
  expect(urls).toHaveBeenCalledWith(2, 'outlined');
});

it('asks the age first, and nothing after a yes', async () => {
  const { told } = await open();
  await click(say.takedown.open);
  expect(page()).toContain(say.takedown.age);
  expect(document.querySelector('textarea')).toBeNull();
  await click(say.takedown.yes);
  expect(told.texts).toHaveBeenCalledWith(expect.objectContaining({ under18: true, urls: [], records: [] }));
  expect(page()).toContain('not your fault');
  expect(document.querySelector('textarea')).toBeNull();
});

it('makes the texts from the answers', async () => {
  const { told } = await open();
  await click(say.takedown.open);
  await click(say.takedown.no);
  const urls = document.querySelector('textarea')!;
  urls.value = ' example.org/1 \n\nexample.org/2';
  urls.dispatchEvent(new Event('input', { bubbles: true }));
  await settle();
  await click(say.takedown.make);
  expect(told.texts).toHaveBeenCalledWith(expect.objectContaining({ under18: false, urls: ['example.org/1', 'example.org/2'] }));
  expect(page()).toContain('your name');
});
