// SIMs in front of the intake, for random scripts: messages arrive, are read, read again and deleted; the process dies, the disk fails,
// the clock jumps. Each part of each message holds a token of its own, so that losing or doubling anything shows.

import { type Millis, minutes } from "../../src/base/index.ts";
import type { Intake, Rental } from "../../src/core/index.ts";
import type { StoreFault } from "../sim/memory-store.ts";
import { bodyOf, CoreRig, openHeld, ProcessStore, partPdu, pduOf, renter, renters, replacedBy } from "./core-rig.ts";

export type FieldStep =
  | { readonly type: "arrive"; readonly line: number }
  /** The bytes of the last single message once more, at a place that never held a message. */
  | { readonly type: "twin"; readonly line: number }
  | { readonly type: "long"; readonly line: number; readonly order: readonly number[]; readonly lost: boolean }
  /** The first part that a long message of this line lacks arrives after all. */
  | { readonly type: "late"; readonly line: number }
  | { readonly type: "sweep"; readonly line: number; readonly deleting: boolean }
  | { readonly type: "doom"; readonly commits: number; readonly applied: boolean }
  /** The process is killed; a write that hangs on the disk is taken by it or not. */
  | { readonly type: "crash"; readonly applied: boolean }
  | { readonly type: "restart" }
  | { readonly type: "fault"; readonly fault: StoreFault | null }
  | { readonly type: "stall" }
  | { readonly type: "release" }
  | { readonly type: "wait"; readonly span: Millis }
  | { readonly type: "jump"; readonly by: Millis }
  | { readonly type: "evidence" };

interface Lying {
  readonly place: string;
  readonly pdu: Uint8Array;
}

export class IntakeField {
  readonly rig = new CoreRig();
  readonly #sims = new Map<number, Lying[]>();
  readonly #busy = new Set<number>();
  /** What must come out, sorted. */
  readonly #expected: string[] = [];
  readonly #singles = new Map<number, string[]>();
  readonly #last = new Map<number, { readonly token: string; readonly pdu: Uint8Array }>();
  readonly #lost = new Map<number, { readonly token: string; readonly pdu: Uint8Array }[]>();
  #disk = new ProcessStore(this.rig.store);
  #intake: Intake | null = null;
  #rentals: readonly Rental[] = [];
  #count = 0;
  #fault: StoreFault | null = null;
  #unstall: () => void = () => {};
  readonly #maxBatch: number;

  constructor(maxBatch: number) {
    this.#maxBatch = maxBatch;
  }

  async begin(lines: number): Promise<void> {
    this.#rentals = await this.rig.rent(lines);
    for (let n = 1; n <= lines; n++) this.#sims.set(n, []);
    await this.#boot();
  }

