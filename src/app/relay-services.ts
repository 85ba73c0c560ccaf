// The box's way to its relay; on a box without one, a relay that takes nothing.

import type { UnixMs } from "../base/index.ts";
import type { BoxRelaySection } from "../config/index.ts";
import type { CatchUpRelay, ChapRelay, MarketOutcome, MarketRelay, RelayPort } from "../core/index.ts";
import { createRelayClient, type RelayWay } from "../relay/index.ts";
import { proxyOf } from "./chain-services.ts";
import { finderOf, type RelayNames } from "./relay-names.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface BoxRelay extends RelayPort, MarketRelay, ChapRelay, CatchUpRelay {
  /** The address that is used now; null where no relay is configured. */
  readonly url: string | null;
  /** Measures the relay's addresses from now on, where there are several. */
  start(): void;
  stop(): void;
}

const NONE = { kind: "retry", code: "relay.none", after: null } as const;

/** Keeps nothing and says so: rows stay where they are until there is a relay. */
function absentRelay(): BoxRelay {
  const refused: MarketOutcome = { kind: "refused", code: "relay.none" };
  return {
    url: null,
    forward: async () => NONE,
    register: async () => NONE,
    receipts: async () => null,
    claim: async () => NONE,
    rentals: async () => NONE,
    messages: async () => NONE,
    requests: async () => null,
    answer: async () => refused,
    putRecord: async () => refused,
    leftChaps: async () => NONE,
    putChaps: async () => refused,
    start: () => {},
    stop: () => {},
  };
}

/** Everything that the box says to its relay goes this way. */
export function relayWay({ url, pin, mirrors, socks5 }: BoxRelaySection, names?: RelayNames): RelayWay {
  const proxy = proxyOf(socks5);
  return { url, pin, mirrors, proxy, names: finderOf(names, proxy) };
}

export function createBoxRelay(
  deps: Pick<ServiceDeps, "config" | "identity" | "suite" | "clock" | "random" | "log" | "names"> & {
    /** The provider's verify key, base64url. */
    readonly provider: string;
    readonly onTime: (at: UnixMs) => void;
  },
): BoxRelay {
  const { config, identity, suite, provider, names, ...rest } = deps;
  if (config.relay === undefined) return absentRelay();
  const sign = (bytes: Uint8Array): Uint8Array => suite.ed25519Sign(identity.seed.reveal(), bytes);
  const way = relayWay(config.relay, names);
  const client = createRelayClient({ ...rest, ...way, identity: { verify: provider, sign } });
  return {
    get url() {
      return client.url;
    },
    forward: (message, signal) => client.forward(message, signal),
    register: (grant, signal) => client.register(grant, signal),
    receipts: (after, signal) => client.receipts(after, signal),
    claim: (instance, signal) => client.claim(instance, signal),
    rentals: (after, signal) => client.rentals(after, signal),
    messages: (rental, after, signal) => client.messages(rental, after, signal),
    requests: (query, signal) => client.requests(query, signal),
    answer: (id, answer, signal) => client.answer(id, answer, signal),
    putRecord: (id, record, signal) => client.putRecord(id, record, signal),
    leftChaps: (signal) => client.leftChaps(signal),
    putChaps: (chaps, signal) => client.putChaps(chaps, signal),
    start: () => client.start(),
    stop: () => client.stop(),
  };
}
