// A relay node: composes its parts, listens, and ends in order.

import { mkdir } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { AppError, type Clock, type Logger, type Millis, seconds, wrapError } from "../../base/index.ts";
import {
  indexPositionCodec,
  ListingIndex,
  type ProofService,
  proofDayCodec,
  type RelayStore,
} from "../../core/index.ts";
import { listingIndexStore, openSqlite, type SqliteDatabase, treeStore } from "../../sqlite/index.ts";
import { AcceptedReceipts, relayProofs } from "./accepted-receipts.ts";
import { type AcknowledgementDeps, acknowledge } from "./acknowledgement.ts";
import { Authentication } from "./authentication.ts";
import { ChainListings } from "./chain-listings.ts";
import { ChapPools } from "./chap-pools.ts";
import { Dashboard } from "./dashboard.ts";
import { EscrowPapers } from "./escrow-papers.ts";
import { Forwarding } from "./forwarding.ts";
import { Housekeeping } from "./housekeeping.ts";
import { BodyReader } from "./http-body.ts";
import { HttpFront } from "./http-front.ts";
import { ListingBrowse } from "./listing-browse.ts";
import { ListingRecords } from "./listing-records.ts";
import { LiveHub } from "./live-hub.ts";
import { MarketOrders, ofProvider, ofRenter } from "./market-orders.ts";
import { type RelayGauges, RelayMetrics } from "./metrics.ts";
import {
  type RelayHandle,
  type RelayLimits,
  type RelayNames,
  type RelayServerOptions,
  relayLimits,
} from "./options.ts";
import { Presence } from "./presence.ts";
import { Providers } from "./providers.ts";
import { Provisioning } from "./provisioning.ts";
import { addressKey, RateLimits } from "./rate-limits.ts";
import { relayKey } from "./relay-key.ts";
import { RelayTime } from "./relay-time.ts";
import { Reputations } from "./reputations.ts";
import { createRoutes } from "./routes.ts";
import { relaySchema } from "./schema.ts";
import { SqliteRelayStore } from "./sqlite-store.ts";
import { Waiters } from "./waiters.ts";
import { WorkGate } from "./work-gate.ts";
import { Worms } from "./worms.ts";

const DATABASE_FILE = "relay.sqlite";
const KEY_FILE = "relay.key";
/** Of all request bodies that are being read or answered, in bytes. */
const BODY_BUDGET = 64 * 1024 * 1024;
const LIVE_PAGE = 100;
/** A block comes every few minutes. */
const INDEX_EVERY = seconds(5);
const HEALTH_MEMORY = seconds(5);
const HOST = /^[a-z0-9.:_[\]-]{1,255}$/;

/** The client's network address as the limits count it. */
export function clientAddress(request: IncomingMessage, trustLocalProxy: boolean): string {
  const direct = addressKey(request.socket.remoteAddress ?? "");
  if (!trustLocalProxy || (!direct.startsWith("127.") && direct !== addressKey("::1"))) return direct;
  const forwarded = String(request.headers["x-forwarded-for"] ?? "");
  const last = forwarded.split(",").at(-1)?.trim() ?? "";
  return last === "" ? direct : addressKey(last);
}

/** A write test whose result is good for a few seconds, so that asking for health costs the disk nothing. */
function healthCheck(store: RelayStore, clock: Clock): () => Promise<void> {
  let last: { readonly at: Millis; readonly result: Promise<void> } | null = null;
  return () => {
    const now = clock.monotonic();
    if (last === null || now - last.at > HEALTH_MEMORY) last = { at: now, result: store.probe() };
    return last.result;
  };
}

/** 64 MiB: under load the indexes of messages change all over the file, and folding back is what the disk then does most. */
const LOG_PAGES = 16_384;

async function openDatabase(options: RelayServerOptions, log: Logger): Promise<SqliteDatabase> {
  const { dataFolder, clock } = options;
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw wrapError(cause, "relay.no_data_folder", `the relay's data folder ${dataFolder} cannot be created`, {
      hint: "Create it for the user the relay runs as, or choose another with `relay.data`.",
    });
  }
  return openSqlite({ file: join(dataFolder, DATABASE_FILE), clock, log, logPages: LOG_PAGES, ...relaySchema });
}

interface Parts {
  readonly front: HttpFront;
  readonly hub: LiveHub;
  readonly waiters: Waiters;
  readonly housekeeping: Housekeeping;
  readonly proofs: ProofService;
  /** Null where the relay has no node. */
  readonly index: ListingIndex | null;
}

