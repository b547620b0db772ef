// The whole page with a pretended backend: what a person does, and what is then on screen.

import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import App from '../src/App.svelte';
import { demoBackend, SCENE, SETTINGS, type Scene } from '../src/demo/backend';
import { made, reportOf } from '../src/demo/photos';
import { words } from '../src/words';

const photos = (count: number) => Array.from({ length: count }, (_, id) => made(id));
const LOCKED = { code: 'ledger_locked', message: 'The ledger is in use.', hint: 'Close it.' };

let app: object | null = null;

async function open(scene: Partial<Scene> = {}) {
  const backend = demoBackend({ ...SCENE, pace_ms: 0, ...scene });
  const told = { clean: vi.spyOn(backend, 'clean'), remove: vi.spyOn(backend, 'remove'), cancel: vi.spyOn(backend, 'cancel'), set: vi.spyOn(backend, 'setSettings'), find: vi.spyOn(backend, 'ledgerFindPhoto') };
  app = mount(App, { target: document.body, props: { backend } });
  await settle();
  return { backend, told };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 4; i += 1) {
    await tick();
    await new Promise((resolve) => setTimeout(resolve, 1));
    flushSync();
  }
}

const all = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];
const one = (selector: string): HTMLElement => {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`nothing at ${selector}`);
  return found;
};
const button = (text: string): HTMLElement => {
  const found = all('button').find((one) => one.textContent?.trim() === text || one.getAttribute('aria-label') === text);
  if (!found) throw new Error(`no button "${text}"`);
  return found;
};
const row = (id: number): HTMLElement => one(`[data-id="${id}"]`);
const page = (): string => document.body.textContent?.replace(/\s+/g, ' ') ?? '';

async function click(element: HTMLElement): Promise<void> {
  element.click();
  await settle();
}

async function press(element: EventTarget, key: string, held: KeyboardEventInit = {}): Promise<void> {
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held }));
  await settle();
}

afterEach(async () => {
  if (app) await unmount(app);
  app = null;
  document.body.replaceChildren();
});

describe('an empty window', () => {
  it('says what happens and where copies land, and offers both buttons', async () => {
    await open();
    expect(page()).toContain('Originals are never changed. Clean copies appear beside them as name_clean.jpg.');
    expect(button('Choose photos').tagName).toBe('BUTTON');
    await click(button('Choose folder'));
    expect(one('[role="grid"]').getAttribute('aria-rowcount')).toBe('11');
    expect(row(0).textContent).toContain('Summer 2026');
  });

  it('lights up while something is dragged over it', async () => {
    const { backend } = await open();
    backend.emit({ type: 'dragEnter', count: 12 });
    await settle();
    expect(page()).toContain('Drop 12 items');
    backend.emit({ type: 'dragLeave' });
    await settle();
    expect(page()).not.toContain('Drop 12 items');
  });

  it('says so when the app cannot be reached', async () => {
    const backend = demoBackend(SCENE);
    backend.start = () => Promise.reject(new Error('no app'));
    app = mount(App, { target: document.body, props: { backend } });
    await settle();
    expect(one('[role="alert"]').textContent).toContain(words.common.unreachable.message);
  });
});

describe('cloaking', () => {
  const radio = (value: string): HTMLInputElement => one(`fieldset input[type="radio"][value="${value}"]`) as HTMLInputElement;

  it('is off until somebody turns it on, and tells its limits where it is chosen', async () => {
    const { told } = await open({ photos: photos(3) });
    expect(radio('off').checked).toBe(true);
    expect(button('Clean 3 photos').tagName).toBe('BUTTON');
    expect(page()).not.toContain(words.cloak.limits[0]);
    await click(radio('balanced'));
    expect(told.set).toHaveBeenCalledWith({ ...SETTINGS, cloak: 'balanced' });
    expect(button('Clean and cloak 3 photos').tagName).toBe('BUTTON');
    for (const limit of words.cloak.limits) expect(page()).toContain(limit);
    expect(page()).toContain('name_cloaked.jpg');
  });

  it('offers to refine only where there is a cloak', async () => {
    const { told } = await open({ photos: photos(1), settings: { ...SETTINGS, cloak: 'light' } });
    await click(one('.refine input'));
    expect(told.set).toHaveBeenCalledWith({ ...SETTINGS, cloak: 'light', refine: true });
    await click(radio('off'));
    expect(document.querySelector('.refine')).toBeNull();
  });

  it('shows how far the one in work is, and for how long', async () => {
    const { backend } = await open({ photos: photos(3), settings: { ...SETTINGS, cloak: 'light' } });
    const cloak = { stage: 'faces', percent: 50, secondsLeft: 4 } as const;
    backend.emit({ type: 'progress', done: 1, total: 2, running: true });
    backend.emit({ type: 'changed', photos: [{ id: 1, state: { kind: 'cleaning', report: reportOf(1), cloak } }] });
    await settle();
    expect(row(1).textContent).toContain('Cloaking faces… about 4 s left');
    expect(one('[role="progressbar"]').getAttribute('aria-valuenow')).toBe('75');
    expect(radio('off').closest('fieldset')?.disabled).toBe(true);
  });

  it('tells what was measured, each number beside its control, and shows both pictures', async () => {
    await open({ photos: photos(3), settings: { ...SETTINGS, cloak: 'balanced' } });
    await click(button('Clean and cloak 3 photos'));
    expect(row(0).textContent).toContain('Cloaked');
    expect(row(2).textContent).toContain('Not cloaked');
    await click(row(0));
    const told = one('.unfolded').textContent?.replace(/\s+/g, ' ') ?? '';
    expect(told).toContain('0.62 / 0.51');
    expect(told).toContain('not recognised (0.62)');
    expect(told).toContain(words.cloakReport.heldOut);
    const divider = one('input[type="range"]') as HTMLInputElement;
    expect(divider.getAttribute('aria-valuetext')).toBe('50 % original');
    expect(all('.pictures img').length).toBe(2);
    await click(button(words.cloakReport.difference));
    expect(all('.pictures img').length).toBe(1);
    await click(row(2));
    expect(one('.unfolded').textContent).toContain('Only still pictures are cloaked.');
  });

  it('tells whose the models are, and removes a pack', async () => {
    await open();
    await press(window, '4', { ctrlKey: true });
    expect(all('.origin').map((one) => one.textContent)).toEqual(['Ours', 'From a dependency', 'Your pack']);
    expect(page()).toContain('<b>a stranger</b>');
    await click(button('Remove the model taef2'));
    expect(all('.origin').length).toBe(2);
  });
});

