// A simulated Emercoin node for one test: virtual time, seeded chance, no ports unless asked for.

import { onTestFinished } from "vitest";
import { RpcError, type SimEmercoin, type StartEmercoinOptions, startSimEmercoin } from "./emercoin/index.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface EmercoinRig {
  readonly sim: SimEmercoin;
  readonly clock: VirtualClock;
  /** A call of the first node. */
  ask<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T>;
  /** The error that a call ends in, as `code text`. */
  fails(method: string, ...params: readonly unknown[]): Promise<string>;
}

export async function emercoinRig(options: Partial<StartEmercoinOptions> = {}): Promise<EmercoinRig> {
  const clock = new VirtualClock();
  const sim = await startSimEmercoin({ clock, random: new SeededRandom("rig"), http: false, ...options });
  onTestFinished(() => sim.stop());
  const ask = async <T>(method: string, ...params: readonly unknown[]): Promise<T> =>
    (await sim.call(method, params)) as T;
  const fails = (method: string, ...params: readonly unknown[]): Promise<string> =>
    ask(method, ...params).then(
      (result) => `no error: ${JSON.stringify(result)}`,
      (error: unknown) => {
        if (error instanceof RpcError) return `${error.code} ${error.message}`;
        throw error;
      },
    );
  return { sim, clock, ask, fails };
}
