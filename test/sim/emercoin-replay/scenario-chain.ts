// What happened between the recorded exchanges 0 to 296: start, wallet, names, locking, transport.

import { millis } from "../../../src/base/index.ts";
import type { HttpOptions, Replay, Scenario, Step } from "./replay.ts";

const mine = (count = 1): Step => ({ before: (replay) => replay.mine(count) });

/** A recorded HTTP exchange: its body goes out as it is, status, type and body come back as they were. */
const http = (options: HttpOptions = {}): Step => ({
  instead: async (replay, recorded) => {
    const [body] = (recorded.params ?? [""]) as readonly string[];
    const reply = await replay.http(body ?? "", options);
    const differences: string[] = [];
    const check = (what: string, own: unknown, theirs: unknown): void => {
      if (own !== theirs) differences.push(`${what}: recorded ${own}, simulated ${theirs}`);
    };
    check("status", recorded.http, reply.status);
    for (const [name, value] of Object.entries(recorded.headers ?? {})) {
      if (name !== "Content-Length") check(name, value, reply.headers.get(name));
    }
    check("body", shape(recorded.body ?? ""), shape(reply.text));
    return differences;
  },
});

/** Ids and times of a body made alike. */
const shape = (body: string): string =>
  body
    .replace(/"txid":"[0-9a-f]+"/g, '"txid"')
    .replace(/"address":"\w+"/g, '"address"')
    .replace(/"(time|vout)":\d+/g, '"$1"')
    .replace(/:[0-9a-f]{40}"/g, ':hex"');

/** Twenty wait, the others are refused at once. */
async function overload(replay: Replay): Promise<readonly string[]> {
  const body = JSON.stringify({ method: "waitfornewblock", params: [3000], id: 1 });
  let answered = 0;
  const all = Array.from({ length: 40 }, () =>
    replay.send(body).finally(() => {
      answered++;
    }),
  );
  while (answered < 20) await replay.clock.flush();
  await replay.clock.advance(millis(3000));
  const replies = await Promise.all(all);
  const count = (status: number): number => replies.filter((reply) => reply.status === status).length;
  const sample = replies.find(({ status }) => status === 500);
  const text = `${count(200)} ${count(500)} ${sample?.type} ${sample?.text}`;
  const recorded = "20 20 text/html; charset=ISO-8859-1 Work queue depth exceeded";
  return text === recorded ? [] : [`recorded ${recorded}, simulated ${text}`];
}

async function pages(replay: Replay): Promise<void> {
  for (let i = 0; i < 6; i++) await replay.ask("name_new", [`ness:pg:${i}`, `val${i}`, 2]);
  await replay.ask("name_new", ["ness:pg2:a", "x", 2]);
  replay.mine();
}

async function give(replay: Replay, wallet: string, amount: number): Promise<void> {
  await replay.fund(await replay.ask<string>("getnewaddress", [""], wallet), amount);
  replay.mine();
}

async function join(replay: Replay): Promise<void> {
  replay.sim.network.partitioned = false;
  const own = await replay.ask<string>("getnewaddress", [], "", 1);
  await replay.ask("sendtoaddress", [own, 500]);
  const coins = await Promise.all(Array.from({ length: 60 }, () => replay.ask<string>("getnewaddress")));
  await replay.ask("sendmany", ["", Object.fromEntries(coins.map((address) => [address, 15]))]);
  replay.mine();
}

const reloaded: Step = {
  before: async (replay) => {
    await replay.sim.nodes[0]?.crash();
  },
};

export const chainScenario: Scenario = new Map<number, Step>([
  [11, { before: (replay) => replay.mine(45), loose: { ignore: ["initialblockdownload"] } }],
  [63, { loose: { lengths: true, ignore: ["category"] } }],
  [85, mine()],
  [101, mine()],
  [114, mine()],
  [125, { escaped: true }],
  [137, mine()],
  [140, { escaped: true }],
  [152, mine()],
  [157, { before: pages }],
  [167, mine()],
  [172, { loose: { sorted: true } }],
  [184, mine()],
  [188, mine()],
  [195, mine()],
  [198, { before: (replay) => replay.mine(223 - replay.state().chain.height) }],
  [199, mine()],
  [205, mine()],
  [219, mine()],
  [231, { before: (replay) => give(replay, "enc", 0.0002) }],
  [234, { before: (replay) => give(replay, "enc", 50) }],
  [251, mine()],
  [256, mine()],
  [263, http({ auth: "emc:wrong" })],
  [264, http({ auth: null })],
  ...[265, 266, 267, 268, 269, 270, 271, 272, 273, 274, 275, 276].map((at) => [at, http()] as const),
  [277, http({ headers: { "content-type": "text/plain" } })],
  [278, http({ path: "/nosuchpath" })],
  [279, http({ method: "GET" })],
  [280, { instead: overload }],
  [289, reloaded],
  [294, { before: join }],
  [295, { loose: { ignore: ["bytessent_per_msg", "bytesrecv_per_msg", "addr", "addrbind", "inbound"] } }],
]);
