// The network's side of a modem's SMS: a queue that never loses one, and the ways of TS 27.005 3.4.1 into the modem.
// A message that finds the memory full waits here; a freed place brings it in, as the network does after "memory available".

import { type Clock, type Disposer, millis } from "../../../src/base/index.ts";
import type { Journal } from "./journal.ts";
import type { Memory, SimPdu, StoredMessage } from "./message-store.ts";
import { pduKind, pduText, tpduLength } from "./pdu-face.ts";
import type { MemoryName, Settings } from "./settings.ts";

export interface SmsCentreDeps {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly settings: () => Settings;
  /** Whether the modem can take messages now: powered, registered, its card unlocked. */
  readonly reachable: () => boolean;
  /** The memory of that name as the modem sees it now, or undefined without a card. */
  readonly memory: (name: MemoryName) => Memory | undefined;
  readonly urc: (...lines: readonly string[]) => void;
}

type Indication = readonly string[];

/** How long the modem waits for +CNMA before it tells the network that nobody took the message (TS 27.005 3.4.1). */
const CNMA_MS = 15_000;
/** When the network tries again after a refusal. */
const RETRY_MS = 30_000;
/** Indications kept while CNMI says so; the oldest fall out (TS 27.005 3.4.1, mode 0). */
const KEPT_INDICATIONS = 32;

export class SmsCentre {
  readonly #deps: SmsCentreDeps;
  #queue: SimPdu[] = [];
  /** Routed with +CMT in phase 2+ and not acknowledged yet: nothing else is routed meanwhile. */
  #unacknowledged: SimPdu | undefined;
  #indications: Indication[] = [];
  #cancelCnma: Disposer | undefined;
  #cancelRetry: Disposer | undefined;

  constructor(deps: SmsCentreDeps) {
    this.#deps = deps;
  }

  /** What waits for the modem, oldest first. */
  get queue(): readonly SimPdu[] {
    return this.#unacknowledged === undefined ? this.#queue : [this.#unacknowledged, ...this.#queue];
  }

  /** Takes PDUs for the modem and brings in what can be brought in now. */
  submit(pdus: readonly SimPdu[]): void {
    for (const pdu of pdus) {
      this.#queue.push(pdu);
      this.#deps.journal.record("queued", { id: pdu.id, part: pdu.part });
    }
    this.pump();
  }

  /** Puts back what waited when a snapshot was taken. */
  restore(pdus: readonly SimPdu[]): void {
    this.#queue.push(...pdus);
    this.pump();
  }

  /** Brings in messages, oldest first, until one has to wait. */
  pump(): void {
    if (this.#queue.length === 0 || !this.#deps.reachable()) return;
    let taken = 0;
    for (const pdu of this.#queue) {
      if (this.#unacknowledged !== undefined || this.#cancelRetry !== undefined || !this.#bringIn(pdu)) break;
      taken++;
    }
    if (taken > 0) this.#queue = this.#queue.slice(taken);
  }

  /** +CNMA. False when no message waits for it. */
  acknowledge(accepted: boolean): boolean {
    const pdu = this.#unacknowledged;
    if (pdu === undefined) return false;
    this.#settle();
    this.#deps.journal.record(accepted ? "acknowledged" : "refused", { id: pdu.id, part: pdu.part });
    if (!accepted) {
      this.#queue.unshift(pdu);
      this.#cancelRetry = this.#deps.clock.after(millis(RETRY_MS), "simulated network retries", () => {
        this.#cancelRetry = undefined;
        this.pump();
      });
    }
    this.pump();
    return true;
  }

  /** CNMI was set: what was kept is sent or dropped, as `bfr` says (TS 27.005 3.4.1). */
  afterCnmi(): void {
    const { mode, bfr } = this.#deps.settings().cnmi;
    if (mode === 0) return;
    const kept = this.#indications.splice(0);
    if (bfr === 0) for (const lines of kept) this.#deps.urc(...lines);
  }

  /** The modem lost power: a message it had not acknowledged goes back to the head of the queue. */
  powerLost(): void {
    const pdu = this.#unacknowledged;
    this.#settle();
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#indications = [];
    if (pdu !== undefined) this.#queue.unshift(pdu);
  }

  /** False when the message has to wait. */
  #bringIn(pdu: SimPdu): boolean {
    const { mt, ds } = this.#deps.settings().cnmi;
    const kind = pduKind(pdu.pdu);
    if (kind.statusReport) return this.#bringInReport(pdu, ds);
    const direct = kind.messageClass !== 2 && (mt === 2 || (mt === 3 && kind.messageClass === 3));
    if (direct) {
      this.#route(pdu, "+CMT: ,");
      return true;
    }
    // A class 2 message belongs on the card (TS 23.038 4), whatever memory receives the others.
    const name = kind.messageClass === 2 ? "SM" : this.#deps.settings().memories[2];
    return this.#store(pdu, { name, indication: mt === 0 ? undefined : "+CMTI" });
  }

  #bringInReport(pdu: SimPdu, ds: number): boolean {
    if (ds === 2) return this.#store(pdu, { name: this.#deps.settings().memories[2], indication: "+CDSI" });
    if (ds === 1) this.#route(pdu, "+CDS: ");
    else this.#deps.journal.record("discarded", { id: pdu.id, part: pdu.part });
    return true;
  }

  #route(pdu: SimPdu, head: string): void {
    this.#deps.journal.record("routed", { id: pdu.id, part: pdu.part });
    if (this.#deps.settings().csms === 1) {
      this.#unacknowledged = pdu;
      this.#cancelCnma = this.#deps.clock.after(millis(CNMA_MS), "simulated modem waits for +CNMA", () =>
        this.#nobodyTookIt(),
      );
    }
    this.#indicate([`${head}${tpduLength(pdu.pdu)}`, pduText(pdu.pdu)]);
  }

  /** Without +CNMA in time the modem stops routing by itself, and the network sends the message again. */
  #nobodyTookIt(): void {
    const pdu = this.#unacknowledged;
    this.#settle();
    const settings = this.#deps.settings();
    settings.cnmi = { ...settings.cnmi, mt: 0, ds: 0 };
    if (pdu !== undefined) this.#queue.unshift(pdu);
    this.pump();
  }

  #store(pdu: SimPdu, how: { readonly name: MemoryName; readonly indication: string | undefined }): boolean {
    const message: StoredMessage = { ...pdu, status: 0 };
    const index = this.#deps.memory(how.name)?.add(message);
    if (index === undefined) return false;
    this.#deps.journal.record("stored", { id: pdu.id, part: pdu.part, memory: how.name, index });
    if (how.indication !== undefined) this.#indicate([`${how.indication}: "${how.name}",${index}`]);
    return true;
  }

  #indicate(lines: Indication): void {
    if (this.#deps.settings().cnmi.mode !== 0) {
      this.#deps.urc(...lines);
      return;
    }
    this.#indications.push(lines);
    if (this.#indications.length > KEPT_INDICATIONS) this.#indications.shift();
  }

  #settle(): void {
    this.#cancelCnma?.();
    this.#cancelCnma = undefined;
    this.#unacknowledged = undefined;
  }
}
