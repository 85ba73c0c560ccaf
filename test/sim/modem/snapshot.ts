// Keeps the boards' SIM contents and the network's queues in one JSON file, so that a second start goes on where the first ended.
// The file holds messages in the clear, as SIM cards do: it is for simulated messages only.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { AppError, systemCodeOf, toHex } from "../../../src/base/index.ts";
import { parseJsonWith } from "../../../src/protocol/index.ts";
import type { MessageStore, SimPdu } from "./message-store.ts";
import { parsePduText } from "./pdu-face.ts";
import type { SimBoard } from "./sim-board.ts";
import type { SimModem } from "./sim-modem.ts";

const pduSchema = z.object({
  id: z.string(),
  part: z.int().min(1),
  pdu: z.string().transform((text) => parsePduText(text) ?? new Uint8Array(0)),
});
const storedSchema = pduSchema.extend({
  index: z.int().min(1),
  status: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
});
const snapshotSchema = z.object({
  v: z.literal(1),
  slots: z.array(
    z.object({
      number: z.string(),
      count: z.int().min(0),
      card: z.array(storedSchema),
      modem: z.array(storedSchema),
      queue: z.array(pduSchema),
    }),
  ),
});

type SlotSnapshot = z.output<typeof snapshotSchema>["slots"][number];

export class Snapshot {
  readonly #board: SimBoard;
  readonly #path: string;
  #scheduled = false;

  constructor(board: SimBoard, path: string) {
    this.#board = board;
    this.#path = path;
  }

  /** Restores what the file holds and keeps it up to date from now on. Throws `sim.bad_snapshot`. */
  start(): void {
    const saved = this.#load();
    for (const modem of this.#board.modems) {
      const slot = saved.find((each) => each.number === modem.card?.identity.number);
      if (slot !== undefined) restore(modem, slot);
      modem.journal.watch(() => this.#schedule());
    }
  }

  /** Writes the file now. */
  save(): void {
    this.#scheduled = false;
    const text = JSON.stringify({ v: 1, slots: this.#board.modems.map(describe) });
    writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }

  /** One write for all that happens in one turn. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      if (this.#scheduled) this.save();
    });
  }

  #load(): readonly SlotSnapshot[] {
    try {
      const text = readFileSync(this.#path, "utf8");
      return parseJsonWith(snapshotSchema, text, "sim.bad_snapshot", "the simulator's snapshot").slots;
    } catch (error) {
      if (systemCodeOf(error) === "ENOENT") return [];
      throw new AppError("sim.bad_snapshot", `the simulator cannot read its snapshot ${this.#path}`, {
        cause: error,
        hint: "Delete the file to start with empty SIM cards.",
      });
    }
  }
}

function describe(modem: SimModem): unknown {
  return {
    number: modem.card?.identity.number ?? "",
    count: modem.factory.count,
    card: modem.card === undefined ? [] : contents(modem.card.store),
    modem: contents(modem.memories.modemStore),
    queue: modem.sms.queue.map(plain),
  };
}

function contents(store: MessageStore): unknown[] {
  return store.entries().map(([index, message]) => ({ index, status: message.status, ...plain(message) }));
}

function plain(message: SimPdu): { id: string; part: number; pdu: string } {
  return { id: message.id, part: message.part, pdu: toHex(message.pdu) };
}

function restore(modem: SimModem, saved: SlotSnapshot): void {
  for (const message of saved.card) modem.card?.store.restore(message.index, message);
  for (const message of saved.modem) modem.memories.modemStore.restore(message.index, message);
  modem.factory.resumeAfter(saved.count);
  modem.sms.restore(saved.queue);
}
