// Wires what gets into the chain by name: the publisher, the box's identity, and the listings of its lines.

import { type CryptoSuite, hours, type LineId, seconds, utf8 } from "../base/index.ts";
import type { BoxConfig, ListingSection } from "../config/index.ts";
import {
  createNamePublisher,
  type DirectoryConsole,
  DnsPublishing,
  type EnumLine,
  EnumPublishing,
  type EventLog,
  IdentityPublishing,
  type Line,
  type ListingMirrors,
  type ListingOffer,
  Listings,
  type PublishingConsole,
  Renewals,
  type RenewalTarget,
  type RunningPublisher,
  unknownLine,
} from "../core/index.ts";
import { nameFee } from "../emercoin/index.ts";
import { type CanonicalObject, nobleCoin } from "../envelope/index.ts";
import { lintPublication, listingEscrow, listingName } from "../registry/index.ts";
import type { ChainLink } from "./chain-services.ts";
import { ipfsMirror } from "./ipfs-mirror.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface PublishingDeps
  extends Pick<ServiceDeps, "live" | "config" | "identity" | "suite" | "clock" | "random" | "log" | "store" | "time"> {
  readonly events: EventLog;
  readonly chain: ChainLink;
  readonly lines: () => readonly Line[];
  readonly mirrors: readonly ListingMirrors[];
}

