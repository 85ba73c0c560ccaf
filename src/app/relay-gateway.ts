// The box's way to the gateway of its relay: what the relay says of it, remembered over a restart, and the edge that goes through it.

import { connect } from "node:net";
import {
  type Clock,
  type CryptoSuite,
  type Logger,
  messageOf,
  type Random,
  systemCodeOf,
  type UnixMs,
} from "../base/index.ts";
import type { BoxConfig, VoiceSection } from "../config/index.ts";
import type { Rentals, SettingStore, SipAccounts, VoiceGateway } from "../core/index.ts";
import type { Identity } from "../envelope/index.ts";
import { type HostFinder, type Socks5Proxy, socks5Connect } from "../net/index.ts";
import { type CallsReply, parseJsonWith, type RelayVoice, relayVoice } from "../protocol/index.ts";
import { fetchRelayVoice } from "../relay/index.ts";
import { type DialTcp, RelayEdge, type TrunkPlace, trunkError } from "../voice/index.ts";
import { proxyOf } from "./chain-services.ts";
import { finderOf, type RelayNames } from "./relay-names.ts";
import { relayWay } from "./relay-services.ts";

export interface RelayGatewayDeps {
  readonly config: BoxConfig;
  readonly store: SettingStore;
  readonly names?: RelayNames | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

const SETTING = "voice.gateway";

/**
 * The proxies of a box whose calls go through its relay. Either setting stands in for the other: whoever wants one of the two ways hidden
 * must not be seen on the other.
 */
export function voiceProxy({ relay, voice }: Pick<BoxConfig, "relay" | "voice">) {
  const trunk = voice?.relay.socks5;
  return { info: proxyOf(relay?.socks5 ?? trunk), trunk: proxyOf(trunk ?? relay?.socks5) };
}

export class RelayGateway {
  readonly #deps: RelayGatewayDeps;
  #known: RelayVoice | null = null;

  constructor(deps: RelayGatewayDeps) {
    this.#deps = deps;
  }

  /** What the relay said last; null before it was ever reached. Grants name that. */
  get known(): RelayVoice | null {
    return this.#known;
  }

