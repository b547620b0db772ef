// What a person can ask for, by button, key or menu: each is one command and what to do with its answer.

import type { Settings } from './backend';
import type { Session } from './session.svelte';
import { cleanable, recordingBlocked, type Handover } from './state';

export type Actions = ReturnType<typeof actionsOf>;

export function actionsOf(session: Session) {
  // Changes are saved one after the other: each begins with what the one before left, or quick clicks would undo it.
  let saved = Promise.resolve();

  function save(change: (settings: Settings) => Settings): Promise<void> {
    saved = saved.then(async () => {
      const { state } = session;
      if (!state) return;
      const settings = await session.ask((backend) => backend.setSettings(change(state.settings)));
      if (settings) session.tell({ type: 'settings', settings });
    });
    return saved;
  }

  return {
    choosePhotos: () => void session.ask((backend) => backend.choosePhotos()),
    chooseFolder: () => void session.ask((backend) => backend.chooseFolder()),

    clean: () => {
      const { state } = session;
      if (!state || state.progress.running || recordingBlocked(state)) return;
      const ids = cleanable(state.photos);
      if (ids.length > 0) void session.ask((backend) => backend.clean(ids));
    },
    cleanOne: (id: number) => void session.ask((backend) => backend.clean([id])),
    cancel: () => {
      if (session.state?.progress.running) void session.ask((backend) => backend.cancel());
    },
    clear: () => void session.ask((backend) => backend.clear()),
    remove: (id: number) => void session.ask((backend) => backend.remove([id])),
    reveal: (id: number) => void session.ask((backend) => backend.reveal(id)),

    setHandover: async (handover: Handover) => {
      const { recipient, purpose } = handover;
      const answer = await session.ask((backend) => backend.setHandover(recipient, purpose));
      if (answer !== undefined) session.tell({ type: 'handover', handover });
    },

    showLedgerFolder: () => void session.ask((backend) => backend.showLedgerFolder()),
    /** Reading the ledger again is how one finds out whether it can be used now. */
    retryLedger: async () => {
      const answer = await session.reply((backend) => backend.ledgerList('', 'all', 0, 0));
      const state =
        answer.status === 'ok'
          ? ({ kind: 'ready', count: answer.data.total } as const)
          : ({ kind: 'problem', problem: answer.error } as const);
      session.tell({ type: 'ledger', state });
    },

    save,
    setRecording: (record: boolean) => save((settings) => ({ ...settings, record })),
    chooseOutputFolder: async () => {
      const settings = await session.ask((backend) => backend.chooseOutputFolder());
      if (settings) session.tell({ type: 'settings', settings });
    },
  };
}
