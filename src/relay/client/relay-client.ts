// The box's way to a relay: `RelayPort` over HTTP. Whatever the relay or the network does becomes an outcome; only an abort rejects.

import { z } from "zod";
import {
  type Clock,
  fromUtf8,
  hasCode,
  isAppError,
  type ListingId,
  type Logger,
  type Millis,
  messageOf,
  type Random,
  type RentalId,
  seconds,
  stoppedError,
  type UnixMs,
} from "../../base/index.ts";
import type {
  CatchUpPage,
  CatchUpRelay,
  ChapRelay,
  ClaimOutcome,
  ForwardOutcome,
  MarketOutcome,
  MarketRelay,
  ReceiptPlace,
  RegisterOutcome,
  RelayPort,
} from "../../core/index.ts";
import {
  claimReply,
  leftChaps,
  type OrderAnswer,
  type PooledChap,
  type ProviderMessagesPage,
  type ProviderReceiptsPage,
  type ProviderRentalsPage,
  type ProviderRequests,
  parseJsonWith,
  providerMessagesPage,
  providerReceiptsPage,
  providerRentalsPage,
  providerRequests,
  type RentalGrant,
  type WireMessage,
} from "../../protocol/index.ts";
import type { Answer, ExchangeRequest } from "./http-exchange.ts";
import {
  forwardOutcome,
  isRelayAnswer,
  isUnknownRoute,
  marketOutcome,
  registerOutcome,
  retryLater,
} from "./outcomes.ts";
import type { RelayClientIdentity } from "./provider-session.ts";
import { isDoorFault, type OpenDoor, RelayDoors, type RelayWay } from "./relay-doors.ts";

export interface RelayClientOptions extends RelayWay {
  readonly identity: RelayClientIdentity;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** For one exchange, connecting included. Default 20 s. */
  readonly timeout?: Millis;
  /** Told the relay's time (whole seconds) with each answer that is the relay's. */
  readonly onTime?: (at: UnixMs) => void;
}

const DEFAULT_TIMEOUT = seconds(20);
/** Of a relay that is older than what was asked. */
const UNKNOWN_ROUTE = "relay.unknown_route";
const RECEIPTS_PER_PAGE = 200;
const MESSAGES_PER_PAGE = 500;

export class RelayClient implements RelayPort, MarketRelay, ChapRelay, CatchUpRelay {
  readonly #log: Logger;
  readonly #onTime: (at: UnixMs) => void;
  readonly #doors: RelayDoors;
  readonly #stopping = new AbortController();

  constructor(options: RelayClientOptions) {
    const { identity, clock, random, timeout = DEFAULT_TIMEOUT } = options;
    this.#log = options.log.child({ part: "relay_client" });
    this.#onTime = options.onTime ?? (() => {});
    this.#doors = new RelayDoors({ way: options, identity, clock, random, log: this.#log, timeout });
  }

  /** The address that requests go to now. */
  get url(): string {
    return this.#doors.url;
  }

  /** Measures the relay's addresses from now on, where there are several. */
  start(): void {
    this.#doors.start();
  }

