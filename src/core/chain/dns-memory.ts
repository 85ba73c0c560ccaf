// What EmerDNS said last of each host that a box connects to, kept over a restart: after a power cut the box is up long before its node.

import { z } from "zod";
import { type Clock, days, type Logger, messageOf } from "../../base/index.ts";
import type { SettingStore } from "../ports-store.ts";
import type { DnsRoute } from "./dns-lookup.ts";

const knownHost = z.strictObject({
  addresses: z.array(z.string().min(1).max(253)).min(1).max(8),
  pins: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(4),
  /** When the chain said so. */
  at: z.int(),
});
export type KnownHost = Readonly<z.infer<typeof knownHost>>;

const SETTING = "emerdns.known";
/** How long a record serves that nobody can ask for anew. */
const KEEP = days(7);
/** An owner who often changes the relay must not fill the setting. */
const MAX_HOSTS = 32;

export interface DnsMemoryDeps {
  readonly store: SettingStore;
  readonly clock: Pick<Clock, "now">;
  readonly log: Logger;
}

export class DnsMemory {
  readonly #deps: DnsMemoryDeps;
  #hosts: ReadonlyMap<string, KnownHost> = new Map();

  constructor(deps: DnsMemoryDeps) {
    this.#deps = deps;
  }

  async load(): Promise<void> {
    const { store, log } = this.#deps;
    try {
      const text = await store.getSetting(SETTING);
      if (text !== null) this.#hosts = new Map(Object.entries(z.record(z.string(), knownHost).parse(JSON.parse(text))));
    } catch (error) {
      // The node is asked again before anything depends on it.
      log.warn("emerdns_forgotten", { reason: messageOf(error) });
    }
  }

  /** Null for a host that is not known, or was asked for too long ago. */
  get(name: string): KnownHost | null {
    const known = this.#hosts.get(name) ?? null;
    return known !== null && this.#deps.clock.now() - known.at < KEEP ? known : null;
  }

  async learn(name: string, { addresses, pins }: DnsRoute): Promise<KnownHost> {
    const known = { addresses: [...addresses], pins: [...pins], at: this.#deps.clock.now() };
    const others = [...this.#hosts].filter(([host]) => host !== name).slice(-(MAX_HOSTS - 1));
    await this.#save(new Map([...others, [name, known]]));
    return known;
  }

  async forget(name: string): Promise<void> {
    if (this.#hosts.has(name)) await this.#save(new Map([...this.#hosts].filter(([host]) => host !== name)));
  }

  async #save(hosts: ReadonlyMap<string, KnownHost>): Promise<void> {
    this.#hosts = hosts;
    try {
      await this.#deps.store.setSetting(SETTING, JSON.stringify(Object.fromEntries(hosts)));
    } catch (error) {
      // It serves until the restart.
      this.#deps.log.warn("emerdns_not_kept", { reason: messageOf(error) });
    }
  }
}
