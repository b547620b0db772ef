// The ledger's pages with a pretended backend: unlocking, proving, anchors, key, backup, checking a proof.

import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import App from '../src/App.svelte';
import { demoBackend, SCENE, type Scene } from '../src/demo/backend';
import { demoLedger, REPORT } from '../src/demo/ledger';
import { made } from '../src/demo/photos';
import { words } from '../src/words';

const say = words.custody;
let app: object | null = null;

async function open(scene: Partial<Scene> = {}, passphrase: string | null = null) {
  const state = scene.ledger ?? SCENE.ledger;
  const backend = { ...demoBackend({ ...SCENE, pace_ms: 0, ...scene }), ...demoLedger(() => state, passphrase) };
  app = mount(App, { target: document.body, props: { backend } });
  await settle();
  return backend;
}

async function settle(): Promise<void> {
  for (let i = 0; i < 6; i += 1) {
    await tick();
    await new Promise((resolve) => setTimeout(resolve, 1));
    flushSync();
  }
}

const all = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];
const page = (): string => document.body.textContent?.replace(/\s+/g, ' ') ?? '';
const nameOf = (element: HTMLElement): string => element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
const button = (text: string): HTMLButtonElement => {
  const found = all('button').find((one) => nameOf(one) === text);
  if (!(found instanceof HTMLButtonElement)) throw new Error(`no button "${text}"`);
  return found;
};
const field = (text: string, at = 0): HTMLInputElement => {
  const found = all('label').filter((one) => one.textContent?.trim().startsWith(text))[at]?.querySelector('input');
  if (!found) throw new Error(`no field "${text}"`);
  return found;
};

async function click(element: HTMLElement): Promise<void> {
  element.click();
  await settle();
}

async function type(text: string, into: HTMLInputElement): Promise<void> {
  into.value = text;
  into.dispatchEvent(new Event('input', { bubbles: true }));
  into.dispatchEvent(new Event('change', { bubbles: true }));
  await settle();
}

async function submit(button: HTMLButtonElement): Promise<void> {
  button.closest('form')?.requestSubmit();
  await settle();
}

async function ledger(tab?: string): Promise<void> {
  await click(button(words.nav.ledger));
  if (tab) await click(button(tab));
}

