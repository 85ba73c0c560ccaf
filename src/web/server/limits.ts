// Every limit and wait of the web server in one table.

import { hours, type Millis, millis, minutes, seconds } from "../../base/index.ts";

/** Requests at once, and how many more each second. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

export interface WebLimits {
  /** Requests of one signed-in user or token. */
  readonly callerRequests: Allowance;
  /** Requests of one address that is not signed in, or sends a wrong token. */
  readonly strangerRequests: Allowance;
  /** Callers and addresses whose requests are counted; those that were quiet longest are forgotten. */
  readonly countedCallers: number;
  /** An answer under an `Idempotency-Key` is given again for so long. */
  readonly answerMemory: Millis;
  /** Answers that are kept. */
  readonly answers: number;
  /** Largest answer that is kept, in characters. */
  readonly answerBytes: number;
  /** Largest request body, in bytes; larger ones are refused unread. */
  readonly bodyBytes: number;
  /** A session ends after so long without a request or an open page. */
  readonly sessionIdle: Millis;
  /** A session ends after so long in any case. */
  readonly sessionAge: Millis;
  readonly sessions: number;
  /** Wrong passwords per address before the delay begins. */
  readonly freeAttempts: number;
  /** The delay doubles from one second with each further wrong password, up to this. */
  readonly attemptDelayMax: Millis;
  /** Wrong passwords of an address are forgotten after so long without another. */
  readonly attemptMemory: Millis;
  readonly attemptAddresses: number;
  /** Wrong passwords for one account, from wherever, before strangers' addresses wait for its sake. */
  readonly accountAttempts: number;
  /** The longest of these waits: an owner at a new address comes in after it, whoever guesses. */
  readonly accountDelayMax: Millis;
  /** What the guard counts is written at most this often. */
  readonly guardWrite: Millis;
  /** Password checks that may wait at once. */
  readonly passwordQueue: number;
  /** Largest webhook of a phone: a downloaded MMS with its pictures, which operators hold below 1 MiB, in base64. */
  readonly phoneBodyBytes: number;
  /** Webhooks of one phone. */
  readonly phonePerMinute: number;
  /** Requests of one address that name no phone, or would set one up. */
  readonly strangersPerMinute: number;
  /** Open live feeds. */
  readonly liveClients: number;
  /** Bytes that may wait for one slow viewer before frames are dropped for it. */
  readonly liveBufferBytes: number;
  /** The same slot, overview or list is sent at most once in this time. */
  readonly liveInterval: Millis;
  /** Each viewer is pinged, and its session checked, this often; one that missed a whole round is cut off. */
  readonly livePing: Millis;
  /** Newest events in a snapshot. */
  readonly liveEvents: number;
  /** Open connections; more are refused, so that strangers cannot use up the box's file handles. */
  readonly connections: number;
  /** A request's head and body must have arrived within this. */
  readonly requestTimeout: Millis;
}

export const DEFAULT_WEB_LIMITS: WebLimits = {
  callerRequests: { burst: 600, perSecond: 50 },
  strangerRequests: { burst: 120, perSecond: 5 },
  countedCallers: 10_000,
  answerMemory: hours(24),
  answers: 2000,
  answerBytes: 64 * 1024,
  bodyBytes: 64 * 1024,
  sessionIdle: hours(12),
  sessionAge: hours(30 * 24),
  sessions: 50,
  freeAttempts: 5,
  attemptDelayMax: minutes(15),
  attemptMemory: hours(24),
  attemptAddresses: 10_000,
  accountAttempts: 20,
  accountDelayMax: seconds(30),
  guardWrite: seconds(10),
  passwordQueue: 16,
  phoneBodyBytes: 2 * 1024 * 1024,
  phonePerMinute: 1200,
  strangersPerMinute: 30,
  liveClients: 32,
  liveBufferBytes: 256 * 1024,
  liveInterval: millis(250),
  livePing: seconds(20),
  liveEvents: 100,
  connections: 256,
  requestTimeout: seconds(20),
};
