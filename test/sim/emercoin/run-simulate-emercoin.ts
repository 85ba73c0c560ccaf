// `numberbox simulate emercoin`: a node that runs until it is told to stop.

import type { CliIo } from "../../../src/bin/cli-io.ts";
import { SeededRandom } from "../seeded-random.ts";
import { type SimEmercoin, startSimEmercoin } from "./start-sim-emercoin.ts";

export interface SimulateEmercoinOptions {
  readonly port: number;
  readonly controlPort: number;
  readonly user: string;
  readonly password: string;
  /** Seconds; 0: blocks on demand. */
  readonly blockTime: number;
  readonly seed?: string;
  readonly wallets?: readonly string[];
  readonly peers: 1 | 2;
  readonly peerPort: number;
  readonly json: boolean;
}

/** Prints how the node is reached, then runs until `io.signal` aborts. Throws `sim.listen_failed`. */
export async function runSimulateEmercoin(options: SimulateEmercoinOptions, io: CliIo): Promise<0> {
  const { seed, wallets = [], json, ...rest } = options;
  const random = seed === undefined ? io.random : new SeededRandom(seed);
  const handle = await startSimEmercoin({ ...rest, wallets, clock: io.clock, random });
  try {
    io.out(json ? `${JSON.stringify(facts(handle))}\n` : explain(handle, options));
    await aborted(io.signal);
  } finally {
    await handle.stop();
  }
  return 0;
}

const withAccess = (url: string, { user, password }: SimEmercoin): string =>
  url.replace("://", `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);

function facts(handle: SimEmercoin) {
  return {
    simulator_url: handle.controlUrl,
    nodes: handle.nodes.map(({ url, state }) => ({ url: withAccess(url, handle), wallets: state.loaded })),
  };
}

function explain(handle: SimEmercoin, { blockTime }: SimulateEmercoinOptions): string {
  const [first] = handle.nodes;
  return [
    ...handle.nodes.map(
      ({ url }, at) => `node ${at} ${withAccess(url, handle)}  regtest, height ${first?.state.chain.height ?? 0}`,
    ),
    `control ${handle.controlUrl}`,
    blockTime > 0 ? `A block comes every ${blockTime} s.` : "Blocks come on demand:",
    `  curl -d '{"count":1}' ${handle.controlUrl}/blocks`,
    "Ask the node:",
    `  curl -d '{"method":"getinfo"}' ${withAccess(handle.url, handle)}/`,
    "",
  ].join("\n");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
