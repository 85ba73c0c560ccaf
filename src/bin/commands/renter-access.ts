// The way of the renter's commands to their relays: mirrors, a proxy, pins, and hosts that only EmerDNS knows, asked of an Emercoin node.

import { AppError, fromUtf8, utf8 } from "../../base/index.ts";
import { DNS_SUFFIXES } from "../../config/index.ts";
import { DnsFinder, type DnsNode, type SettingStore } from "../../core/index.ts";
import { zoneOf } from "../../registry/index.ts";
import {
  type HostFinder,
  type NodeAccess,
  nodeAccess,
  openDiskFolder,
  type RelayPlaces,
} from "../../renter-node/index.ts";
import type { CliIo } from "../cli-io.ts";
import { type NodeOptions, nodeUrl, openNode } from "./node-option.ts";
import { stateRoot } from "./renter-root.ts";

interface AccessOptions extends NodeOptions {
  readonly state?: string;
}

const FILE = "emerdns.json";

/** Each question opens the node for itself: a command that asks none needs none, and ends without closing one. */
function askedNode(io: CliIo, options: NodeOptions): DnsNode {
  const ask = async <T>(work: (node: DnsNode) => Promise<T>): Promise<T> => {
    const { node, close } = await openNode(io, options);
    try {
      return await work(node);
    } finally {
      close();
    }
  };
  return { name: (name) => ask((node) => node.name(name)), status: () => ask((node) => node.status()) };
}

/** What was found serves while the node is away. */
async function memoryOf(io: CliIo, { state }: AccessOptions): Promise<SettingStore> {
  const folder = await openDiskFolder(stateRoot(io, state));
  return {
    getSetting: async () => {
      const bytes = await folder.read(FILE);
      return bytes === null ? null : fromUtf8(bytes);
    },
    setSetting: (_key, value) => folder.replace(FILE, utf8(value)),
  };
}

const isLocal = (url: string): boolean => /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);

/** Whoever hides the way to the relay must not be seen asking for it. */
const refused = async (host: string): Promise<never> => {
  throw new AppError("dns.beside_proxy", `asking the Emercoin node for ${host} would go beside the relay's proxy`, {
    hint: "Use a node on this machine.",
  });
};

/** Undefined where the machine's name service, or a proxy, knows every host. Reads what was known before. */
async function relayNames(io: CliIo, options: AccessOptions, places: RelayPlaces): Promise<HostFinder | undefined> {
  const { relays, mirrors, socks5 } = places;
  const hosts = [...relays, ...mirrors].map((url) => URL.parse(url)?.hostname ?? "");
  if (!hosts.some((host) => zoneOf(host, DNS_SUFFIXES) !== null)) return undefined;
  const { clock, log } = io;
  const store = await memoryOf(io, options);
  const finder = new DnsFinder({ node: askedNode(io, options), suffixes: DNS_SUFFIXES, store, clock, log });
  await finder.load();
  if (socks5 === null || isLocal(await nodeUrl(io, options))) return finder;
  return { owns: (host) => finder.owns(host), find: refused };
}

/** What the SDK's clients of these relays are made with. Throws `bin.bad_node`. */
export async function accessTo(
  io: CliIo,
  options: AccessOptions,
  places: RelayPlaces,
): Promise<NodeAccess & Pick<RelayPlaces, "mirrors">> {
  const { mirrors, socks5, pins } = places;
  return { mirrors, ...nodeAccess({ socks5, pins, names: await relayNames(io, options, places) }) };
}
