// Asks strangers to work before they write, where the operator wants it. Nothing is remembered of a challenge until it is answered.

import type { IncomingMessage } from "node:http";
import {
  type AppError,
  type Clock,
  type CryptoSuite,
  equalBytes,
  minutes,
  type Random,
  seconds,
  toBase64url,
  unixSecondsOf,
  utf8,
} from "../../base/index.ts";
import type { RelayStore } from "../../core/index.ts";
import { readWork, WORK_DOMAIN, WORK_HEADER, type WorkDemand } from "../../protocol/index.ts";
import { problemReply, type Reply } from "./http-reply.ts";
import type { RelayMetrics } from "./metrics.ts";
import { limited } from "./problems.ts";

export interface WorkGateDeps {
  readonly store: Pick<RelayStore, "sessions">;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: CryptoSuite;
  /** 0 asks for nothing. */
  readonly bits: number;
}

const GOOD_FOR = minutes(5) / 1000;
const CHALLENGE = new RegExp(
  `^${WORK_DOMAIN} bits=(\\d{1,2}) nonce=([A-Za-z0-9_-]{22}) expires=(\\d{1,12}) mac=([A-Za-z0-9_-]{43})$`,
);

/** A refusal that tells what to work for. */
export interface WorkRefusal {
  readonly error: AppError;
  readonly work: WorkDemand;
}

export class WorkGate {
  readonly #deps: WorkGateDeps;

  constructor(deps: WorkGateDeps) {
    this.#deps = deps;
  }

  /** Null when the request may go on; each answer is good once. */
  async refused(request: IncomingMessage): Promise<WorkRefusal | null> {
    if (this.#deps.bits === 0) return null;
    const answer = request.headers[WORK_HEADER];
    const why = typeof answer === "string" ? await this.#fault(answer) : "a stranger's request carries work";
    if (why === null) return null;
    return { error: limited("relay.work_required", "work", { message: why, wait: seconds(1) }), work: this.#demand() };
  }

  #demand(): WorkDemand {
    const { random, bits } = this.#deps;
    const expires = this.#now() + GOOD_FOR;
    const text = `${WORK_DOMAIN} bits=${bits} nonce=${toBase64url(random.bytes(16))} expires=${expires}`;
    return { challenge: `${text} mac=${this.#mark(text)}`, bits, expires };
  }

  async #fault(answer: string): Promise<string | null> {
    const { crypto, bits, store } = this.#deps;
    const done = readWork((bytes) => crypto.sha256(bytes), answer);
    const [, asked, nonce = "", expires, mac = ""] = CHALLENGE.exec(done?.challenge ?? "") ?? [];
    if (done === null || asked === undefined) return "the work is of no known form";
    const text = done.challenge.slice(0, -" mac=".length - mac.length);
    if (!equalBytes(utf8(this.#mark(text)), utf8(mac))) return "the work is for a challenge that is not ours";
    if (Number(expires) <= this.#now()) return "the work is for a challenge that has expired";
    if (done.bits < Math.min(Number(asked), bits)) return "the work is not enough";
    return (await store.sessions.claimNonce(nonce, Number(expires))) ? null : "the work was used before";
  }

  #mark(text: string): string {
    return toBase64url(this.#deps.crypto.hmacSha256(this.#deps.store.sessions.markKey, utf8(text)));
  }

  #now(): number {
    return unixSecondsOf(this.#deps.clock.now());
  }
}

/** The refusal as it is sent, with what to work for. */
export function workReply(
  { metrics }: { readonly metrics: Pick<RelayMetrics, "refused"> },
  { error, work }: WorkRefusal,
): Reply {
  metrics.refused(error);
  return problemReply(error, { work });
}
