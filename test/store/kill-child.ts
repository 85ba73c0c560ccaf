// Lives the box's life on a store until it is killed: takes messages in, forwards, refuses and acknowledges some. Prints each step
// once its commit has resolved: `in SEQ`, `out SEQ`, `ack SEQ`.
// Usage: node kill-child.ts FILE

import { writeSync } from "node:fs";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { openBoxStore } from "../../src/store/index.ts";
import {
  at,
  intake,
  messageIdOf,
  rentalIdOf,
  sampleLine,
  sampleMessage,
  sampleReceipt,
  sampleRental,
  sampleSeen,
} from "../sim/store-samples.ts";

const [file = ""] = process.argv.slice(2);
const store = await openBoxStore({ file, clock: systemClock, log: silentLogger });
await store.saveLine(sampleLine(1));
await store.saveRental(sampleRental(1), null);

const report = (line: string): void => {
  writeSync(1, `${line}\n`);
};

async function takeIn(): Promise<never> {
  for (let seq = ((await store.lastSequences()).get(rentalIdOf(1)) ?? 0) + 1; ; seq += 2) {
    const outbox = [sampleMessage(1, seq), sampleMessage(1, seq + 1)];
    await store.commitIntake(intake({ outbox, seen: [sampleSeen(seq)], counts: { received: 2 } }));
    report(`in ${seq}\nin ${seq + 1}`);
  }
}

async function forward(): Promise<never> {
  for (;;) {
    const seqs = (await store.nextMessages(rentalIdOf(1), 3)).map(({ message }) => message.seq);
    await store.markForwarded(seqs.map((seq) => ({ id: messageIdOf(1, seq), status: "queued", at: at(seq) })));
    for (const seq of seqs) report(`out ${seq}`);
    await store.saveReceipts(
      seqs.map((seq) => sampleReceipt(1, seq)),
      { after: Math.max(0, ...seqs), epoch: null },
    );
    for (const seq of seqs) report(`ack ${seq}`);
  }
}

await Promise.all([takeIn(), forward()]);
