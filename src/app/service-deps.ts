// What the services of a box are made from.

import type { Clock, CryptoSuite, Logger, Random, Secret } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import type { CertificateFacts, Fan, SimVault, TimeAnchor, TrustedTime } from "../core/index.ts";
import type { Identity } from "../envelope/index.ts";
import type { OpenLink } from "../modem/index.ts";
import type { RelayVoice } from "../protocol/index.ts";
import type { FileBoxStore } from "../store/index.ts";
import type { Boards } from "./boards.ts";
import type { ChainLink } from "./chain-services.ts";
import type { LiveConfig } from "./live-config.ts";
import type { RelayNames } from "./relay-names.ts";
import type { SipCertificate } from "./sip-services.ts";
import type { SoundThread } from "./sound/sound-thread.ts";

/** Where the kernel tells of devices and of the machine itself. */
export interface Machine {
  /** Usually `/sys`. */
  readonly sys: string;
  /** Usually `/dev`. */
  readonly dev: string;
  /** `/proc` when left out. */
  readonly proc?: string;
  /** `/run` when left out. */
  readonly runtime?: string;
  /** `/etc` when left out. */
  readonly etc?: string;
  /** `/usr/lib` when left out. */
  readonly lib?: string;
}

export interface ServiceDeps {
  readonly config: BoxConfig;
  /** The same, with what may change while the box runs. */
  readonly live: LiveConfig;
  readonly dataFolder: string;
  /** systemd's folder for what lasts as long as the service runs (RUNTIME_DIRECTORY). */
  readonly runtimeFolder?: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  readonly store: FileBoxStore;
  readonly identity: Identity;
  readonly storageKey: Secret<Uint8Array>;
  readonly time: TrustedTime;
  readonly timeAnchor: TimeAnchor;
  readonly boards: Boards;
  /** Null on a box without an Emercoin node. */
  readonly chain: ChainLink | null;
  /** Undefined on a box that asks no node for hosts. */
  readonly names: RelayNames | undefined;
  readonly machine: Machine;
  /** Null on a box without one. */
  readonly fan: Pick<Fan, "running"> | null;
  /** Those whose end is watched. */
  readonly certificates: () => readonly CertificateFacts[];
  /** Of SIP over TLS; see `SipServiceDeps`. */
  readonly sipCertificate?: () => SipCertificate | null;
  readonly sipGateway?: () => RelayVoice | null;
  readonly sims: SimVault;
  readonly openSimLink: OpenLink | undefined;
  /** Null on a box without calls. */
  readonly sound: SoundThread | null;
}