  async step(step: FieldStep): Promise<void> {
    switch (step.type) {
      case "arrive":
        return this.#arrive(step.line);
      case "twin":
        return this.#twin(step.line);
      case "long":
        return this.#long(step);
      case "late":
        return this.#late(step.line);
      case "sweep":
        void this.#sweep(step.line, step.deleting);
        return this.rig.clock.flush(2);
      case "doom":
        return this.#disk.dieInCommit(step.commits, step.applied);
      case "crash":
        return this.#crash(step.applied);
      case "restart":
        this.#unstall();
        if (!this.#disk.dead) await Promise.race([this.#intake?.stop(), this.rig.clock.flush(20)]);
        return this.#boot();
      case "fault":
        this.#fault = step.fault;
        return this.rig.store.failWrites(step.fault);
      case "stall":
        this.#unstall();
        this.#unstall = this.rig.store.stallWrites();
        return;
      case "release":
        this.#unstall();
        return this.rig.clock.flush(2);
      case "wait":
        return this.rig.clock.advance(step.span);
      case "jump":
        this.rig.clock.jump(step.by);
        this.rig.time.observe();
        return;
      case "evidence":
        return this.rig.time.evidence(this.rig.clock.now());
    }
  }

  /** Ends all trouble, reads what is left, and compares. Returns what differs. */
  async settle(): Promise<readonly string[]> {
    this.#fault = null;
    await this.#crash(true);
    for (const line of this.#sims.keys()) await this.#sweep(line, true);
    await this.rig.clock.advance(minutes(11));
    const out: string[] = [];
    for (const [at, rental] of this.#rentals.entries()) {
      const messages = await this.rig.messages(rental, renters[at] ?? renter);
      const replaced = replacedBy(messages.map(({ payload }) => payload));
      const last = messages.filter(({ id }) => !replaced.has(id));
      const tokens = last.flatMap(({ payload }) => tokensOf(bodyOf(payload)));
      out.push(...tokens);
      const singles = this.#singles.get(at + 1) ?? [];
      const seen = tokens.filter((token) => singles.includes(token));
      const inOrder = singles.filter((token) => seen.includes(token));
      if (seen.join() !== inOrder.join()) return [`line ${at + 1} out of order: ${seen.join()}`];
    }
    out.push(...this.rig.store.held.flatMap((row) => tokensOf(bodyOf(openHeld(row.envelope)))));
    const left = [...this.#sims.values()].flat().map((lying) => `left at ${lying.place}`);
    const problems = [
      ...left,
      ...difference(this.#expected, out, "lost"),
      ...difference(out, this.#expected, "doubled"),
    ];
    const waiting = (await this.rig.store.openParts()).filter((part) => part.delivered === null);
    if (waiting.length > 0) problems.push("parts are left that no message holds");
    return problems;
  }

  async #crash(applied: boolean): Promise<void> {
    this.#disk.die();
    if (!applied) this.rig.store.failWrites("store.io");
    this.#unstall();
    await this.rig.clock.flush(2);
    this.rig.store.failWrites(this.#fault);
    await this.#boot();
  }

  async #boot(): Promise<void> {
    this.#disk.die();
    this.#busy.clear();
    this.#disk = new ProcessStore(this.rig.store);
    this.#intake = await this.rig.intake({ store: this.#disk, maxBatch: this.#maxBatch });
  }

  #arrive(line: number): void {
    const token = `<${this.#count}>`;
    const pdu = pduOf({ body: token, second: this.#count++ });
    this.#last.set(line, { token, pdu });
    this.#singles.set(line, [...(this.#singles.get(line) ?? []), token]);
    this.#lie(line, pdu, [token]);
  }

  #twin(line: number): void {
    const last = this.#last.get(line);
    if (last === undefined) return;
    // Twins cannot be told apart, so that the order of singles says nothing about them.
    this.#singles.set(
      line,
      (this.#singles.get(line) ?? []).filter((token) => token !== last.token),
    );
    this.#expected.push(last.token);
    this.#sims.get(line)?.push({ place: `SM:${1000 + this.#count++}`, pdu: last.pdu });
  }

  #long({ line, order, lost }: Extract<FieldStep, { type: "long" }>): void {
    const ref = this.#count % 256;
    const total = order.length;
    const name = this.#count++;
    for (const [at, part] of order.entries()) {
      const token = `<${name}.${part}>`;
      const pdu = partPdu({ ref, total, part, text: token, second: name });
      if (lost && at === 0) this.#lost.set(line, [...(this.#lost.get(line) ?? []), { token, pdu }]);
      else this.#lie(line, pdu, [token]);
    }
  }

  #late(line: number): void {
    const late = this.#lost.get(line)?.shift();
    if (late !== undefined) this.#lie(line, late.pdu, [late.token]);
  }

  #lie(line: number, pdu: Uint8Array, tokens: readonly string[]): void {
    const sim = this.#sims.get(line) ?? [];
    const taken = new Set(sim.map((lying) => lying.place));
    let index = 1;
    while (taken.has(`SM:${index}`)) index++;
    sim.push({ place: `SM:${index}`, pdu });
    this.#expected.push(...tokens);
  }

  /** One reading of the whole SIM, as a modem's slot does: in order of arrival, one reading at a time. */
  async #sweep(line: number, deleting: boolean): Promise<void> {
    const [intake, disk] = [this.#intake, this.#disk];
    const sim = this.#sims.get(line) ?? [];
    if (intake === null || this.#busy.has(line)) return;
    this.#busy.add(line);
    await Promise.allSettled(
      sim.map(async (lying) => {
        const { ticket } = await intake.accept(this.rig.incoming(lying.pdu, lying.place, line));
        if (disk.dead || !deleting) return;
        sim.splice(sim.indexOf(lying), 1);
        intake.deleted(ticket);
      }),
    );
    if (disk === this.#disk) this.#busy.delete(line);
  }
}

const tokensOf = (body: string): readonly string[] => body.match(/<[0-9.]+>/g) ?? [];

function difference(all: readonly string[], without: readonly string[], word: string): readonly string[] {
  const left = [...without];
  return all.flatMap((token) => {
    const at = left.indexOf(token);
    if (at < 0) return [`${word}: ${token}`];
    left.splice(at, 1);
    return [];
  });
}
