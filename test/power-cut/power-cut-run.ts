// The power cuts: SMS pour in while the box is killed, its folder is replaced by what a disk may hold, and it starts again. Afterwards
// the log of each of its lives is replayed to many more cuts. What a modem was told to delete must be there at every one of them.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { Field, type InboxLine } from "../e2e/field.ts";
import { overviewOf, until } from "../e2e/field-watch.ts";
import { providerKeyOf } from "../e2e/provider-key.ts";
import { compare } from "../e2e/torture-run.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { type Chance, everything, nothing, someOf } from "./chance.ts";
import { earlyDeletions } from "./commit-proof.ts";
import { cutPoints } from "./cut-plan.ts";
import { type Disk, type Image, imageOf, layDown } from "./disk.ts";
import { readDiskLog } from "./disk-log.ts";
import { type DiskUse, diskUse } from "./disk-use.ts";
import { judge, survivorsOf, type Verdict } from "./judge.ts";
import { buildLayer, layerEnvironment } from "./layer.ts";
import { type Deletion, Ledger, pairDeletions } from "./ledger.ts";
import { cutsOf, type Life, replay } from "./life.ts";
import { hasher, nameOf, Reader } from "./survivors.ts";

export interface PowerCutOptions {
  readonly sms: number;
  /** Moments at which the folder is rebuilt and looked at. */
  readonly cuts: number;
  /** Times that the box is killed, and started again on a rebuilt folder. */
  readonly restarts: number;
  readonly slots: number;
  readonly seed: string;
  /** How long the idle box is watched, milliseconds. */
  readonly idle: number;
  /** The disk never syncs files whose names end so, and says that it did. */
  readonly lie?: string;
  readonly say: (text: string) => void;
}

export interface PowerCutResult extends Verdict {
  readonly sms: number;
  readonly cuts: number;
  readonly restarts: number;
  /** AT+CMGD that deleted a PDU. */
  readonly deletions: number;
  /** Deletions before the commit had returned, from the trace alone. */
  readonly early: readonly string[];
  /** What the renter has not read exactly once and in order. */
  readonly renter: readonly string[];
  readonly use: DiskUse;
  readonly idle: DiskUse & { readonly seconds: number };
}

const DATA = "box";
const RECEIPT_LOOKS = 3000;

class PowerCutRun {
  readonly #options: PowerCutOptions;
  readonly #random: SeededRandom;
  readonly #field: Field;
  readonly #ledger: Ledger;
  readonly #layer: string;
  readonly #lives: Life[] = [];
  readonly #early: string[] = [];
  #before: Image = new Map();

