// A relay as SIP edge: phones on one side, the boxes' trunks on the other, and drachtio-server between them. It knows accounts and hashes
// of their passwords, in memory and for as long as their rentals; no numbers, no renters.

import {
  type Clock,
  type Disposer,
  type Logger,
  type Millis,
  messageOf,
  type Random,
  seconds,
} from "../../base/index.ts";
import type { Anchors } from "../drachtio/call-headers.ts";
import { DrachtioEdge } from "../drachtio/drachtio-edge.ts";
import type { SipConnection } from "../drachtio/sip-port.ts";
import type { MediaPolicy } from "../relay-media/needs-relay.ts";
import { NgClient } from "../relay-media/ng-client.ts";
import { RelayMedia } from "../relay-media/relay-media.ts";
import type { VerifySignature } from "./proof.ts";
import { RelayAccounts } from "./relay-accounts.ts";
import type { LocalAddress } from "./rewrite.ts";
import { TrunkServer, type TrunkServerOptions } from "./trunk-server.ts";
import type { TrunkAccount, TrunkBindings } from "./wire.ts";

export interface RelaySwitchOptions {
  /** To drachtio-server; as for `DrachtioEdge`. */
  readonly connect: (signal: AbortSignal) => Promise<SipConnection>;
  readonly realm: string;
  readonly domain: string;
  /** Port of drachtio-server on the loopback, for the boxes' calls. */
  readonly sip: LocalAddress;
  readonly ringLimit?: Millis;
  readonly trunk: {
    readonly host: string;
    readonly port: number;
    /** PEM. */
    readonly certificate: { readonly cert: string; readonly key: string };
  };
  readonly media: {
    readonly policy: MediaPolicy;
    /** Where rtpengine takes commands; null without. */
    readonly rtpengine: { readonly host: string; readonly port: number } | null;
  };
  /** Whether a provider's verify key (base64url) may have a trunk. */
  readonly admits: (key: string) => boolean;
  readonly verifies: VerifySignature;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const SWEEP_EVERY: Millis = seconds(10);

export class RelaySwitch {
  readonly edge: DrachtioEdge;
  readonly #options: RelaySwitchOptions;
  readonly #accounts: RelayAccounts;
  readonly #trunks: TrunkServer;
  readonly #media: RelayMedia;
  readonly #stopping = new AbortController();
  /** What each box was told last. */
  readonly #told = new Map<string, string>();
  #running: Promise<void> | null = null;
  #isTelling = false;
  #timer: Disposer = () => {};

  constructor(options: RelaySwitchOptions) {
    const { clock, trunk } = options;
    this.#options = options;
    this.#accounts = new RelayAccounts(() => clock.now());
    this.#trunks = new TrunkServer({
      ...options,
      ...trunk,
      onAccounts: (key, accounts) => this.#take(key, accounts),
      onGone: (key) => void this.edge.endCallsOf(this.#accounts.usersOf(key)),
    });
    this.#media = this.#mediaWay(options);
    this.edge = new DrachtioEdge({
      ...{ ...options, anchor: this.#anchors(), onBindings: () => this.#tellSoon() },
      mediaOf: (request, plans, { users }) => this.#media.pathFor(request, plans, users),
    });
  }

  /** The port that trunks are taken at. */
  get trunkPort(): number {
    return this.#trunks.port;
  }

  /** In PEM; trunks that are connected stay so. */
  setTrunkCertificate(certificate: TrunkServerOptions["certificate"]): void {
    this.#trunks.setCertificate(certificate);
  }

  /** For a look from outside. */
  sizes(): { readonly boxes: number; readonly accounts: number; readonly phones: number } {
    return { boxes: this.#trunks.size, accounts: this.#accounts.all().length, phones: this.edge.bindings().length };
  }

  /** Resolves when boxes can come; drachtio-server is waited for in the background. Errors: `voice.trunk_listen`. */
  async start(): Promise<void> {
    await this.#trunks.start();
    this.#running = this.edge.start(this.#stopping.signal).catch((error) => {
      if (!this.#stopping.signal.aborted) this.#options.log.error("sip_edge_failed", { reason: messageOf(error) });
    });
    this.#sweep();
  }

  /** Ends all calls. Idempotent. */
  async stop(): Promise<void> {
    this.#timer();
    // Boxes hear of the end of their calls while there still is a trunk.
    await this.edge.stop();
    this.#stopping.abort();
    await this.#running;
    await this.#trunks.stop();
    await this.#media.stop();
  }

  #mediaWay(options: RelaySwitchOptions): RelayMedia {
    const { policy, rtpengine } = options.media;
    const place = (key: string | null) => (key === null ? null : this.#trunks.placeOf(key));
    return new RelayMedia({
      ...{ ...options, policy, client: rtpengine === null ? null : new NgClient({ ...options, ...rtpengine }) },
      boxAt: (source) => place(this.#trunks.keyAt(source)),
      boxOf: (user) => place(this.#accounts.ownerOf(user)),
    });
  }

  #anchors(): Anchors {
    return {
      of: (user) => {
        const key = this.#accounts.ownerOf(user);
        return key === null ? null : this.#trunks.addressOf(key);
      },
      at: (source) => {
        const key = this.#trunks.keyAt(source);
        return key === null ? null : (user) => this.#accounts.ownerOf(user) === key;
      },
    };
  }

  #take(key: string, accounts: readonly TrunkAccount[]): readonly string[] {
    const refused = this.#accounts.replace(key, accounts);
    if (refused.length > 0) this.#options.log.warn("trunk_accounts_refused", { accounts: refused.length });
    void this.edge.setAccounts(this.#accounts.all());
    this.#told.delete(key);
    this.#tellSoon();
    return refused;
  }

  /** Once for all that happens in one turn. */
  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#tell();
    });
  }

  /** Tells each box that is there which phones of its accounts are registered. */
  #tell(): void {
    const all = this.edge.bindings();
    const byBox = new Map<string, TrunkBindings["bindings"]>();
    for (const user of this.#accounts.all()) byBox.set(this.#accounts.ownerOf(user.user) ?? "", []);
    for (const { user, agent, transport, expiresAt } of all)
      byBox.get(this.#accounts.ownerOf(user) ?? "")?.push({ user, agent, transport, expires_at: expiresAt });
    for (const [key, bindings] of byBox) {
      // An end that comes nearer is no news.
      const text = JSON.stringify(
        bindings.map(({ expires_at: at, ...each }) => ({ ...each, at: Math.round(at / 1000) })),
      );
      if (this.#told.get(key) === text || this.#trunks.addressOf(key) === null) continue;
      this.#told.set(key, text);
      this.#trunks.notify(key, { v: 1, bindings });
    }
  }

  #sweep(): void {
    if (this.#accounts.sweep()) void this.edge.setAccounts(this.#accounts.all());
    this.#tellSoon();
    this.#timer = this.#options.clock.after(SWEEP_EVERY, "accounts that are over", () => this.#sweep());
  }
}
