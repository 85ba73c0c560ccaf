// Every wait of the renter's side, by name.

import { type BackoffPolicy, type Millis, millis, seconds } from "../base/index.ts";

export interface RenterTimeouts {
  /** One HTTP request, from connecting to the last byte. */
  readonly request: Millis;
  /** From opening the WebSocket to its `ready` frame. */
  readonly connect: Millis;
  /** How long a followed relay may say nothing before it is asked. */
  readonly ping: Millis;
  /** How long it may then stay silent before the connection counts as lost. */
  readonly pong: Millis;
  /** How often a relay is asked for a grant that is awaited, in case it does not tell of it by itself. */
  readonly lookForRentals: Millis;
  /** A token is renewed when it has less than this left. */
  readonly tokenMargin: Millis;
  readonly reconnect: BackoffPolicy;
}

export const renterTimeouts: RenterTimeouts = {
  request: seconds(20),
  connect: seconds(20),
  ping: seconds(25),
  pong: seconds(10),
  lookForRentals: seconds(60),
  tokenMargin: seconds(60),
  reconnect: { first: millis(500), max: seconds(60) },
};