afterEach(async () => {
  if (app) await unmount(app);
  app = null;
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

describe('a locked ledger', () => {
  it('asks for the passphrase once, says when it is wrong, and locks on demand', async () => {
    await open({}, 'correct horse');
    await ledger();
    expect(page()).toContain(say.unlock.title);
    expect(all('table')).toEqual([]);
    await type('wrong', field(say.unlock.passphrase));
    await submit(button(say.unlock.submit));
    expect(all('[role="alert"]')[0]?.textContent).toContain('This is not the passphrase.');
    await type('correct horse', field(say.unlock.passphrase));
    await submit(button(say.unlock.submit));
    expect(all('tbody tr').length).toBe(50);
    await click(button(words.nav.clean));
    await ledger();
    expect(all('tbody tr').length).toBe(50);
    await click(button(say.lock));
    expect(page()).toContain(say.unlock.title);
  });

  it('opens with the recovery code and a new passphrase, typed twice', async () => {
    const backend = await open({}, 'lost');
    const recover = vi.spyOn(backend, 'ledgerRecover');
    await ledger();
    await click(button(say.unlock.lost));
    await type('ABCD EFGH', field(say.unlock.code));
    await type('new one', field(say.passphrase.first));
    await type('new ome', field(say.passphrase.again));
    expect(page()).toContain(say.passphrase.differ);
    expect(button(say.unlock.recover).disabled).toBe(true);
    await type('new one', field(say.passphrase.again));
    await submit(button(say.unlock.recover));
    expect(recover).toHaveBeenCalledWith('ABCD EFGH', 'new one');
    expect(all('tbody tr').length).toBe(50);
  });

  it('still checks proofs, and still cleans', async () => {
    await open({ photos: [made(0)] }, 'secret');
    expect(button('Clean 1 photo').disabled).toBe(false);
    await ledger(say.tabs.check);
    await click(button(say.check.choose));
    expect(page()).toContain(say.check.fits(REPORT.key ?? ''));
  });
});

describe('records', () => {
  it('are told apart by who confirms their time', async () => {
    const backend = await open();
    const list = vi.spyOn(backend, 'ledgerList');
    await ledger();
    expect(all('tbody tr')[0]?.textContent).toContain(say.state.claimed);
    await click(field(say.filter.anchored));
    expect(list).toHaveBeenLastCalledWith('', 'anchored', 0, 50);
    expect(page()).toContain('1 to 50 of 280');
    expect(all('tbody tr .state').every((one) => one.textContent?.trim() === say.state.anchored)).toBe(true);
    await click(field(say.filter.claimed));
    expect(page()).toContain('1 to 32 of 32');
  });

  it('give their hashes, with a warning where one tells of the picture', async () => {
    const backend = await open();
    const hashes = vi.spyOn(backend, 'hashesExport');
    await ledger();
    await click(all('tbody input[type="checkbox"]')[0]!);
    await click(all('tbody input[type="checkbox"]')[1]!);
    expect(document.querySelector('[aria-labelledby="record-title"]')).toBeNull();
    expect(page()).toContain(say.selected(2));
    await click(button(say.record.hashes));
    expect(page()).not.toContain(say.hashes.pdqWarning);
    await click(field(say.hashes.kind.pdq));
    expect(page()).toContain(say.hashes.pdqWarning);
    await click(button(say.hashes.save));
    expect(hashes.mock.calls[0]?.slice(1)).toEqual([['sha256', 'pdq'], 'lines']);
    expect(hashes.mock.calls[0]?.[0]).toHaveLength(2);
    expect(page()).toContain(say.hashes.saved(8, 'hashes.txt'));
  });

  it('say who confirms them, and everything else that is in them', async () => {
    await open();
    await ledger();
    await type('2026-10', document.querySelector<HTMLInputElement>('input[type="search"]')!);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await settle();
    await click(all('tbody th button')[0]!);
    expect(page()).toContain('Time Authority');
    expect(page()).toContain(say.field.pdq_nearest);
    expect(document.activeElement?.id).toBe('record-title');
  });
});

describe('proving', () => {
  async function proving() {
    const backend = await open();
    const make = vi.spyOn(backend, 'proofMake');
    await ledger();
    await click(all('tbody th button')[0]!);
    await click(button(say.record.prove));
    return make;
  }

  it('shows what was chosen and says what others will see of it', async () => {
    const make = await proving();
    const told = () => document.querySelector('.summary')?.textContent ?? '';
    expect(document.activeElement?.id).toBe('prove-title');
    expect(told()).toContain(say.field.output_sha256);
    await click(button(say.prove.none));
    expect(told()).not.toContain(say.field.output_sha256);
    expect(told()).toContain(say.prove.willNotText);
    expect(told()).toContain(say.prove.claimed);
    await click(field(say.field.width));
    expect(told()).toContain(say.field.width);
    await click(button(say.prove.make));
    expect(make).toHaveBeenCalledWith(expect.any(String), { fields: ['width'], tiles: [], withPhoto: false });
    expect(page()).toContain(say.prove.saved('proof.zip'));
  });

  it('opens squares with the keyboard, and warns before an original goes in', async () => {
    const make = await proving();
    await click(button(say.prove.choosePhoto));
    const squares = all('.tiles button');
    expect(squares).toHaveLength(12);
    expect(squares.filter((one) => one.tabIndex === 0)).toHaveLength(1);
    squares[0]!.focus();
    for (const key of ['ArrowRight', 'ArrowDown']) {
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      await settle();
    }
    expect(document.activeElement?.getAttribute('aria-label')).toBe(say.prove.tile(1, 1));
    await click(document.activeElement as HTMLElement);
    expect(document.activeElement?.getAttribute('aria-pressed')).toBe('true');
    await click(field(say.prove.withPhoto));
    expect(page()).toContain(say.prove.original);
    await click(button(say.prove.make));
    expect(make.mock.calls[0]?.[1]).toMatchObject({ tiles: [[1, 1]], withPhoto: true });
  });
});

describe('a proof of somebody else', () => {
  const verdict = () => document.querySelector('.verdict')?.textContent ?? '';

  it('is never called good without its key, and another key is told', async () => {
    await open();
    await ledger(say.tabs.check);
    await click(button(say.check.choose));
    expect(verdict()).toContain(REPORT.key);
    expect(document.querySelector('.verdict .good')).toBeNull();
    expect(verdict()).toContain(say.check.whose);
    await type('SHA256:another', field(say.check.expected));
    expect(verdict()).toContain(say.check.another);
    await type(REPORT.key ?? '', field(say.check.expected));
    expect(document.querySelector('.verdict .good')).not.toBeNull();
  });

  it('opens when it is dropped, and says when it is broken', async () => {
    const state = SCENE.ledger;
    const backend = { ...demoBackend({ ...SCENE, pace_ms: 0 }), ...demoLedger(() => state) };
    app = mount(App, { target: document.body, props: { backend } });
    await settle();
    const report = { ...REPORT, fitsTogether: false, checks: [{ what: 'Every file is listed', outcome: 'fails' as const }] };
    backend.emit({ type: 'proof', report });
    await settle();
    expect(verdict()).toContain(say.check.broken);
    expect(page()).toContain('FAILED');
    expect(page()).not.toContain(say.check.says);
  });
});

describe('key, anchors and backup', () => {
  it('says what no passphrase means, sets one, and shows the sheet', async () => {
    const backend = await open();
    const set = vi.spyOn(backend, 'keySetPassphrase');
    await ledger(say.tabs.key);
    expect(page()).toContain(say.key.none);
    await click(button(say.key.showSheet));
    expect(document.querySelector('.printed')?.textContent).toContain('ABCD ABCD');
    await type('four words and more', field(say.passphrase.first));
    await type('four words and more', field(say.passphrase.again));
    await submit(button(say.key.set));
    expect(set).toHaveBeenCalledWith('four words and more');
    expect(page()).toContain(say.key.has);
    expect(document.querySelector('.printed')).toBeNull();
    expect(field(say.passphrase.first).value).toBe('');
  });

  it('asks once more before what cannot be taken back', async () => {
    const backend = await open();
    const revoke = vi.spyOn(backend, 'keyRevoke');
    await ledger(say.tabs.key);
    await click(field(say.key.noPassphrase));
    await click(button(say.key.rotate));
    await click(button(say.key.sure));
    expect(page()).toContain(say.key.number(2));
    await click(button(say.key.revoke(1)));
    await click(button(say.key.no));
    expect(revoke).not.toHaveBeenCalled();
    await click(button(say.key.revoke(1)));
    await click(button(say.key.sure));
    expect(revoke).toHaveBeenCalledWith(1, 'stolen');
  });

  it('says which entries are anchored, and takes answers in', async () => {
    await open();
    await ledger(say.tabs.anchors);
    expect(page()).toContain(say.anchors.some(280, 312));
    expect(page()).toContain(say.anchor.open);
    await click(button(say.anchors.import));
    expect(page()).toContain(say.anchors.imported(1));
    await type('00', field(say.anchors.block));
    await submit(button(say.anchors.addBlock));
    expect(page()).toContain('A block header is 160 hexadecimal digits.');
  });

  it('backs up, tries a backup, and compares a root', async () => {
    await open();
    await ledger(say.tabs.backup);
    await type('backup', field(say.passphrase.first));
    await type('backup', field(say.passphrase.again));
    await submit(button(say.backup.save));
    expect(page()).toContain(say.backup.saved('cloakroom-ledger.backup'));
    await type('wrong', field(say.backup.passphrase));
    await click(button(say.backup.drill));
    expect(page()).toContain('This is not the passphrase.');
    await type('backup', field(say.backup.passphrase));
    await click(button(say.backup.drill));
    expect(page()).toContain(say.backup.standing({ kind: 'more', entries: 3 }));
    await type('12:ab', field(say.backup.root));
    await submit(button(say.backup.compare));
    expect(page()).toContain(say.backup.standing({ kind: 'fewer', entries: 2 }));
    await click(button(say.backup.check));
    expect(page()).toContain(say.backup.checked(312, 312));
  });
});

describe('whom copies are for', () => {
  it('is asked beside the list, and remembered while the window is open', async () => {
    const backend = await open({ photos: [made(0)] });
    const told = vi.spyOn(backend, 'setHandover');
    await type('Ann', field(say.handover.recipient));
    await type('album', field(say.handover.purpose));
    expect(told).toHaveBeenLastCalledWith('Ann', 'album');
    await ledger();
    await click(button(words.nav.clean));
    expect(document.querySelector('.handover summary')?.textContent).toContain('for Ann (album)');
  });
});
