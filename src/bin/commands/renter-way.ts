// The options of every renter command that say where its relay is and how to get there.

import { type Command, InvalidArgumentError } from "commander";
import { AppError } from "../../base/index.ts";
import { type OrderFile, relayUrl } from "../../renter/index.ts";
import type { RelayPlaces } from "../../renter-node/index.ts";

export interface WayOptions {
  readonly relay?: readonly string[];
  readonly mirror?: readonly string[];
  /** Of the proxy, or `none`. */
  readonly socks5?: string;
  readonly pin?: readonly string[];
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export function proxyAddress(text: string): string {
  if (text === "none") return text;
  const url = URL.parse(text);
  if (url !== null && /^socks5h?:$/.test(url.protocol) && url.hostname !== "") return text;
  throw new InvalidArgumentError("It must be an address such as socks5h://127.0.0.1:1080, or none.");
}

export function pinned(text: string, before: readonly string[] = []): readonly string[] {
  if (/^(?:[^=/\s]+=)?[0-9a-f]{64}$/.test(text)) return [...before, text];
  throw new InvalidArgumentError("It must be 64 lower-case hex digits, or HOST=HEX.");
}

/** Adds the options to a command that needs a relay. */
export function withWayOptions(command: Command): Command {
  return command
    .option("--relay <url>", "relay to read from; may be repeated (default: as at the last login)", collect)
    .option("--mirror <url>", "another address of the relay, taken when the first fails; may be repeated", collect)
    .option(
      "--socks5 <url>",
      "proxy to the relay, which resolves the name; nothing for the relay goes beside it. `none` forgets that of the last login",
      proxyAddress,
    )
    .option(
      "--pin <sha256>",
      "certificate of the relay, instead of an authority's word: SHA-256 in hex, or HOST=HEX for a mirror; may be repeated",
      pinned,
    );
}

const sameRelays = (some: readonly string[], others: readonly string[]): boolean =>
  some.map(relayUrl).join() === others.map(relayUrl).join();

/** `HEX` alone is of the relay. */
export function pinsOf(pins: readonly string[], relay: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pins.map((text) => {
      const [hex = "", host = new URL(relay).host] = text.split("=").reverse();
      return [host.toLowerCase(), hex];
    }),
  );
}

/**
 * What the options say, else what was remembered. The proxy of the last login holds for every relay: whoever names another relay does not
 * mean to be seen there. Throws `renter.bad_relay_url`.
 */
export function choosePlaces(options: WayOptions, remembered: RelayPlaces | null): RelayPlaces {
  const {
    relays: known = [],
    mirrors: knownMirrors = [],
    socks5: knownProxy = null,
    pins: knownPins = {},
  } = remembered ?? {};
  const relays = options.relay ?? known;
  const [first] = relays;
  const isKnown = options.relay === undefined || sameRelays(relays, known);
  const mirrors = options.mirror ?? (isKnown ? knownMirrors : []);
  if (mirrors.length > 0 && relays.length > 1) {
    throw new AppError("renter.bad_relay_url", "mirrors are addresses of one relay, and several relays are named", {
      hint: "Name one with --relay, and the others with --mirror if they share its store.",
    });
  }
  const socks5 = options.socks5 === undefined ? knownProxy : options.socks5 === "none" ? null : options.socks5;
  const pins = options.pin === undefined || first === undefined ? {} : pinsOf(options.pin, relayUrl(first));
  return { relays, mirrors, socks5, pins: { ...knownPins, ...pins } };
}

/** What an order keeps of the way: it is gone on with by the same, also where nobody has signed in. */
export function wayOf({ mirrors, socks5, pins }: RelayPlaces): Pick<OrderFile, "way"> {
  const isPlain = mirrors.length === 0 && socks5 === null && Object.keys(pins).length === 0;
  return isPlain ? {} : { way: { mirrors: [...mirrors], socks5, pins: { ...pins } } };
}

/** The options for the relay of an order: what is said now goes before what was said when it was made. */
export function byOrder<T extends WayOptions>(
  options: T,
  { relay, way }: Pick<OrderFile, "relay" | "way">,
): T & WayOptions {
  const at = { ...options, relay: [relay] };
  if (way === undefined) return at;
  const { mirrors, socks5, pins } = way;
  return {
    ...at,
    mirror: options.mirror ?? mirrors,
    pin: options.pin ?? Object.entries(pins).map(([host, hex]) => `${host}=${hex}`),
    ...(options.socks5 === undefined && socks5 !== null ? { socks5 } : {}),
  };
}