  /** To the relay's trunk; undefined for directly. */
  get trunkProxy(): Socks5Proxy | undefined {
    return voiceProxy(this.#deps.config).trunk;
  }

  /** Finds the trunk's host, where only the chain knows it. */
  get trunkNames(): HostFinder | undefined {
    return finderOf(this.#deps.names, this.trunkProxy);
  }

  async load(): Promise<void> {
    const text = await this.#deps.store.getSetting(SETTING);
    try {
      this.#known =
        text === null ? null : parseJsonWith(relayVoice, text, "voice.unreadable", "what is known of the relay");
    } catch (error) {
      // It is asked for again before anything depends on it.
      this.#deps.log.warn("gateway_forgotten", { reason: messageOf(error) });
    }
  }

  /** Rejects with `voice.relay_unreachable`, `voice.relay_no_calls`, `voice.relay_other_host` or `base.stopped`. */
  async discover(signal: AbortSignal): Promise<TrunkPlace> {
    const { config, clock, names } = this.#deps;
    if (config.relay === undefined) throw trunkError("voice.relay_none", "the box has no relay");
    const proxy = voiceProxy(config).info;
    const way = { ...relayWay(config.relay), proxy, names: finderOf(names, proxy) };
    const answer = await fetchRelayVoice({ way, clock, signal });
    if (answer.kind === "unreachable")
      throw trunkError("voice.relay_unreachable", "the relay cannot be reached", answer.error);
    if (answer.voice === null) throw trunkError("voice.relay_no_calls", "the relay takes no calls");
    const { host, trunk } = answer.voice;
    if (host !== config.voice?.host)
      throw trunkError("voice.relay_other_host", "the relay's gateway has another name than voice.host");
    await this.#remember(answer.voice);
    return { host: trunk.host, port: trunk.port, certSha256: trunk.cert_sha256 };
  }

  async #remember(voice: RelayVoice): Promise<void> {
    const text = JSON.stringify(voice);
    if (text === JSON.stringify(this.#known)) return;
    this.#known = voice;
    try {
      await this.#deps.store.setSetting(SETTING, text);
    } catch (error) {
      // After a restart it is asked for again.
      this.#deps.log.warn("gateway_not_kept", { reason: messageOf(error) });
    }
  }
}

/** Null on a box whose phones do not register at a relay. */
export async function openRelayGateway(deps: RelayGatewayDeps): Promise<RelayGateway | null> {
  if (deps.config.voice?.sip_edge !== "relay") return null;
  const gateway = new RelayGateway(deps);
  await gateway.load();
  return gateway;
}

export interface RelayEdgeDeps {
  readonly section: VoiceSection;
  readonly gateway: RelayGateway;
  readonly identity: Identity;
  readonly provider: string;
  /** UDP port on the loopback for Asterisk's calls. */
  readonly anchorPort: number;
  readonly sip: SipAccounts;
  readonly rentals: Rentals;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
}

export function createRelayEdge(deps: RelayEdgeDeps): RelayEdge {
  const { section, gateway, identity, provider, anchorPort, sip, rentals, suite } = deps;
  const host = "127.0.0.1";
  return new RelayEdge({
    ...deps,
    discover: async (signal) => {
      const before = gateway.known;
      const place = await gateway.discover(signal);
      // Accounts have another realm then.
      if (before !== gateway.known) sip.refresh();
      return place;
    },
    dial: dialer(gateway),
    identity: { verify: provider, sign: (bytes) => suite.ed25519Sign(identity.seed.reveal(), bytes) },
    local: { host, port: anchorPort },
    anchor: { host, port: section.asterisk.sip_port },
    until: (user) => endOf(user, sip, rentals),
  });
}

function endOf(user: string, sip: SipAccounts, rentals: Rentals): UnixMs | null {
  const rental = sip.rentalOf(user);
  return rental === null ? null : (rentals.get(rental)?.expiresAt ?? null);
}

function dialer({ trunkProxy: proxy, trunkNames: names }: RelayGateway): DialTcp {
  const dial = dialBy(proxy);
  return async (target, signal) => {
    if (names?.owns(target.host) !== true) return await dial(target, signal);
    const found = await names.find(target.host).catch((cause: unknown) => {
      throw trunkError("voice.relay_unreachable", "nobody knows where the relay's trunk is", cause);
    });
    try {
      return await dial({ ...target, host: found.addresses[0] ?? "" }, signal);
    } catch (error) {
      found.failed();
      throw error;
    }
  };
}

function dialBy(proxy: Socks5Proxy | undefined): DialTcp {
  if (proxy === undefined) return dialDirectly;
  return async (target, signal) => {
    try {
      return await socks5Connect(proxy, target, signal);
    } catch (cause) {
      throw trunkError("voice.relay_proxy", "the proxy does not lead to the relay's trunk", cause);
    }
  };
}

const dialDirectly: DialTcp = (target, signal) =>
  new Promise((resolve, reject) => {
    const socket = connect(target);
    const end = (): void => void socket.destroy();
    signal.addEventListener("abort", end, { once: true });
    socket.on("error", (cause) => {
      const system = systemCodeOf(cause) ?? "no connection";
      reject(trunkError("voice.relay_unreachable", `the relay's trunk cannot be reached (${system})`, cause));
    });
    socket.once("close", () => reject(trunkError("voice.relay_unreachable", "the relay's trunk cannot be reached")));
    socket.once("connect", () => {
      signal.removeEventListener("abort", end);
      resolve(socket);
    });
    if (signal.aborted) end();
  });

type DeskGateway = Pick<VoiceGateway, "state" | "ring" | "onDial">;

/** The relay reads what a call to a phone says: unless the owner wants it, not who calls. */
export function discreet(
  { sip_edge: edge, relay }: Pick<VoiceSection, "sip_edge" | "relay">,
  gateway: DeskGateway,
): DeskGateway {
  if (edge !== "relay" || relay.caller === "shown") return gateway;
  return {
    state: () => gateway.state(),
    onDial: (listener) => gateway.onDial(listener),
    ring: ({ user }) => gateway.ring({ user, from: null }),
  };
}

/** For the console; undefined on a box whose phones register at the box. */
export function relayView({
  section,
  gateway,
}: {
  readonly section: Pick<VoiceSection, "relay">;
  readonly gateway: Pick<RelayGateway, "known"> | null;
}): CallsReply["relay"] {
  if (gateway === null) return undefined;
  const { known } = gateway;
  return { host: known?.host ?? null, media: known?.media ?? null, caller: section.relay.caller };
}
