// What a process makes of the entries it sees, whichever way it sees them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unixMs } from "../../src/base/index.ts";
import type { MailEntry } from "../../src/jetstream/mail-entries.ts";
import { RenterMail } from "../../src/jetstream/mail-view.ts";

interface Seen {
  readonly seq: number;
  readonly rentalId: string;
  readonly entry: MailEntry;
}

const message = (seq: number): MailEntry & { readonly t: "m" } => ({
  ...{ t: "m", id: `id ${seq}`, seq, v: 1, ts: 1, hash: `hash ${seq}`, scope: "message", at: unixMs(seq) },
  ...{ signature: "s", envelope: "e".repeat(seq) },
});

const gone = (seqs: readonly number[], receipt: string | null): MailEntry => ({
  t: "g",
  of: seqs.map((seq) => {
    const { envelope: _envelope, t: _t, ...known } = message(seq);
    return { ...known, cursor: seq, receipt };
  }),
});

/** Ten messages of two rentals; some are acknowledged, one expires. Numbers are the stream's. */
const STREAM: readonly Seen[] = [
  ...Array.from({ length: 10 }, (_, at) => ({ seq: at + 1, rentalId: `r${at % 2}`, entry: message(at + 1) })),
  { seq: 11, rentalId: "r0", entry: gone([1, 5], "receipt") },
  { seq: 12, rentalId: "r1", entry: gone([2], null) },
  { seq: 13, rentalId: "r1", entry: gone([2], "late receipt") },
];

function pictureOf(mail: RenterMail): unknown {
  const rentals = [...mail.rentals.values()].toSorted((one, other) => (one.rentalId < other.rentalId ? -1 : 1));
  return {
    waiting: [...mail.waiting(0, 100)].map(({ cursor }) => cursor),
    counts: mail.counts,
    rentals: rentals.map((rental) => ({
      ...{ id: rental.rentalId, last: rental.last, accepted: rental.accepted, highest: rental.highestSeq },
      gone: [...rental.all()]
        .filter((one) => one.gone)
        .map(({ id, acknowledged }) => [id, acknowledged])
        .sort(),
    })),
  };
}

function folded(entries: readonly Seen[]): RenterMail {
  const mail = new RenterMail("renter");
  for (const { seq, rentalId, entry } of entries) mail.apply(seq, rentalId, entry);
  return mail;
}

const WAITING = [3, 4, 6, 7, 8, 9, 10];

describe("a renter's mail", () => {
  it("is what the entries say", () => {
    const mail = folded(STREAM);
    expect(pictureOf(mail)).toMatchObject({
      waiting: WAITING,
      counts: { renter: "renter", waiting: 7, bytes: WAITING.reduce((sum, seq) => sum + seq, 0) },
      rentals: [
        {
          id: "r0",
          accepted: 5,
          highest: 9,
          last: 11,
          gone: [
            ["id 1", true],
            ["id 5", true],
          ],
        },
        { id: "r1", accepted: 5, highest: 10, last: 13, gone: [["id 2", true]] },
      ],
    });
    expect([...mail.waiting(4, 8)].map(({ cursor }) => cursor)).toEqual([6, 7, 8]);
    expect(mail.leftovers().toSorted((one, other) => one - other)).toEqual([1, 2, 5]);
  });

  it("is the same when what is gone was deleted before it was seen", () => {
    const late = folded(STREAM.filter(({ seq }) => ![1, 2, 5].includes(seq)));
    expect(pictureOf(late)).toEqual(pictureOf(folded(STREAM)));
    expect(late.leftovers()).toEqual([]);
  });

  it("is the same when entries come twice, and those of different rentals in another order", () => {
    const expected = pictureOf(folded(STREAM));
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length - 1)), fc.array(fc.boolean(), { minLength: 40 }), (again, turns) => {
        const lanes = ["r0", "r1"].map((id) => STREAM.filter(({ rentalId }) => rentalId === id));
        const order: Seen[] = [];
        for (const turn of [...turns, ...Array<boolean>(40).fill(true), ...Array<boolean>(40).fill(false)]) {
          const next = lanes[turn ? 0 : 1]?.shift();
          if (next !== undefined) order.push(next);
        }
        const mail = folded(order);
        for (const at of again) {
          const seen = STREAM[at];
          if (seen !== undefined) mail.apply(seen.seq, seen.rentalId, seen.entry);
        }
        expect(pictureOf(mail)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it("is the same when an own write is known before what another process wrote in front of it", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...STREAM.keys()], { minLength: STREAM.length }), (order) => {
        const mail = folded(order.flatMap((at) => STREAM[at] ?? []));
        expect(pictureOf(mail)).toEqual(pictureOf(folded(STREAM)));
      }),
      { numRuns: 100 },
    );
  });

  it("has a message once that two processes have stored at once, as the first of the two in the stream", () => {
    const first: Seen = { seq: 3, rentalId: "r0", entry: message(1) };
    const copy: Seen = { ...first, seq: 5 };
    for (const order of [
      [first, copy],
      [copy, first],
    ]) {
      const mail = folded(order);
      expect([...mail.waiting(0, 100)].map(({ cursor }) => cursor)).toEqual([3]);
      expect(mail.counts).toMatchObject({ waiting: 1, bytes: 1 });
      expect(mail.size).toBe(1);
      expect(mail.isCopy(5, "r0", copy.entry)).toBe(true);
      expect(mail.isCopy(3, "r0", first.entry)).toBe(false);
      // What comes next is written behind the last of them.
      expect(mail.rental("r0").last).toBe(5);
    }
  });
});