function listingIndex(
  node: RelayNames,
  deps: Pick<RelayServerOptions, "clock" | "log"> & { readonly database: SqliteDatabase },
): ListingIndex {
  const store = listingIndexStore(deps.database, indexPositionCodec);
  return new ListingIndex({ ...deps, node, store, every: INDEX_EVERY });
}

interface Storage {
  readonly store: RelayStore;
  readonly database: SqliteDatabase;
}

/** What every part of a relay is given. */
interface Shared extends AcknowledgementDeps {
  readonly store: RelayStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly time: RelayTime;
  readonly bodies: BodyReader;
  readonly metrics: RelayMetrics;
  readonly addressOf: (request: IncomingMessage) => string;
}

function sharedOf(options: RelayServerOptions, { store }: Storage, log: Logger): Shared {
  const { clock, crypto, trustLocalProxy = false } = options;
  const limits = relayLimits(options.limits);
  const addressOf = (request: IncomingMessage): string => clientAddress(request, trustLocalProxy);
  const bodies = new BodyReader({ all: BODY_BUDGET, perAddress: limits.bodyBytesPerAddress, addressOf });
  const parts = { limits: new RateLimits(limits), time: new RelayTime(clock, log), metrics: new RelayMetrics() };
  return { store, clock, crypto, log, addressOf, bodies, ...parts };
}

function hubOf(shared: Shared, authentication: Authentication, limits: RelayLimits): LiveHub {
  const { store, metrics, clock, log, limits: rates } = shared;
  const { socketsPerKey, socketsPerAddress, sockets } = limits;
  return new LiveHub({
    ...{ clock, log, socketsPerKey, socketsPerAddress, sockets },
    refused: (error) => metrics.refused(error),
    callerOfToken: (token, address) =>
      rates.countFailures("bad_token", address, () => authentication.callerOfToken(token)),
    resume: async (kept) => ({ after: await store.cursors.resume("mail", kept), epoch: await store.cursors.epoch() }),
    readMailbox: (renter, after) => store.mail.page(renter, { after, limit: LIVE_PAGE }),
    acknowledge: (renter, receipts) => acknowledge(shared, renter, receipts),
  });
}

/** The host that stands in challenges: of those that are the relay's own the one that was asked for; any, where none was told. */
function hostOf({ publicHost, publicUrls = [] }: Pick<RelayServerOptions, "publicHost" | "publicUrls">) {
  const hosts = publicUrls.map((url) => new URL(url).host);
  const own = publicHost === undefined ? hosts : [publicHost.toLowerCase(), ...hosts];
  return (request: IncomingMessage): string => {
    const asked = (request.headers.host ?? "").toLowerCase();
    const host = own.includes(asked) ? asked : (own[0] ?? asked);
    return HOST.test(host) ? host : "unknown";
  };
}

/** Relays over one store sign with one key: a renter who asks another one gets the same receipt. */
async function checkIssuer(store: RelayStore, verify: string): Promise<void> {
  if ((await store.issuer(verify)) === verify) return;
  throw new AppError("relay.other_key", "the other relays over this store sign with another key", {
    hint: "Copy their key file here, and name it with `key_file` of the relay's configuration.",
  });
}

interface MarketParts {
  readonly providers: Providers;
  readonly waiters: Waiters;
  readonly index: ListingIndex | null;
}

function marketOf(options: RelayServerOptions, shared: Shared, { providers, waiters, index }: MarketParts) {
  const { clock, crypto, random, names = null } = options;
  const standing = { reputations: new Reputations(shared), presence: new Presence(shared) };
  const chain = names === null ? null : new ChainListings(names, clock);
  const chaps = new ChapPools(shared);
  return {
    ...standing,
    records: new ListingRecords({ ...shared, ...standing, providers, chain }),
    browse: new ListingBrowse({ ...shared, ...standing, providers, chain, index }),
    worms: new Worms({ crypto, names }),
    escrows: new EscrowPapers({ ...shared, providers }),
    chaps,
    orders: new MarketOrders({ ...shared, random, providers, waiters, chaps }),
  };
}

interface ForwardingParts {
  readonly limits: RelayLimits;
  readonly service: ProofService;
  readonly accepted: AcceptedReceipts;
}

