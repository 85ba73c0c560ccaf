// The firewall as text for nft: `openings -> ruleset`, pure. One table of our own, replaced in one transaction: there is no moment in between
// in which the machine is open, or shut to a connection that is up.

import { AppError } from "../base/index.ts";

export interface FirewallOpening {
  readonly protocol: "tcp" | "udp";
  /** One port, or the first and the last of a range. */
  readonly ports: readonly [first: number, last: number];
  /** Networks that may come in; null for all. */
  readonly from: readonly string[] | null;
  /** Becomes a comment of the rule. */
  readonly what: string;
  /** Packets that one address (one /64 of IPv6) may send there; what is above is dropped. Left out: no limit. */
  readonly limit?: { readonly perSecond: number; readonly burst: number };
}

/** The box's own access point: what is open in it, and nothing else is. */
export interface OwnNetwork {
  /** Of its interface. */
  readonly name: string;
  readonly openings: readonly FirewallOpening[];
}

/** Addresses that are counted at a time. A flood from more gets in above that: a full table must not shut renters out. */
const SOURCES = 65_535;

const NETWORK = /^[0-9a-fA-F.:]{2,45}\/\d{1,3}$/;
const WHAT = /^[\w ,.()-]{1,60}$/;
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;

/**
 * The whole ruleset. What was asked for twice stands once. Errors: `host.bad_opening` for what cannot stand in a rule, which no setting
 * can say.
 */
export function nftRuleset(openings: readonly FirewallOpening[], own: OwnNetwork | null = null): string {
  const rules = [...new Set([...ownRules(own), ...openings.flatMap(rulesOf)])];
  const limits = openings.flatMap(limitsOf);
  return `# Made from the settings of the box; changes here are lost.
table inet numberbox
delete table inet numberbox

table inet numberbox {
${limits.map(({ sets }) => sets).join("")}\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t\tiifname "lo" accept
${limits.map(({ rules: drops }) => drops).join("")}\t\tct state vmap { established : accept, related : accept, invalid : drop }
\t\ticmp type { echo-request, destination-unreachable, time-exceeded, parameter-problem } accept
\t\ticmpv6 type { echo-request, destination-unreachable, packet-too-big, time-exceeded, parameter-problem, nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, mld-listener-query } accept
\t\tip6 saddr fe80::/10 udp dport 546 accept
${rules.map((rule) => `\t\t${rule}\n`).join("")}\t}
\tchain forward {
\t\ttype filter hook forward priority filter; policy drop;
\t}
}
`;
}

/**
 * What is dropped before anything is accepted: whoever guesses passwords does it within one flow or connection, which is soon an
 * established one. Counted for the port, from wherever it is open.
 */
function limitsOf({ protocol, ports: [first, last], limit, what }: FirewallOpening) {
  if (limit === undefined) return [];
  const rate = `limit rate over ${limit.perSecond}/second burst ${limit.burst} packets`;
  const kinds = [
    { name: "4", type: "ipv4_addr", source: "ip saddr" },
    { name: "6", type: "ipv6_addr", source: "ip6 saddr and ffff:ffff:ffff:ffff::" },
  ].map((kind) => ({ ...kind, name: `${protocol}_${first}_v${kind.name}` }));
  const port = `${protocol} dport ${first === last ? first : `${first}-${last}`}`;
  return kinds.map(({ name, type, source }) => ({
    sets: `\tset ${name} {\n\t\ttype ${type}; size ${SOURCES}; flags dynamic,timeout; timeout 1m;\n\t}\n`,
    rules: `\t\t${port} update @${name} { ${source} ${rate} } counter drop comment "too many: ${what}"\n`,
  }));
}

function badOpening(): AppError {
  return new AppError("host.bad_opening", "the firewall cannot open what is asked for", {
    hint: "Look at `host.firewall` and at the ports of the settings.",
  });
}

/** Before all others, so that what those open is shut there. Nothing is passed on from it: the chain `forward` drops everything. */
function ownRules(own: OwnNetwork | null): readonly string[] {
  if (own === null) return [];
  if (!INTERFACE.test(own.name)) throw badOpening();
  const inside = `iifname "${own.name}"`;
  return [
    ...own.openings.flatMap(rulesOf).map((rule) => `${inside} ${rule}`),
    `${inside} drop comment "own access point"`,
  ];
}

function rulesOf({ protocol, ports: [first, last], from, what }: FirewallOpening): readonly string[] {
  const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (!isPort(first) || !isPort(last) || last < first || !WHAT.test(what) || from?.some((net) => !NETWORK.test(net))) {
    throw badOpening();
  }
  const ports = first === last ? String(first) : `${first}-${last}`;
  const rule = `${protocol} dport ${ports} accept comment "${what}"`;
  if (from === null) return [rule];
  return from.map((net) => `${net.includes(":") ? "ip6" : "ip"} saddr ${net} ${rule}`);
}