export interface PublishingServices extends PublishingConsole {
  readonly publisher: RunningPublisher;
  readonly directory: DirectoryConsole;
  /** Reads what the last run left, and goes on with it. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Blocks before its end from which on a name is not updated: an update that is mined later has no effect and costs. */
const MARGIN_BLOCKS = 20;

function createPublisher({ config, chain, identity, store, ...deps }: PublishingDeps): RunningPublisher {
  const { confirmations = 3, poll_every: pollEvery } = config.emercoin ?? {};
  const seed = identity.seed.reveal();
  return createNamePublisher({
    ...deps,
    node: chain.node,
    gate: chain.gate,
    store: store.names,
    now: () => deps.time.now(),
    pollEvery: pollEvery ?? seconds(20),
    rules: { confirmations, margin: MARGIN_BLOCKS },
    lint: ({ purpose, name, value, operation }) => {
      if (operation !== "delete") lintPublication({ crypto: nobleCoin, purpose, name, value, secrets: [seed] });
    },
    nameFee: ({ operation, days, name, value }, lastPowReward) =>
      nameFee({ operation, days, nameBytes: utf8(name).length, valueBytes: value.length, lastPowReward }),
  });
}

/** The record's tiers: members that nobody set are not in it. */
function tiersOf(section: Pick<ListingSection, "tiers">): CanonicalObject {
  const { sms_only: sms, sms_voice_video: voice } = section.tiers;
  const prices = (pricing: object): CanonicalObject => JSON.parse(JSON.stringify(pricing)) as CanonicalObject;
  return {
    ...(sms === undefined ? {} : { sms_only: { enabled: true, pricing: prices(sms.pricing) } }),
    ...(voice === undefined
      ? {}
      : {
          sms_voice_video: {
            enabled: true,
            pricing: prices(voice.pricing),
            ...(voice.enum_support ? { enum_support: true } : {}),
          },
        }),
  };
}

/** What the configuration offers for a line: its own words before the box's; null where neither offers anything. */
export function offerOf(config: BoxConfig, id: LineId): ListingOffer | null {
  const line = config.lines.find((each) => each.id === id);
  const own = line?.own === true ? false : line?.listing;
  const { listing } = config;
  const tiers = (own === false ? undefined : own?.tiers) ?? listing?.tiers;
  if (own === false || tiers === undefined) return null;
  const https = listing?.endpoints?.https ?? config.relay?.url;
  // A listing that nobody can be reached by is none.
  if (https === undefined) return null;
  const wss = listing?.endpoints?.wss ?? `${https.replace(/^http/, "ws").replace(/\/$/, "")}/ws`;
  return {
    tiers: tiersOf({ tiers }),
    features: own?.features ?? listing?.features ?? ["non-voip"],
    endpoints: { https, wss },
    days: listing?.days ?? 365,
    ...escrowOf(config),
  };
}

/** With an arbiter and a node a renter may pay into an escrow. */
function escrowOf({ escrow, payments, emercoin }: BoxConfig): Pick<ListingOffer, "escrow"> {
  const { arbiters, fees_bps: feesBps, dispute_days: disputeDays, refund_days: refundDays } = escrow;
  if (arbiters.length === 0 || !payments.escrow.enabled || emercoin === undefined) return {};
  return { escrow: { ...listingEscrow({ arbiters, feesBps, disputeDays, refundDays }) } };
}

export function usernameOf(config: BoxConfig, identity: { readonly name: string }): string {
  return config.identity.name ?? identity.name;
}

/** What this box has published itself: nobody's coins are spent for a name that another program looks after. */
function renewalTargets(
  config: BoxConfig,
  { publisher, listings, identity }: Pick<PublishingServices, "publisher" | "listings" | "identity">,
): () => readonly RenewalTarget[] {
  return () => {
    const within = config.identity.renew_before;
    const own = publisher.latest(identity.name)?.state === "done";
    const worm = { name: identity.name, line: null, within, renew: () => identity.act("renew") };
    const lines = listings.published().map(({ line, name }) => {
      const renew = () => listings.act("renew", line.id);
      return { name, line: line.id, within: config.listing?.renew_before ?? 30, renew };
    });
    return own ? [worm, ...lines] : lines;
  };
}

/** Phone numbers and hosts by name. */
function directoryOf(
  { config, chain, lines }: PublishingDeps,
  { publisher, listings, identity }: Pick<PublishingServices, "publisher" | "listings" | "identity">,
): DirectoryConsole {
  const { node, gate } = chain;
  const { verifier = null, address = null, ...rest } = config.enum;
  const line = (text: string): EnumLine => {
    const { line: id, current, pending } = listings.show(text);
    const found = lines().find((each) => each.id === id);
    if (found === undefined) throw unknownLine();
    return { id, number: found.number, listed: current !== null || pending !== null };
  };
  const otherNames = (): readonly string[] => [
    identity.name,
    ...lines().map(({ listingId }) => listingName(listingId)),
  ];
  const settings = { ...rest, verifier, address };
  return {
    numbers: new EnumPublishing({ node, gate, publisher, crypto: nobleCoin, settings, line, otherNames }),
    hosts: new DnsPublishing({ node, publisher }),
  };
}

export function createPublishing(deps: PublishingDeps): PublishingServices {
  const { config, chain, identity, store, events, log, lines } = deps;
  const suite: CryptoSuite = deps.suite;
  const ipfs = config.listing?.ipfs;
  const mirrors = [...deps.mirrors, ...(ipfs === undefined ? [] : [ipfsMirror({ ...deps, url: ipfs.url })])];
  const publisher = createPublisher(deps);
  const username = usernameOf(config, identity);
  const now = () => deps.time.now();
  const offer = (line: LineId): ListingOffer | null => offerOf(deps.live.current, line);
  const common = { publisher, suite, identity, username };
  const onChain = new IdentityPublishing({ ...common, node: chain.node, days: config.identity.days });
  // A node that is away tells later; the listing is then bound by what its record says.
  const owner = (): Promise<string | null> => onChain.owner().catch(() => null);
  const listings = new Listings({ ...common, store: store.names, lines, offer, mirrors, owner, events, log, now });
  const targets = renewalTargets(config, { publisher, listings, identity: onChain });
  const renewals = new Renewals({ ...deps, node: chain.node, publisher, targets, every: hours(6) });
  return {
    publisher,
    listings,
    identity: onChain,
    directory: directoryOf(deps, { publisher, listings, identity: onChain }),
    start: async () => {
      await publisher.load();
      await listings.load();
      publisher.start();
      renewals.start();
    },
    stop: async () => {
      await renewals.stop();
      await publisher.stop();
      await listings.stop();
    },
  };
}
