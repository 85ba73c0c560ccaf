// The simulator's HTTP control: blocks, reorganisations, faults, restarts, what the network looks like.

import { z } from "zod";
import type { JsonAnswer, JsonRequest } from "../android/json-server.ts";
import { faultSchema } from "./faults.ts";
import type { SimNetwork } from "./sim-network.ts";
import { mineBlocks, nodeAt, reorganise, type SimNode } from "./start-sim-emercoin.ts";

export interface ControlledNetwork {
  readonly network: SimNetwork;
  readonly nodes: readonly SimNode[];
}

const which = { node: z.int().min(0).max(1).default(0) };
const blocks = z.strictObject({
  ...which,
  count: z.int().min(1).max(10_000).default(1),
  empty: z.boolean().default(false),
});
const reorg = z.strictObject({
  ...which,
  depth: z.int().min(1).max(10_000),
  drop: z.boolean().default(false),
  replace: z.int().min(0).max(10_000).default(0),
});
const restart = z.strictObject({
  ...which,
  down_ms: z.int().min(0).max(3_600_000).default(0),
  warm_up_ms: z.int().min(0).max(3_600_000).default(0),
});
const state = z.strictObject({
  ...which,
  /** Initial block download: names answer -10. */
  downloading: z.boolean().optional(),
  /** Cuts the nodes off from each other. */
  partitioned: z.boolean().optional(),
  relay_ms: z.int().min(0).max(3_600_000).optional(),
});

function describe({ network, nodes }: ControlledNetwork) {
  return {
    relay_ms: network.relayMs,
    partitioned: network.partitioned,
    nodes: nodes.map(({ url, running, faults, state: node }) => ({
      url,
      running,
      height: node.chain.height,
      tip: node.chain.tip.hash,
      mempool: node.mempool.entries.size,
      wallets: node.loaded,
      open_chaps: node.chaps.size,
      downloading: node.downloading,
      faults: faults.armed,
    })),
  };
}

/** A request that makes no sense throws, which the server answers with 400. */
export function controlEmercoin(world: ControlledNetwork, { method, path, body = {} }: JsonRequest): JsonAnswer {
  const { network, nodes } = world;
  switch (`${method} ${path}`) {
    case "GET /":
      break;
    case "POST /blocks": {
      const { node, count, empty } = blocks.parse(body);
      mineBlocks(network, nodeAt(nodes, node).state, count, empty);
      break;
    }
    case "POST /reorg": {
      const { node, depth, ...options } = reorg.parse(body);
      reorganise(network, nodeAt(nodes, node).state, depth, options);
      break;
    }
    case "POST /faults": {
      const { node, ...fault } = faultSchema.extend(which).parse(body);
      nodeAt(nodes, node).faults.add(fault);
      break;
    }
    case "DELETE /faults":
      for (const node of nodes) node.faults.clear();
      break;
    case "POST /crash": {
      const { node, down_ms, warm_up_ms } = restart.parse(body);
      void nodeAt(nodes, node).crash({ downMs: down_ms, warmUpMs: warm_up_ms });
      break;
    }
    case "POST /warm-up": {
      const { node, warm_up_ms } = restart.parse(body);
      nodeAt(nodes, node).warmUp(warm_up_ms);
      break;
    }
    case "POST /state": {
      const { node, downloading, partitioned, relay_ms } = state.parse(body);
      if (downloading !== undefined) nodeAt(nodes, node).state.downloading = downloading;
      if (relay_ms !== undefined) network.relayMs = relay_ms;
      if (partitioned !== undefined) network.partitioned = partitioned;
      break;
    }
    default:
      return { status: 404, body: { message: "There is no such control. Ask GET / for what there is to see." } };
  }
  return { status: 200, body: describe(world) };
}
