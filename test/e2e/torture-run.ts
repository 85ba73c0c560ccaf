// The torture: SMS pour in on several slots while box and relay are killed at random moments. In the end every SMS must have been
// read by its renter exactly once, in order.

import { SeededRandom } from "../sim/seeded-random.ts";
import { Field } from "./field.ts";
import { providerKeyOf } from "./provider-key.ts";

export interface TortureOptions {
  readonly kills: number;
  readonly seed: string;
  readonly slots: number;
  readonly say: (text: string) => void;
}

export interface TortureResult {
  readonly kills: { readonly box: number; readonly relay: number };
  readonly sent: number;
  readonly read: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly disordered: readonly string[];
  readonly other: readonly string[];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Stream {
  readonly sent: Map<number, string[]>;
  stop(): Promise<void>;
}

/** Short, long and foreign texts, numbered, on all slots. */
function startStream(field: Field, random: SeededRandom, slots: number): Stream {
  const sent = new Map<number, string[]>(Array.from({ length: slots }, (_, i) => [i + 1, []]));
  let running = true;
  const loop = async (): Promise<void> => {
    while (running) {
      for (let slot = 1; slot <= slots; slot++) {
        const bodies = sent.get(slot) ?? [];
        if (!random.chance(0.6)) continue;
        const tail = random.chance(0.15) ? " long".repeat(50) : random.chance(0.2) ? " код 数字" : "";
        const body = `#${bodies.length + 1} on ${slot}${tail}`;
        bodies.push(body);
        field.board.modem(slot).sendSms({ from: random.chance(0.5) ? "+15550100" : "Shop", body });
      }
      await pause(random.int(20, 120));
    }
  };
  const done = loop();
  return {
    sent,
    stop: async () => {
      running = false;
      await done;
    },
  };
}

/** What of a slot's texts was lost, read twice, or read out of order. */
export function compare(
  slot: number,
  number: string,
  sent: readonly string[],
  read: readonly { to: string; body: string }[],
) {
  const got = read.filter((line) => line.to === number).map((line) => line.body);
  const seen = new Map<string, number>();
  for (const body of got) seen.set(body, (seen.get(body) ?? 0) + 1);
  const name = (body: string): string => `slot ${slot}: ${body.slice(0, 40)}`;
  const firsts = got.filter((body, at) => got.indexOf(body) === at);
  const expected = sent.filter((body) => seen.has(body));
  return {
    lost: sent.filter((body) => !seen.has(body)).map(name),
    doubled: [...seen].filter(([, times]) => times > 1).map(([body]) => name(body)),
    disordered: firsts.filter((body, at) => body !== expected[at]).map(name),
  };
}

async function killLoop(
  field: Field,
  random: SeededRandom,
  options: TortureOptions,
): Promise<{ box: number; relay: number }> {
  const kills = { box: 0, relay: 0 };
  while (kills.box + kills.relay < options.kills) {
    await pause(random.int(30, 1200));
    if (random.chance(0.7)) {
      kills.box++;
      await field.killBox();
      await field.startBox();
    } else {
      kills.relay++;
      await field.killRelay();
      if (random.chance(0.5)) await pause(random.int(0, 800));
      await field.restartRelay();
    }
    const count = kills.box + kills.relay;
    if (count % 10 === 0) options.say(`${count} of ${options.kills} kills`);
  }
  return kills;
}

/** Runs the torture and tells what came out. The folder is removed only when nothing is wrong. */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const random = new SeededRandom(options.seed);
  const field = await Field.open({ slots: options.slots, seed: options.seed });
  options.say(`seed ${options.seed}, data in ${field.folder}`);
  await field.startBox();
  await field.startRelay(await providerKeyOf(field.boxData));
  await field.rentAll();
  const follower = field.follow();
  const stream = startStream(field, random, options.slots);
  const kills = await killLoop(field, random, options);
  await stream.stop();
  options.say("stream ended, waiting for the last messages");
  const drained = await field.drained(1200);
  await follower.stop();
  const read = await field.inbox();
  await field.close();
  const all = [...stream.sent].map(([slot, sent]) =>
    compare(
      slot,
      field.numberOf(slot),
      sent,
      read.filter((line) => line.type === "sms"),
    ),
  );
  const result: TortureResult = {
    kills,
    sent: [...stream.sent.values()].reduce((sum, bodies) => sum + bodies.length, 0),
    read: read.filter((line) => line.type === "sms").length,
    lost: all.flatMap((each) => each.lost),
    doubled: all.flatMap((each) => each.doubled),
    disordered: all.flatMap((each) => each.disordered),
    other: [
      ...read.filter((line) => line.type !== "sms").map((line) => JSON.stringify(line).slice(0, 200)),
      ...(drained ? [] : ["not drained in time"]),
    ],
  };
  if ([result.lost, result.doubled, result.disordered, result.other].every((list) => list.length === 0)) field.remove();
  return result;
}
