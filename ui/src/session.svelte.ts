// One conversation with the backend: the state so far, and how to ask for something.

import type { Backend, Compared, FindPicture, Problem, Reply, UiEvent } from './backend';
import { initial, reduce, type PageEvent, type State } from './state';
import { words } from './words';

export type Session = ReturnType<typeof openSession>;

export function openSession(backend: Backend) {
  let state = $state.raw<State | null>(null);
  let failed = $state.raw<Problem | null>(null);
  // The channel may speak before `start` has answered.
  let early: UiEvent[] = [];

  function tell(...events: (UiEvent | PageEvent)[]): void {
    if (state) state = events.reduce(reduce, state);
  }

  function receive(events: UiEvent[]): void {
    if (state) tell(...events);
    else early = [...early, ...events];
  }

  /** The answer as it is. A command that could not even be sent is a problem like any other. */
  async function reply<T>(command: (backend: Backend) => Promise<Reply<T>>): Promise<Reply<T>> {
    try {
      return await command(backend);
    } catch {
      return { status: 'error', error: words.common.unreachable };
    }
  }

  /** The value; a problem is shown on top of the page and `undefined` comes back. */
  async function ask<T>(command: (backend: Backend) => Promise<Reply<T>>): Promise<T | undefined> {
    const answer = await reply(command);
    if (answer.status === 'ok') return answer.data;
    tell({ type: 'problem', problem: answer.error });
    return undefined;
  }

  async function start(): Promise<void> {
    const answer = await reply((backend) => backend.start(receive));
    if (answer.status === 'error') {
      failed = answer.error;
      return;
    }
    state = early.reduce(reduce, initial(answer.data));
    early = [];
  }

  return {
    get state() {
      return state;
    },
    /** Why there is no state, when the start went wrong. */
    get failed() {
      return failed;
    },
    start,
    tell,
    ask,
    reply,
    findPictureUrl: (id: number, what: FindPicture) => backend.findPictureUrl(id, what),
    previewUrl: (id: number | string) => backend.previewUrl(id),
    compareUrl: (id: number, which: Compared) => backend.compareUrl(id, which),
  };
}