  constructor(options: PowerCutOptions, field: Field) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#field = field;
    this.#ledger = new Ledger(field.board);
    this.#layer = buildLayer(field.folder);
  }

  get #log(): string {
    return join(this.#field.folder, `life-${this.#lives.length}.log`);
  }

  async run(): Promise<PowerCutResult> {
    const { restarts, say } = this.#options;
    await this.#start();
    await this.#field.rentAll();
    for (let life = 0; life < restarts; life++) {
      await this.#liveUntilCut();
      if (life === 0) {
        // In its first life the box has no relay, and keeps everything.
        await this.#field.startRelay(await providerKeyOf(this.#field.boxData));
      }
      await this.#start();
      say(`${life + 1} of ${restarts} restarts`);
    }
    const follower = this.#field.follow();
    this.#send(1);
    const drained = await this.#field.drained(2400);
    const receipts = await this.#receiptsHere();
    const idle = await this.#idle();
    await this.#end();
    await follower.stop();
    const read = await this.#field.inbox();
    const renter = [
      ...this.#compare(read),
      ...(drained ? [] : ["not drained in time"]),
      ...(receipts ? [] : ["receipts are missing"]),
    ];
    return { ...this.#facts(), ...(await this.#lookAtCuts(read)), renter, idle: this.#idleUse(idle) };
  }

  /** Whether the renter's receipts have all come: there is then nothing left to do. */
  #receiptsHere(): Promise<boolean> {
    const here = async (): Promise<boolean> => (await overviewOf(this.#field)).counts.acknowledged >= this.#options.sms;
    return until("all receipts", here, RECEIPT_LOOKS).catch(() => false);
  }

  async #start(): Promise<void> {
    const { lie = "" } = this.#options;
    await this.#field.startBox(layerEnvironment(this.#layer, { root: this.#field.folder, log: this.#log, lie }));
  }

  /** Sends the share of one life of `lives` that are left. */
  #send(lives: number): void {
    const sent = [...this.#ledger.sent.values()].reduce((sum, bodies) => sum + bodies.length, 0);
    this.#ledger.send(Math.ceil((this.#options.sms - sent) / lives), this.#random);
  }

  async #liveUntilCut(): Promise<void> {
    this.#send(this.#options.restarts + 1 - this.#lives.length);
    // Sometimes the power goes at once.
    if (this.#random.chance(0.8)) await this.#ledger.deleted(this.#random.int(1, this.#ledger.outstanding));
    const disk = await this.#end();
    this.#before = disk.afterCut(this.#options.lie !== undefined ? everything : someOf(this.#random));
    rmSync(this.#field.boxData, { recursive: true });
    layDown(this.#before, this.#field.folder);
  }

  /** Kills the box and reads its log. Returns the disk at that moment. */
  async #end(): Promise<Disk> {
    const file = this.#log;
    await this.#field.killBox();
    const deletions = await this.#ledger.takeDeletions();
    const log = readDiskLog(file);
    const life = { before: this.#before, log, deletions: pairDeletions(log, deletions, this.#field.board.ports) };
    this.#lives.push(life);
    const disk = replay(this.#field.folder, life, imageOf(this.#field.folder, DATA));
    await this.#prove(life);
    return disk;
  }

  async #prove({ before, log, deletions }: Life): Promise<void> {
    const { hashes } = await survivorsOf(before, DATA, new Reader(this.#field.renter, new Map()));
    const hashOf = await hasher(this.#field.boxData);
    const early = earlyDeletions({ log, deletions, hashOf, before: hashes });
    this.#early.push(...early.map(({ slot, body }) => `slot ${slot}: ${body.slice(0, 40)}`));
  }

  #compare(read: readonly InboxLine[]): readonly string[] {
    const sms = read.filter(({ type }) => type === "sms");
    const each = [...this.#ledger.sent].map(([slot, sent]) => compare(slot, this.#field.numberOf(slot), sent, sms));
    return [
      ...each.flatMap(({ lost }) => lost.map((what) => `lost: ${what}`)),
      ...each.flatMap(({ doubled }) => doubled.map((what) => `doubled: ${what}`)),
      ...each.flatMap(({ disordered }) => disordered.map((what) => `disordered: ${what}`)),
      ...read.filter(({ type }) => type !== "sms").map(({ type }) => `no SMS: ${type}`),
    ];
  }

  async #lookAtCuts(read: readonly InboxLine[]): Promise<Verdict & Pick<PowerCutResult, "cuts">> {
    const { cuts, say } = this.#options;
    const places = new Map(read.map((line) => [`${line.rental_id}/${line.seq}`, nameOf(line.to, line.body)]));
    const reader = new Reader(this.#field.renter, places);
    const numberOf = (slot: number): string => this.#field.numberOf(slot);
    const chance = (): Chance => (this.#random.chance(0.3) ? nothing : someOf(this.#random));
    const records = this.#lives.reduce((sum, { log }) => sum + log.length, 0);
    const earlier: Deletion[] = [];
    const verdicts: Verdict[] = [];
    for (const [at, life] of this.#lives.entries()) {
      const points = cutPoints(life.log, Math.ceil((cuts * life.log.length) / records), this.#random);
      for (const cut of cutsOf(this.#field.folder, life, { points, earlier, chance })) {
        verdicts.push(await judge({ ...cut, name: `life ${at + 1}, ${cut.name}` }, DATA, { reader, numberOf }));
      }
      earlier.push(...life.deletions.values());
      say(`looked at ${verdicts.length} cuts, to the end of life ${at + 1} of ${this.#lives.length}`);
    }
    const all = (of: (verdict: Verdict) => readonly string[]): readonly string[] => verdicts.flatMap(of);
    return {
      cuts: verdicts.length,
      lost: all(({ lost }) => lost),
      doubled: all(({ doubled }) => doubled),
      broken: all(({ broken }) => broken),
    };
  }

  async #idle(): Promise<{ readonly from: bigint; readonly to: bigint }> {
    const from = process.hrtime.bigint();
    await new Promise((resolve) => setTimeout(resolve, this.#options.idle));
    return { from, to: process.hrtime.bigint() };
  }

  #idleUse(window: { readonly from: bigint; readonly to: bigint }): PowerCutResult["idle"] {
    const log = this.#lives.at(-1)?.log ?? [];
    return { ...diskUse(log, window), seconds: Number(window.to - window.from) / 1e9 };
  }

  #facts(): Pick<PowerCutResult, "sms" | "restarts" | "deletions" | "early" | "use"> {
    const { sms, restarts } = this.#options;
    const uses = this.#lives.map(({ log }) => diskUse(log));
    const sum = (of: (use: DiskUse) => number): number => uses.reduce((total, use) => total + of(use), 0);
    const deletions = this.#lives.reduce((total, life) => total + life.deletions.size, 0);
    const use = {
      bytes: sum((each) => each.bytes),
      writes: sum((each) => each.writes),
      syncs: sum((each) => each.syncs),
    };
    return { sms, restarts, deletions, early: this.#early, use };
  }
}

/** Runs the power cuts and tells what came out. The folder is removed when nothing is wrong. */
export async function powerCuts(options: PowerCutOptions): Promise<PowerCutResult> {
  const { slots, seed, say } = options;
  const field = await Field.open({ slots, seed });
  say(`seed ${seed}, data in ${field.folder}`);
  try {
    const result = await new PowerCutRun(options, field).run();
    const { lost, doubled, broken, early, renter } = result;
    if ([lost, doubled, broken, early, renter].every((list) => list.length === 0) || options.lie !== undefined)
      field.remove();
    return result;
  } finally {
    await field.close();
  }
}
