// Asks a relay where it takes calls. Anybody may.

import { type AppError, type Clock, isAppError, seconds } from "../../base/index.ts";
import { type RelayVoice, relayInfo } from "../../protocol/index.ts";
import { HttpExchange } from "./http-exchange.ts";

export type RelayVoiceAnswer =
  /** Null: it takes none. */
  | { readonly kind: "relay"; readonly voice: RelayVoice | null }
  | { readonly kind: "unreachable"; readonly error: AppError | null };

const TIMEOUT = seconds(10);

/** Rejects with `base.stopped` on abort alone. */
export async function fetchRelayVoice(options: {
  readonly url: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<RelayVoiceAnswer> {
  const exchange = new HttpExchange({ ...options, timeout: TIMEOUT });
  try {
    const { status, body } = await exchange.send({ method: "GET", path: "info", signal: options.signal });
    const info = relayInfo.safeParse(body);
    if (status !== 200 || !info.success) return { kind: "unreachable", error: null };
    return { kind: "relay", voice: info.data.voice ?? null };
  } catch (error) {
    if (!isAppError(error) || error.code === "base.stopped") throw error;
    return { kind: "unreachable", error };
  } finally {
    exchange.stop();
  }
}
