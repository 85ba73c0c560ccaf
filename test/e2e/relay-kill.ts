// Relays and NATS servers ended by SIGKILL in turn while messages come in and go out.

import { millis, type Random } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import type { RelayWorld } from "./relay-world.ts";

export interface KillPlan {
  readonly kills: number;
  readonly perSecond: number;
  readonly random: Random;
  /** How long both sides run before the first kill and after each. */
  readonly between: number;
  /** How long what was killed stays away. */
  readonly away: number;
  readonly say?: (text: string) => void;
}

export interface KillReport {
  readonly messages: number;
  readonly seconds: number;
  /** From handing a message in to its acknowledgement, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly reconnected: number;
  readonly faults: readonly string[];
}

const sleep = (ms: number): Promise<void> => systemClock.sleep(millis(ms), "the next kill");

async function killInTurn(world: RelayWorld, plan: KillPlan): Promise<void> {
  const { kills, random, between, away, say = () => {} } = plan;
  await sleep(between);
  for (let kill = 0; kill < kills; kill++) {
    // Some moment of the work, not its beginning.
    await sleep((random.bytes(1)[0] ?? 0) * 2);
    const turn = Math.floor(kill / 2);
    if (kill % 2 === 0) {
      say(`kill ${kill + 1}: relay ${(turn % world.relays) + 1}, after ${world.acknowledged.size} messages`);
      await world.killRelay(turn);
      await sleep(away);
      await world.restartRelay(turn);
    } else {
      const server = turn % world.servers.count;
      say(`kill ${kill + 1}: NATS server ${server + 1}, after ${world.acknowledged.size} messages`);
      await world.servers.kill(server);
      await sleep(away);
      await world.servers.comeBack(server);
      await world.whole();
    }
    await sleep(between);
  }
}

export async function tortureRelays(world: RelayWorld, plan: KillPlan): Promise<KillReport> {
  let going = true;
  const began = systemClock.monotonic();
  const sending = world.send(plan.perSecond, () => going);
  try {
    await killInTurn(world, plan);
  } finally {
    going = false;
  }
  await sending;
  const took = systemClock.monotonic() - began;
  await world.drained(60_000);
  const waits = [...world.acknowledged.values()].toSorted((one, other) => one - other);
  const at = (share: number): number => Math.round(waits[Math.floor((waits.length - 1) * share)] ?? 0);
  return {
    messages: waits.length,
    seconds: Math.round(took / 1000),
    ...{ p50: at(0.5), p99: at(0.99), longest: at(1), reconnected: world.reconnected },
    faults: await world.faults(),
  };
}
