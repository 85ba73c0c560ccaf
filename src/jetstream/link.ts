// The connection to the cluster: one client that comes back by itself, and the one place where its errors become ours.

import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream";
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  errors,
  type NatsConnection,
  nkeyAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import { AppError, type Disposer, type Logger, messageOf, millis, seconds, stoppedError, utf8 } from "../base/index.ts";
import type { JetStreamOptions, NatsLogin, NatsTls } from "./options.ts";

/** Of one question to the cluster. A leader that was lost is replaced within some seconds; who asks tries again. */
export const REQUEST_TIMEOUT = millis(1500);
const CONNECT_TIMEOUT = seconds(5);
const RECONNECT_WAIT = millis(250);
const PING_EVERY = seconds(5);

/**
 * Whether a server's version, such as `2.9.10`, keeps what a write expects when another is on its way in the same moment: of 300 pairs
 * written at once 2.9.10 took both of 179, 2.10.27 and 2.15.1 of none. One that tells no version is believed to.
 */
export function keepsExpectations(version: string | undefined): boolean {
  const [, major = "", minor = ""] = /^v?(\d+)\.(\d+)\./.exec(version ?? "") ?? [];
  return major === "" || Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 10);
}

const AWAY_HINT = "Try again in a moment: the cluster chooses a new leader, or cannot be reached.";

const OLD_HINT = "Take nats-server 2.10 or newer where several relays write: 2.9 now and then lets two write at once.";

/** The store cannot be asked now; whether what was asked for was done is not known. */
export function storeAway(cause: unknown, what: string): AppError {
  if (cause instanceof AppError) return cause;
  if (cause instanceof errors.ClosedConnectionError || cause instanceof errors.DrainingConnectionError)
    return stoppedError("the relay's store");
  return new AppError("store.away", `the NATS cluster did not answer: ${what}`, {
    retryable: true,
    hint: AWAY_HINT,
    cause,
    context: { reason: messageOf(cause).slice(0, 200) },
  });
}

/** Whether a write was refused because somebody else wrote to its subject in between. */
export function isConflict(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}

function authenticatorOf(login: NatsLogin): Authenticator | undefined {
  switch (login.kind) {
    case "none":
      return undefined;
    case "password":
      return usernamePasswordAuthenticator(login.user, login.password.reveal());
    case "credentials":
      return credsAuthenticator(utf8(login.text.reveal()));
    case "nkey":
      return nkeyAuthenticator(utf8(login.seed.reveal()));
  }
}

const tlsOf = ({ caFile, certFile, keyFile }: NatsTls) => ({
  ...(caFile === undefined ? {} : { caFile }),
  ...(certFile === undefined ? {} : { certFile }),
  ...(keyFile === undefined ? {} : { keyFile }),
});

export interface NatsLink {
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** Whether a server is connected now. */
  connected(): boolean;
  /** Calls `task` after each time that the connection was lost and is there again. Returns how to stop that. */
  onReconnect(task: () => void): Disposer;
  close(): Promise<void>;
}

/** Errors: `store.away` when no server takes the connection. */
export async function openLink(options: JetStreamOptions): Promise<NatsLink> {
  const { servers, login, tls, log } = options;
  const authenticator = authenticatorOf(login);
  try {
    const access = {
      servers: [...servers],
      name: "numberbox-relay",
      timeout: CONNECT_TIMEOUT,
      // Else each request makes an error beforehand, for the stack it might need.
      noAsyncTraces: true,
      ...(authenticator === undefined ? {} : { authenticator }),
      ...(tls === null ? {} : { tls: tlsOf(tls) }),
    };
    // A wrong password is told at once; the connection that follows would try for ever.
    await (await connect({ ...access, reconnect: false })).close();
    const connection = await connect({
      ...access,
      reconnectTimeWait: RECONNECT_WAIT,
      reconnectJitter: RECONNECT_WAIT,
      // For as long as the relay runs.
      maxReconnectAttempts: -1,
      // It was let in before: a server that has lost its accounts for a moment is no reason to give up.
      ignoreAuthErrorAbort: true,
      pingInterval: PING_EVERY,
      maxPingOut: 2,
    });
    const { version } = connection.info ?? {};
    if (!keepsExpectations(version)) log.warn("nats_server_old", { version, hint: OLD_HINT });
    let up = true;
    const waiting = new Set<() => void>();
    void watch(connection, log, (now) => {
      up = now;
      if (now) for (const task of waiting) task();
    });
    const js = jetstream(connection, { timeout: REQUEST_TIMEOUT });
    const jsm = await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT, checkAPI: false });
    return {
      ...{ connection, js, jsm },
      connected: () => up && !connection.isClosed(),
      onReconnect: (task) => {
        waiting.add(task);
        return () => waiting.delete(task);
      },
      close: () => connection.close(),
    };
  } catch (cause) {
    throw storeAway(cause, "no server of `nats.servers` takes the connection");
  }
}

async function watch(connection: NatsConnection, log: Logger, told: (up: boolean) => void): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "disconnect" || status.type === "reconnect") {
      told(status.type === "reconnect");
      log.info(status.type === "reconnect" ? "nats_connected" : "nats_lost", { server: status.server });
    } else if (status.type === "error") {
      log.warn("nats_error", { reason: messageOf(status.error) });
    }
  }
}
