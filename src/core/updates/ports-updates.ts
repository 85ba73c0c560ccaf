// What updates of the system ask of the machine and of the network.

import type { UpdateInstall, UpdateRelease, UpdateView } from "../../protocol/index.ts";

export interface SystemState {
  /** `A` or `B`. */
  readonly booted: string;
  /** It runs on trial: the next start is of the other one unless it is kept. */
  readonly trying: boolean;
  readonly compatible: string;
  /** Names this start of the machine; empty where nobody knows. */
  readonly boot: string;
}

/** Of a bundle whose signature is right. */
export interface BundleFacts {
  readonly version: string;
  readonly compatible: string;
}

/** The two halves of the card, one of which runs. Every method honours `signal` and rejects with `update.*`. */
export interface SystemSlots {
  state(signal: AbortSignal): Promise<SystemState>;
  /** Errors: `update.bad_signature`, `update.bad_bundle`. */
  inspect(file: string, signal: AbortSignal): Promise<BundleFacts>;
  /**
   * Writes the half that does not run and has the next start try it. Ended amid it, the running half is as it was.
   * Errors: `update.bad_signature`, `update.bad_bundle`, `update.not_installed`.
   */
  install(file: string, onPercent: (percent: number) => void, signal: AbortSignal): Promise<void>;
  /** Starts the half that was installed, once. */
  startNew(signal: AbortSignal): Promise<void>;
  /** Keeps the half that runs on trial. */
  keep(signal: AbortSignal): Promise<void>;
  /** Has the other half started again. `reason`: words for the log. */
  giveUp(reason: string, signal: AbortSignal): Promise<void>;
}

export interface StickBundle {
  /** Names it as long as it is there. */
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly stick: string;
  readonly path: string;
}

/** Where bundles are before they are installed. */
export interface BundleShelf {
  /** The file that is handed in piece by piece. Errors: `update.wrong_offset`, `update.too_large`, `update.no_space`. */
  accept(offset: number, content: AsyncIterable<Uint8Array>): Promise<{ readonly size: number }>;
  readonly handedIn: string;
  /** Where a release is fetched to: a fetch that broke off finds its own bytes again, and no other's. */
  fetched(version: string): string;
  /** Bytes of it that are there. */
  size(): Promise<number>;
  sticks(): Promise<readonly StickBundle[]>;
  /** Removes what was handed in or fetched. */
  clear(): Promise<void>;
}

/** The network's side. Errors: `update.unreachable` (retryable), `update.bad_redirect`, `update.bad_download`, `update.no_space`. */
export interface ReleaseSource {
  readonly url: string;
  channel(signal: AbortSignal): Promise<Uint8Array>;
  /** Brings the bundle to `file`, going on with what is there; whole and right when it resolves. */
  fetch(release: UpdateRelease, file: string, onPart: (share: number) => void, signal: AbortSignal): Promise<void>;
}

/** What an owner does with updates at the console. */
export interface UpdateConsole {
  view(): Promise<UpdateView>;
  /** Asks the channel now. Errors: `update.no_channel`, those of the channel. */
  check(): Promise<void>;
  accept(offset: number, content: AsyncIterable<Uint8Array>): Promise<{ readonly size: number }>;
  /** Begins; `view` tells how it goes. Errors: `update.busy`, `update.unsupported`, `update.not_offered`, `update.none_handed_in`. */
  install(wish: UpdateInstall, by: string): Promise<void>;
  /** Starts the new system. Errors: `update.none_installed`. */
  restart(by: string): Promise<void>;
}
