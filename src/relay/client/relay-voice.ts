// Asks a relay where it takes calls. Anybody may.

import { type AppError, type Clock, isAppError, seconds } from "../../base/index.ts";
import { type RelayVoice, relayInfo } from "../../protocol/index.ts";
import { HttpExchange, type RelayDoor } from "./http-exchange.ts";
import { doorsOf, type RelayWay } from "./relay-doors.ts";

export type RelayVoiceAnswer =
  /** Null: it takes none. */
  | { readonly kind: "relay"; readonly voice: RelayVoice | null }
  | { readonly kind: "unreachable"; readonly error: AppError | null };

const TIMEOUT = seconds(10);

interface Asking {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Asks one door after another until one answers. Rejects with `base.stopped` on abort alone. */
export async function fetchRelayVoice({
  way,
  ...asking
}: Asking & { readonly way: RelayWay }): Promise<RelayVoiceAnswer> {
  let answer: RelayVoiceAnswer = { kind: "unreachable", error: null };
  for (const door of doorsOf(way)) {
    answer = await askDoor(door, way, asking);
    if (answer.kind === "relay") return answer;
  }
  return answer;
}

async function askDoor(
  door: RelayDoor,
  { proxy, names }: Pick<RelayWay, "proxy" | "names">,
  { clock, signal }: Asking,
): Promise<RelayVoiceAnswer> {
  const exchange = new HttpExchange({ ...door, proxy, names, clock, timeout: TIMEOUT });
  try {
    const { status, body } = await exchange.send({ method: "GET", path: "info", signal });
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
