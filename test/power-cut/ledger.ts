// What the simulated modems know: every SMS that was sent, every PDU that lay on a SIM, every one that was deleted.

import type { SimBoardHandle } from "../sim/modem/index.ts";
import type { SeededRandom } from "../sim/seeded-random.ts";
import type { DiskRecord } from "./disk-log.ts";

/** A PDU that a modem has deleted because it was told to. */
export interface Deletion {
  readonly slot: number;
  readonly index: number;
  /** The text of the whole SMS. */
  readonly body: string;
  /** As it lay on the SIM, lower-case hex. */
  readonly pdu: string;
}

export class Ledger {
  /** Texts in the order of sending, by slot. */
  readonly sent = new Map<number, string[]>();
  readonly #board: SimBoardHandle;
  readonly #pdus = new Map<string, Omit<Deletion, "index">>();
  #deletions: Deletion[] = [];
  #outstanding = 0;
  #waiting: { readonly count: number; readonly resolve: () => void } | null = null;

  constructor(board: SimBoardHandle) {
    this.#board = board;
    for (const modem of board.board.modems) {
      this.sent.set(modem.slot, []);
      modem.journal.watch(({ event, id, part, index = 0 }) => {
        const pdu = this.#pdus.get(`${id}/${part}`);
        if (event !== "deleted" || pdu === undefined) return;
        this.#deletions.push({ ...pdu, index });
        this.#outstanding--;
        if (this.#deletions.length >= (this.#waiting?.count ?? Number.POSITIVE_INFINITY)) this.#waiting?.resolve();
      });
    }
  }

  /** Sends `count` SMS to random slots: short and long ones, in Latin and other letters, none like another. */
  send(count: number, random: SeededRandom): void {
    for (let i = 0; i < count; i++) {
      const modem = random.pick(this.#board.board.modems);
      const bodies = this.sent.get(modem.slot) ?? [];
      const tail = random.chance(0.1) ? " long".repeat(50) : random.chance(0.2) ? " код 数字" : "";
      const body = `#${bodies.length + 1} on ${modem.slot}${tail}`;
      bodies.push(body);
      const sms = modem.factory.make({ from: random.chance(0.5) ? "+15550100" : "Shop", body });
      // Before the modem has it: it may bring it in at once.
      for (const { id, part, pdu } of sms) {
        this.#pdus.set(`${id}/${part}`, { slot: modem.slot, body, pdu: Buffer.from(pdu).toString("hex") });
      }
      this.#outstanding += sms.length;
      modem.sms.submit(sms);
    }
  }

  /** PDUs that were sent and not deleted yet. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Resolves when that many PDUs have been deleted since the last `takeDeletions`. */
  deleted(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#deletions.length >= count) resolve();
      else this.#waiting = { count, resolve };
    });
  }

  /** The deletions since the last call, when no host is connected any more. */
  async takeDeletions(): Promise<readonly Deletion[]> {
    // What the box wrote before it was killed still arrives.
    while (this.#board.board.modems.some((modem) => modem.attached))
      await new Promise((resolve) => setTimeout(resolve, 5));
    this.#waiting = null;
    return this.#deletions.splice(0);
  }
}

/** What each AT+CMGD of a log deleted, by the number of its record. Throws when a modem has deleted what the log asked for nowhere. */
export function pairDeletions(
  log: readonly DiskRecord[],
  deletions: readonly Deletion[],
  ports: readonly string[],
): ReadonlyMap<number, Deletion> {
  const queues = ports.map((_, at) => deletions.filter(({ slot }) => slot === at + 1));
  const pairs = new Map<number, Deletion>();
  for (const [number, entry] of log.entries()) {
    if (entry.op !== "at") continue;
    const index = /^AT\+CMGD=(\d+)\r/.exec(entry.text)?.[1];
    const queue = queues[ports.indexOf(entry.port)];
    if (index === undefined || queue === undefined)
      throw new Error(`an unknown deletion: ${JSON.stringify(entry.text)} to ${entry.port}`);
    const [next] = queue;
    // A place that was empty already, or a command that the modem did not get any more.
    if (next?.index !== Number(index)) continue;
    pairs.set(number, next);
    queue.shift();
  }
  const unasked = queues.flat().length;
  if (unasked > 0) throw new Error(`${unasked} messages were deleted although the log holds no AT+CMGD for them`);
  return pairs;
}