  async forward(message: WireMessage, signal: AbortSignal): Promise<ForwardOutcome> {
    return this.#outcome(signal, async () => {
      const answer = await this.#send({ method: "POST", path: "forward", body: message, signal });
      return this.#noteTime(answer, forwardOutcome(answer, message));
    });
  }

  async register(grant: RentalGrant, signal: AbortSignal): Promise<RegisterOutcome> {
    return this.#outcome(signal, async () => {
      const answer = await this.#send({ method: "PUT", path: `rentals/${grant.rental_id}`, body: grant, signal });
      return this.#noteTime(answer, registerOutcome(answer));
    });
  }

  async receipts({ after, epoch }: ReceiptPlace, signal: AbortSignal): Promise<ProviderReceiptsPage | null> {
    const path = `provider/receipts?after=${after}&limit=${RECEIPTS_PER_PAGE}`;
    if (epoch === null) return await this.#read(path, providerReceiptsPage, signal);
    const page = await this.#outcome(signal, () =>
      this.#readPage(`${path}&epoch=${epoch}`, providerReceiptsPage, signal),
    );
    // A relay that was set back to a version before epochs refuses the word.
    if (!("kind" in page)) return page;
    return page.code === "relay.http_400" ? await this.#read(path, providerReceiptsPage, signal) : null;
  }

  async claim(instance: string, signal: AbortSignal): Promise<ClaimOutcome> {
    return await this.#outcome(signal, () =>
      this.#withToken({ method: "PUT", path: "provider/box", body: { instance } }, claimReply, signal),
    );
  }

  async rentals(after: string, signal: AbortSignal): Promise<CatchUpPage<ProviderRentalsPage>> {
    const path = `provider/rentals?after=${after}&limit=${RECEIPTS_PER_PAGE}`;
    return await this.#outcome(signal, () => this.#readPage(path, providerRentalsPage, signal));
  }

  async messages(rental: RentalId, after: number, signal: AbortSignal): Promise<CatchUpPage<ProviderMessagesPage>> {
    const path = `provider/messages?rental_id=${rental}&after=${after}&limit=${MESSAGES_PER_PAGE}`;
    return await this.#outcome(signal, () => this.#readPage(path, providerMessagesPage, signal));
  }

  async requests(
    { after, wait, open }: { readonly after: number; readonly wait: number; readonly open: boolean },
    signal: AbortSignal,
  ): Promise<ProviderRequests | null> {
    const path = `provider/requests?after=${after}&wait=${wait}${open ? "&open=1" : ""}`;
    return await this.#read(path, providerRequests, signal);
  }

  async answer(id: string, answer: OrderAnswer, signal: AbortSignal): Promise<MarketOutcome> {
    return this.#outcome(signal, async () =>
      marketOutcome(await this.#send({ method: "PUT", path: `provider/requests/${id}`, body: answer, signal })),
    );
  }

  async putRecord(id: ListingId, record: Uint8Array, signal: AbortSignal): Promise<MarketOutcome> {
    const body = parseJsonWith(z.unknown(), fromUtf8(record), "relay.bad_record", "the listing's record");
    return this.#outcome(signal, async () =>
      marketOutcome(await this.#send({ method: "PUT", path: `listings/${id}/offchain`, body, signal })),
    );
  }

  async leftChaps(signal: AbortSignal): ReturnType<ChapRelay["leftChaps"]> {
    const page = await this.#outcome(signal, () => this.#readPage("provider/chaps", leftChaps, signal));
    if (!("kind" in page)) return page;
    return { kind: page.code === UNKNOWN_ROUTE ? "unknown" : "retry", code: page.code };
  }

  async putChaps(chaps: readonly PooledChap[], signal: AbortSignal): Promise<MarketOutcome> {
    const request = { method: "PUT", path: "provider/chaps", body: { chaps } } as const;
    return await this.#outcome(signal, async () => {
      const { answer, refused } = await this.#signedIn(request, signal);
      return refused === null ? marketOutcome(answer) : retryLater(refused);
    });
  }

  /** Ends every exchange under way (their callers get `base.stopped`) and closes the connections. */
  stop(): void {
    this.#stopping.abort();
    this.#doors.stop();
  }

  /** Null when the relay cannot be asked now. */
  async #read<T extends object>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | null> {
    const page = await this.#outcome(signal, () => this.#readPage(path, schema, signal));
    if (!("kind" in page)) return page;
    this.#log.debug("relay_page_unavailable", { code: page.code });
    return null;
  }

  #readPage<T extends object>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | Retry> {
    return this.#withToken({ method: "GET", path }, schema, signal);
  }

  async #withToken<T extends object>(request: Request, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | Retry> {
    const { answer, refused } = await this.#signedIn(request, signal);
    if (refused !== null) return retryLater(refused);
    const page = schema.safeParse(answer.body);
    if (isUnknownRoute(answer)) return retryLater(UNKNOWN_ROUTE);
    if (answer.status !== 200 || !page.success) return retryLater(`relay.http_${answer.status}`);
    return this.#noteTime(answer, page.data);
  }

  #signedIn(request: Request, signal: AbortSignal): Promise<Asked> {
    return this.#doors.through((door) => signedIn(door, request, signal), isAskedInVain, signal);
  }

  #send(request: ExchangeRequest): Promise<Answer> {
    return this.#doors.through((door) => door.send(request), isDoorFault, request.signal);
  }

  /** Turns what an exchange rejects with into an outcome; an abort, and nothing else, rejects with `base.stopped`. */
  async #outcome<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T | Retry> {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || this.#stopping.signal.aborted) throw stoppedError("the relay client");
      if (!isAppError(error)) this.#log.error("relay_exchange_failed", { reason: messageOf(error) });
      if (hasCode(error, "base.timeout")) return retryLater("relay.timeout");
      return retryLater(isAppError(error) ? error.code : "relay.exchange_failed");
    }
  }

  #noteTime<T>(answer: Answer, outcome: T): T {
    if (answer.date !== null && isRelayAnswer(answer)) this.#onTime(answer.date);
    return outcome;
  }
}

type Retry = ReturnType<typeof retryLater>;
type Request = Omit<ExchangeRequest, "signal" | "token">;

interface Asked {
  readonly answer: Answer;
  /** Code of what kept the box from signing in; `answer` is then what it was told. */
  readonly refused: string | null;
}

const isAskedInVain = ({ answer, refused }: Asked): boolean =>
  refused === "relay.foreign_challenge" || isDoorFault(answer);

async function signedIn({ session, send }: OpenDoor, request: Request, signal: AbortSignal): Promise<Asked> {
  for (let attempt = 1; ; attempt++) {
    const result = await session.token(signal);
    if (!result.ok) return { answer: result.answer, refused: result.code };
    const answer = await send({ ...request, token: result.token, signal });
    // The relay may have forgotten the token; a fresh one is refused only if something else is wrong.
    if (answer.status === 401) session.forget();
    if (answer.status !== 401 || attempt > 1) return { answer, refused: null };
  }
}

export function createRelayClient(options: RelayClientOptions): RelayClient {
  return new RelayClient(options);
}
