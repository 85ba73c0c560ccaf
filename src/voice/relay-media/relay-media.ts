// Chooses the way of sound for each call at a relay.

import type { Logger, Random } from "../../base/index.ts";
import type { LegPlan } from "../drachtio/call-bridge.ts";
import type { MediaPath } from "../drachtio/media-path.ts";
import type { SipRequest } from "../drachtio/sip-port.ts";
import { parseSipUri } from "../drachtio/sip-uri.ts";
import { addressOf, type MediaParty, type MediaPolicy, needsRelay } from "./needs-relay.ts";
import type { NgClient } from "./ng-client.ts";
import { RtpenginePath } from "./rtpengine.ts";
import { mediaPlaces } from "./sdp.ts";

/** Where a box is, as it says and as the relay sees it. */
export interface Place {
  readonly said: string;
  readonly seen: string;
}

export interface RelayMediaOptions {
  readonly policy: MediaPolicy;
  /** Null: there is no rtpengine. */
  readonly client: Pick<NgClient, "ask" | "stop"> | null;
  /** The box that a call comes from or goes to; null for a phone. */
  readonly boxAt: (source: { readonly host: string; readonly port: number }) => Place | null;
  readonly boxOf: (user: string) => Place | null;
  readonly random: Random;
  readonly log: Logger;
}

export class RelayMedia {
  readonly #options: RelayMediaOptions;
  #saidDirect = false;

  constructor(options: RelayMediaOptions) {
    this.#options = options;
  }

  /** Null: directly. */
  pathFor(request: SipRequest, plans: readonly LegPlan[], users: readonly string[]): MediaPath | null {
    const { client, log, policy } = this.#options;
    const caller = this.#caller(request);
    const called = plans.map((plan) => this.#called(plan, users[0] ?? ""));
    if (!needsRelay(policy, [caller, ...called])) return null;
    if (client !== null) {
      const seen = new Set(called.map((party) => party.seen));
      const [only = null] = seen.size === 1 ? [...seen] : [];
      return new RtpenginePath(client, { caller: caller.seen, called: only }, this.#options);
    }
    // Once: it is the same with every call.
    if (!this.#saidDirect && policy === "auto") log.warn("media_direct", { code: "voice.no_media_relay" });
    this.#saidDirect = true;
    return null;
  }

  async stop(): Promise<void> {
    await this.#options.client?.stop();
  }

  #caller(request: SipRequest): MediaParty {
    const { address, port } = request.source;
    const box = this.#options.boxAt({ host: address, port });
    const said = mediaPlaces(request.body)?.[0]?.address ?? null;
    return { seen: addressOf(box?.seen ?? address) ?? address, said: addressOf(said) };
  }

  #called({ binding }: LegPlan, dialler: string): MediaParty {
    if (binding !== null) {
      const said = addressOf(parseSipUri(binding.uri)?.host ?? null);
      return { seen: addressOf(binding.source.address) ?? binding.source.address, said };
    }
    const box = this.#options.boxOf(dialler);
    return { seen: addressOf(box?.seen ?? "") ?? "", said: addressOf(box?.said ?? null) };
  }
}
