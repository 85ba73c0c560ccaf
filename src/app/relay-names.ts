// The relay's addresses whose hosts only EmerDNS knows: found through the box's node, and through no other name service.

import { AppError, type Clock, type Logger } from "../base/index.ts";
import type { BoxConfig, EmercoinSection } from "../config/index.ts";
import { DnsFinder, type DnsNode, type SettingStore } from "../core/index.ts";
import type { HostFinder, Socks5Proxy } from "../net/index.ts";

export interface RelayNames {
  readonly direct: DnsFinder;
  /** For a way through a proxy. */
  readonly proxied: HostFinder;
}

export interface RelayNamesDeps {
  readonly config: Pick<BoxConfig, "emercoin">;
  /** Undefined on a box without an Emercoin node. */
  readonly node: DnsNode | undefined;
  readonly store: SettingStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Whether asking the node shows nobody on the network what is asked. */
function isUnseen({ url, socks5 }: EmercoinSection): boolean {
  return socks5 !== undefined || /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);
}

/** Whoever hides the way to the relay must not be seen asking for it. */
const refused = async (host: string): Promise<never> => {
  throw new AppError("dns.beside_proxy", `asking the Emercoin node for ${host} would go beside the relay's proxy`, {
    hint: "Set emercoin.socks5 too, or use a node on this machine.",
  });
};

/** Undefined where hosts are found by the machine's name service or a proxy alone. Reads what was known before the restart. */
export async function openRelayNames({ config, node, ...deps }: RelayNamesDeps): Promise<RelayNames | undefined> {
  const { emercoin: section } = config;
  if (section === undefined || node === undefined || section.dns_suffixes.length === 0) return undefined;
  const direct = new DnsFinder({ ...deps, node, suffixes: section.dns_suffixes });
  await direct.load();
  return { direct, proxied: isUnseen(section) ? direct : { owns: (host) => direct.owns(host), find: refused } };
}

export function finderOf(names: RelayNames | undefined, proxy: Socks5Proxy | undefined): HostFinder | undefined {
  return proxy === undefined ? names?.direct : names?.proxied;
}
