// Finds hosts of EmerDNS for connections: each record is kept for as long as it says, and the last known one serves while the node is away.

import {
  AppError,
  type Clock,
  isAppError,
  type Logger,
  type Millis,
  messageOf,
  minutes,
  seconds,
  withDeadline,
} from "../../base/index.ts";
import { zoneOf } from "../../registry/index.ts";
import type { SettingStore } from "../ports-store.ts";
import { type DnsNode, type DnsRoute, lookupHost } from "./dns-lookup.ts";
import { DnsMemory, type KnownHost } from "./dns-memory.ts";

export interface FoundHost extends Pick<DnsRoute, "pins"> {
  /** The one to try first comes first. */
  readonly addresses: readonly string[];
  /** Tells that the first address did not serve: next time the chain is asked anew, and another address comes first. */
  failed(): void;
}

export interface DnsFinderDeps {
  readonly node: DnsNode;
  /** Ends of hosts' names that EmerDNS knows, such as `.coin`. */
  readonly suffixes: readonly string[];
  readonly store: SettingStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Well below the deadline of what waits for the connection. */
const ASK: Millis = seconds(5);
/** A node that is away is asked again after. */
const AWAY: Millis = seconds(30);
const MIN_TTL = minutes(1);
const MAX_TTL = minutes(24 * 60);

export class DnsFinder {
  readonly #deps: DnsFinderDeps;
  readonly #log: Logger;
  readonly #memory: DnsMemory;
  readonly #asking = new Map<string, Promise<KnownHost>>();
  /** Until when what is known is good, by the monotonic clock: the other one may jump after a power cut. */
  readonly #fresh = new Map<string, number>();
  /** Addresses that failed go to the end. */
  readonly #turns = new Map<string, number>();

  constructor(deps: DnsFinderDeps) {
    this.#deps = deps;
    this.#log = deps.log.child({ part: "emerdns" });
    this.#memory = new DnsMemory({ ...deps, log: this.#log });
  }

  /** Reads what was known before the restart. */
  async load(): Promise<void> {
    await this.#memory.load();
  }

  owns(host: string): boolean {
    return zoneOf(host, this.#deps.suffixes) !== null;
  }

  /** Errors: `dns.unknown`, `dns.bad_record`, `dns.no_address`, `dns.too_many_aliases`, `dns.node_away`. */
  async find(host: string): Promise<FoundHost> {
    const name = host.toLowerCase().replace(/\.$/, "");
    const { addresses, pins } = await this.#known(name);
    const turn = this.#turns.get(name) ?? 0;
    const first = turn % addresses.length;
    return {
      addresses: [...addresses.slice(first), ...addresses.slice(0, first)],
      pins,
      failed: () => {
        // Of several connections that fail with one address, one counts.
        if ((this.#turns.get(name) ?? 0) === turn) this.#turns.set(name, turn + 1);
        this.#fresh.delete(name);
      },
    };
  }

  async #known(name: string): Promise<KnownHost> {
    const known = this.#memory.get(name);
    if (known !== null && this.#deps.clock.monotonic() < (this.#fresh.get(name) ?? 0)) return known;
    const under = this.#asking.get(name);
    if (under !== undefined) return await under;
    const asking = this.#ask(name).finally(() => this.#asking.delete(name));
    this.#asking.set(name, asking);
    return await asking;
  }

  async #ask(name: string): Promise<KnownHost> {
    const { node, suffixes, clock } = this.#deps;
    try {
      const looked = lookupHost(node, name, suffixes);
      const route = await withDeadline(looked, { clock, timeout: ASK, what: "the Emercoin node's answer" });
      this.#keepFor(name, Math.min(Math.max(route.ttl * 1000, MIN_TTL), MAX_TTL));
      return await this.#memory.learn(name, route);
    } catch (error) {
      if (isAppError(error) && error.code.startsWith("dns.")) {
        // The chain has spoken: what was known before is over.
        await this.#memory.forget(name);
        throw error;
      }
      return this.#lastKnown(name, error);
    }
  }

  #lastKnown(name: string, cause: unknown): KnownHost {
    const known = this.#memory.get(name);
    this.#log.warn("emerdns_node_away", { host: name, known: known !== null, reason: messageOf(cause) });
    if (known === null) {
      throw new AppError("dns.node_away", `the Emercoin node cannot be asked where ${name} is`, {
        hint: "Check the section `emercoin` of the configuration, and that the node runs and has loaded the chain.",
        retryable: true,
        cause,
      });
    }
    this.#keepFor(name, AWAY);
    return known;
  }

  #keepFor(name: string, time: number): void {
    this.#fresh.set(name, this.#deps.clock.monotonic() + time);
  }
}
