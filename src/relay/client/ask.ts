// One GET of an address of the relay, by the way that the box goes: for whoever wants to know whether it answers.

import { type Clock, seconds, type UnixMs } from "../../base/index.ts";
import { HttpExchange } from "./http-exchange.ts";
import { doorsOf, type RelayWay } from "./relay-doors.ts";

const TIMEOUT = seconds(8);

/** `url` begins with one of the relay's addresses. Rejects with `relay.unreachable`, `net.proxy`, `net.certificate` or `base.timeout`. */
export async function askRelay(options: {
  readonly way: RelayWay;
  readonly url: string;
  readonly clock: Clock;
}): Promise<{ readonly status: number; readonly date: UnixMs | null }> {
  const { way, url, clock } = options;
  const base = (door: { readonly url: string }): string => door.url.replace(/\/+$/, "");
  const door = doorsOf(way).find((each) => url.startsWith(`${base(each)}/`));
  const { origin, pathname, search } = new URL(url);
  const { proxy, names } = way;
  const exchange = new HttpExchange({ url: origin, pin: door?.pin, proxy, names, clock, timeout: TIMEOUT });
  try {
    const path = `${pathname}${search}`.slice(1);
    const { status, date } = await exchange.send({ method: "GET", path, signal: new AbortController().signal });
    return { status, date };
  } finally {
    exchange.stop();
  }
}
