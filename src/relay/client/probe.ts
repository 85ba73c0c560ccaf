// Asks an address whether a relay is there, and whether it takes messages of this box, before anybody relies on it.

import { type AppError, type Clock, isAppError, seconds } from "../../base/index.ts";
import type { HostFinder, Socks5Proxy } from "../../net/index.ts";
import { relayInfo } from "../../protocol/index.ts";
import { HttpExchange, type RelayDoor } from "./http-exchange.ts";
import { ProviderSession, type RelayClientIdentity } from "./provider-session.ts";

export interface ProbeOptions extends RelayDoor {
  readonly proxy?: Socks5Proxy | undefined;
  readonly names?: HostFinder | undefined;
  readonly identity: RelayClientIdentity;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type ProbeResult =
  /** `member`: it takes messages of this box. */
  | { readonly kind: "relay"; readonly version: string; readonly member: boolean }
  /** Something answers, but not as a relay. */
  | { readonly kind: "other"; readonly status: number }
  | { readonly kind: "unreachable"; readonly error: AppError };

/** For each question. */
const TIMEOUT = seconds(8);

/** Rejects with `base.stopped` on abort alone. */
export async function probeRelay({ identity, signal, ...where }: ProbeOptions): Promise<ProbeResult> {
  const { url, clock } = where;
  const exchange = new HttpExchange({ ...where, timeout: TIMEOUT });
  try {
    const answer = await exchange.send({ method: "GET", path: "info", signal });
    const info = relayInfo.safeParse(answer.body);
    if (answer.status !== 200 || !info.success) return { kind: "other", status: answer.status };
    const session = new ProviderSession({ urls: [url], identity, clock, send: (request) => exchange.send(request) });
    const token = await session.token(signal);
    if (!token.ok) return { kind: "relay", version: info.data.version, member: false };
    const path = "provider/receipts?after=0&limit=1";
    const page = await exchange.send({ method: "GET", path, token: token.token, signal });
    return { kind: "relay", version: info.data.version, member: page.status === 200 };
  } catch (error) {
    if (!isAppError(error) || error.code === "base.stopped") throw error;
    return { kind: "unreachable", error };
  } finally {
    exchange.stop();
  }
}