describe('a list of photos', () => {
  it('draws few rows of many, and tells how many there are', async () => {
    await open({ photos: photos(10_000) });
    expect(all('[data-id]').length).toBeLessThan(40);
    expect(one('[role="grid"]').getAttribute('aria-rowcount')).toBe('10001');
    expect(row(0).getAttribute('aria-rowindex')).toBe('2');
  });

  it('comes to five honest endings', async () => {
    const { told } = await open({ photos: photos(10) });
    await click(button('Clean 10 photos'));
    expect(told.clean).toHaveBeenCalledWith([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(one('[aria-live="polite"]').textContent).toBe('Finished: 6 cleaned, 2 already clean, 1 refused, 1 failed.');
    expect(row(3).textContent).toContain('Refused');
    expect(row(3).textContent).toContain('The original is as it was');
    expect(row(0).textContent).toContain('IMG_20260714_184207_clean.jpg');
    expect(row(0).querySelector('[aria-label^="Show the clean copy"]')).not.toBeNull();
  });

  it('shows hostile values as text', async () => {
    await open({ photos: photos(3) });
    await click(row(1));
    expect(one('.unfolded').textContent).toContain('<img src=x onerror=alert(1)>');
    expect(document.querySelector('img[src="x"]')).toBeNull();
  });

  it('tells what the file says by itself, and what of it stays', async () => {
    await open({ photos: photos(10) });
    await click(row(1));
    expect(one('.unfolded').textContent).toContain(words.outside.title);
    expect(one('.unfolded').textContent).toContain('https://photos.example.org/album/anna/beach.jpg');
    await click(row(0));
    await click(button('Clean 10 photos'));
    const lists = all('.unfolded section').map((list) => list.textContent ?? '');
    expect(lists.find((list) => list.includes(words.outside.left))).toContain('2026-07-14 16:42:09 UTC');
    expect(lists.find((list) => list.includes(words.outside.stays))).toContain(words.outside.nameStays);
  });

  it('shows the copy whose original the trash did not take', async () => {
    const { backend } = await open({ photos: photos(1) });
    const report = reportOf(0);
    const saved = { name: 'copy_clean.jpg', removed: report.findings, kept: [], outside: [], record: null, cloak: null, notes: [] };
    const problem = { code: 'trash_failed', message: 'no trash', hint: 'delete it' };
    backend.emit({ type: 'changed', photos: [{ id: 0, state: { kind: 'failed', problem, report, saved } }] });
    await settle();
    expect(row(0).textContent).toContain('copy_clean.jpg');
    expect(row(0).querySelector('[aria-label^="Show the clean copy"]')).not.toBeNull();
  });

  it('is worked with keys alone', async () => {
    const { told } = await open({ photos: photos(5) });
    row(0).focus();
    await press(row(0), 'ArrowDown');
    expect(document.activeElement).toBe(row(1));
    await press(row(1), 'Enter');
    expect(row(1).getAttribute('aria-expanded')).toBe('true');
    expect(document.activeElement).toBe(one('.unfolded'));
    expect(one('.unfolded').textContent).toContain('Anna Example');
    await press(one('.unfolded'), 'Escape');
    expect(document.querySelector('.unfolded')).toBeNull();
    expect(document.activeElement).toBe(row(1));
    await press(row(1), 'Delete');
    expect(told.remove).toHaveBeenCalledWith([1]);
    expect(row(2).getAttribute('aria-selected')).toBe('true');
    expect(all('[data-id][tabindex="0"]')).toHaveLength(1);
  });

  it('is cancelled with Escape while it runs, and only then', async () => {
    const { backend, told } = await open({ photos: photos(5) });
    await press(window, 'Escape');
    expect(told.cancel).not.toHaveBeenCalled();
    backend.emit({ type: 'progress', done: 1, total: 5, running: true });
    await settle();
    expect(one('[role="progressbar"]').getAttribute('aria-valuenow')).toBe('20');
    await press(window, 'Escape');
    expect(told.cancel).toHaveBeenCalledOnce();
  });

  it('keeps its place while another page is open', async () => {
    await open({ photos: photos(5) });
    await click(row(2));
    await press(window, '4', { ctrlKey: true });
    expect(document.activeElement?.textContent).toBe('Settings');
    await press(window, '1', { ctrlKey: true });
    expect(row(2).getAttribute('aria-expanded')).toBe('true');
  });
});

describe('a ledger that cannot be written', () => {
  it('stops cleaning until the person turns recording off', async () => {
    const { told } = await open({ photos: photos(2), ledger: { kind: 'problem', problem: LOCKED } });
    expect(page()).toContain(LOCKED.hint);
    await click(button('Clean 2 photos'));
    await press(window, 'Enter', { ctrlKey: true });
    expect(told.clean).not.toHaveBeenCalled();
    await click(button('Clean without recording'));
    expect(told.set).toHaveBeenCalledWith({ ...SETTINGS, record: false });
    expect(page()).toContain(words.recording.off);
    await click(button('Clean 2 photos'));
    expect(told.clean).toHaveBeenCalledOnce();
  });
});

describe('the ledger page', () => {
  it('pages, opens a record, and comes back to where it was', async () => {
    await open();
    await press(window, '2', { ctrlKey: true });
    expect(page()).toContain('1 to 50 of 312');
    await click(button('Older'));
    expect(page()).toContain('51 to 100 of 312');
    const opener = button('Open record 260');
    await click(opener);
    expect(document.activeElement?.textContent).toBe('Record 260');
    expect(page()).toContain('Digests (SHA-256)');
    await press(one('article'), 'Escape');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Open record 260');
  });

  it('shows the records of a chosen photo, and nothing new when the dialog was closed', async () => {
    const { told } = await open();
    await press(window, '2', { ctrlKey: true });
    told.find.mockResolvedValueOnce({ status: 'ok', data: null });
    await click(button(words.ledger.find));
    expect(page()).toContain('1 to 50 of 312');
    await click(button(words.ledger.find));
    expect(page()).toContain('1 record for the photo you chose');
    await click(button('Show all records'));
    expect(page()).toContain('1 to 50 of 312');
  });

  it('is opened at a photo’s record from its details', async () => {
    await open({ photos: photos(1) });
    await click(button('Clean 1 photo'));
    await click(row(0));
    await click(button(words.details.record));
    expect(document.activeElement?.textContent).toBe('Record 312');
  });
});

describe('settings', () => {
  it('are kept at once, and follow what was kept rather than what was clicked', async () => {
    const { backend, told } = await open();
    await press(window, '4', { ctrlKey: true });
    await click(one('input[value="random"]'));
    expect(told.set).toHaveBeenLastCalledWith({ ...SETTINGS, naming: 'random' });

    backend.setSettings = () => Promise.resolve({ status: 'error', error: { code: 'x', message: 'Not kept.', hint: '' } });
    await click(one('input[value="keep"]'));
    expect(one('[role="alert"]').textContent).toContain('Not kept.');
    expect(one('input[value="random"]').matches(':checked')).toBe(true);
  });

  it('survive quick clicks: each change begins with what the one before left', async () => {
    const { told } = await open();
    await press(window, '4', { ctrlKey: true });
    for (const value of ['random', 'dark']) (one(`input[value="${value}"]`) as HTMLElement).click();
    await vi.waitFor(() => expect(told.set).toHaveBeenLastCalledWith({ ...SETTINGS, naming: 'random', theme: 'dark' }));
  });

  it('remove only the place with one click', async () => {
    const { told } = await open();
    await click(button('Settings'));
    await click(button(words.settings.keep.onlyPlace));
    await vi.waitFor(() => expect(told.set).toHaveBeenLastCalledWith({ ...SETTINGS, keep: ['copyright', 'artist', 'date', 'camera'] }));
  });

  it('choose the theme', async () => {
    await open();
    await press(window, '4', { ctrlKey: true });
    await click(one('input[value="dark"]'));
    expect(document.documentElement.dataset.theme).toBe('dark');
    await click(one('input[value="system"]'));
    expect(document.documentElement.dataset.theme).toBeUndefined();
  });
});
