import { expect, it } from "vitest";
import { numberbox } from "../run-rig.ts";

interface Facts {
  readonly simulator_url: string;
  readonly nodes: readonly { readonly url: string; readonly wallets: readonly string[] }[];
}

async function ask(url: string, method: string): Promise<unknown> {
  const { origin, username, password } = new URL(url);
  const headers = { authorization: `Basic ${btoa(decodeURIComponent(`${username}:${password}`))}` };
  const response = await fetch(origin, { method: "POST", headers, body: JSON.stringify({ method }) });
  return ((await response.json()) as { result: unknown }).result;
}

it("simulate emercoin prints where its nodes are, serves them until it is told to stop, and takes blocks on demand", async () => {
  const stop = new AbortController();
  let heights: readonly unknown[] = [];
  const look = async (out: string): Promise<void> => {
    const { nodes, simulator_url }: Facts = JSON.parse(out);
    await fetch(`${simulator_url}/blocks`, { method: "POST", body: '{"count":2}' });
    heights = await Promise.all(nodes.map(({ url }) => ask(url, "getblockcount")));
    expect(nodes[0]?.wallets).toEqual(["", "shop"]);
  };
  let seen: Promise<void> = Promise.resolve();
  const outcome = await numberbox(
    ["simulate", "emercoin", "--json", "--peer-port", "0", "--wallets", "shop", "--password", "x y"],
    {
      signal: stop.signal,
      onOut: (out) => {
        seen = look(out).finally(() => stop.abort());
      },
    },
  );
  await seen;
  expect([outcome.code, outcome.err]).toEqual([0, ""]);
  expect(heights[0]).toBe(heights[1]);
  expect(heights[0]).toBeGreaterThan(45);
});
