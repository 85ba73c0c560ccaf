// How a relay reaches its NATS cluster, and how the cluster keeps what it is given.

import type { Clock, CryptoSuite, Logger, Millis, Random, Secret } from "../base/index.ts";

export interface NatsTls {
  /** PEM of the authority that signed the servers' certificates; without it those that the system trusts. */
  readonly caFile?: string | undefined;
  /** PEM of this client's certificate and key, where the servers ask for one. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export type NatsLogin =
  | { readonly kind: "none" }
  | { readonly kind: "password"; readonly user: string; readonly password: Secret<string> }
  /** A `.creds` file of NATS: a JWT and its key. */
  | { readonly kind: "credentials"; readonly text: Secret<string> }
  /** The seed of an nkey (`SU…`). */
  | { readonly kind: "nkey"; readonly seed: Secret<string> };

export interface JetStreamOptions {
  /** `host:port` of each server; one that answers is enough. */
  readonly servers: readonly string[];
  readonly login: NatsLogin;
  /** Null: plain TCP, for one machine or a private network. */
  readonly tls: NatsTls | null;
  /** Before the names of all streams and subjects, so that several networks of relays can share a cluster. */
  readonly prefix: string;
  /** Servers that hold each message: 3 on a cluster, 1 on a single server. */
  readonly replicas: number;
  /** Only servers with all these tags hold the data, such as `region:eu`. */
  readonly placementTags: readonly string[];
  /** How long a message is tried while the cluster chooses a leader; then its sender is told to come again. Default 6 s. */
  readonly patience?: Millis;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: CryptoSuite;
  readonly log: Logger;
}