function forwardingOf(shared: Shared, providers: Providers, { limits, service, accepted }: ForwardingParts) {
  return new Forwarding({
    ...{ ...shared, providers },
    caps: { messages: limits.mailboxMessages, bytes: limits.mailboxBytes },
    dated: () => service.dated(),
    receipt: (message) => accepted.receiptAside(message),
  });
}

async function compose(options: RelayServerOptions, storage: Storage, log: Logger): Promise<Parts> {
  const { clock, crypto, random, version, dataFolder, keyFile = join(dataFolder, KEY_FILE) } = options;
  const { store, database } = storage;
  const limits = relayLimits(options.limits);
  const shared = sharedOf(options, storage, log);
  const { metrics, bodies } = shared;
  const seed = await relayKey(keyFile, random);
  const accepted = new AcceptedReceipts({ store, suite: crypto, seed });
  await checkIssuer(store, accepted.issuer);
  // Before the first cursor is given.
  await store.cursors.epoch();
  const { service, reader } = relayProofs({ ...shared, accepted, trees: treeStore(database, proofDayCodec) });
  await service.load();
  const providers = new Providers(options.providers);
  const authentication = new Authentication({ store, clock, random, crypto });
  const hub = hubOf(shared, authentication, limits);
  const forwarding = forwardingOf(shared, providers, { limits, service, accepted });
  const waiters = new Waiters(clock);
  store.listen({
    stored: (renter, message) => hub.push(renter, message),
    requested: (provider) => waiters.notify(ofProvider(provider)),
    answered: (orderId) => waiters.notify(ofRenter(orderId)),
    granted: (renter, rentalId) => hub.tellRental(renter, rentalId),
  });
  const index = options.names === undefined ? null : listingIndex(options.names, { ...shared, database });
  const market = marketOf(options, shared, { providers, waiters, index });
  const work = new WorkGate({ ...shared, random, bits: limits.workBits });
  const gauges = async (): Promise<RelayGauges> => ({
    ...{ connections: front.connections, sockets: hub.count, waiting: waiters.count, bodies: bodies.held },
    store: await store.state(),
  });
  const asked = {
    hostOf: hostOf(options),
    imprint: options.imprint ?? {},
    epoch: () => store.cursors.epoch(),
    endpoints: options.publicUrls ?? [],
    revoked: (pubkey: string) => hub.recheck(pubkey),
    ...{ checkHealth: healthCheck(store, clock), proofs: reader, work, gauges, ...market },
  };
  const { metricsToken = null, trustLocalProxy = false, voice = () => null, publicUrls = [] } = options;
  const dashboard = await Dashboard.load(options.dashboard, publicUrls, log);
  const provisioning = new Provisioning({ crypto, random, clock, seed, voice, store });
  const about = { ...shared, authentication, providers, version, voice, metricsToken, provisioning };
  const app = createRoutes({ ...about, ...asked });
  const caps = { connections: limits.connections, perAddress: limits.connectionsPerAddress, trustLocalProxy };
  const front = new HttpFront({ ...shared, forwarding, app, dashboard, hub, caps });
  return {
    hub,
    waiters,
    index,
    proofs: service,
    front,
    housekeeping: new Housekeeping({
      ...{ ...shared, keepMessages: limits.keepMessages },
      wiped: (count) => metrics.wiped(count),
    }),
  };
}

/**
 * Starts a relay; resolves once it listens. Rejects with `relay.cannot_listen`, `relay.no_data_folder`, `relay.bad_provider` or
 * `store.*`.
 */
export async function startRelay(options: RelayServerOptions): Promise<RelayHandle> {
  const log = options.log.child({ part: "relay" });
  const { host, port } = options.listen;
  const database = await openDatabase(options, log).catch(async (error: unknown) => {
    await options.store?.close();
    throw error;
  });
  const store = options.store ?? new SqliteRelayStore(database, options.random);
  try {
    const { front, hub, waiters, housekeeping, proofs, index } = await compose(options, { store, database }, log);
    const taken = await front.listen(host, port);
    housekeeping.start();
    proofs.start();
    index?.start();
    log.info("relay_listening", { host, port: taken, providers: options.providers.length });
    const end = async (): Promise<void> => {
      waiters.stop();
      await Promise.all([front.stop(), hub.stop(), housekeeping.stop(), proofs.stop(), index?.stop()]);
      await store.close();
      await database.close();
      log.info("relay_stopped");
    };
    let ending: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      ending ??= end();
      return ending;
    };
    return { url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`, stop };
  } catch (error) {
    await store.close();
    await database.close();
    throw error;
  }
}
