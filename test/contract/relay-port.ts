// What every RelayPort does. Run over the real client with the real relay, and over the relay in memory that core's tests use.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RelayPort } from "../../src/core/index.ts";
import type { Receipt } from "../../src/protocol/index.ts";
import {
  grantOf,
  messageOf,
  NOW_S,
  OTHER_LISTING,
  OTHER_RENTAL,
  otherRenter,
  receiptOf,
  stranger,
  tampered,
} from "../relay/fixtures.ts";

export interface RelayUnderTest {
  readonly port: RelayPort;
  /** Ids of the messages that wait for `renter` of the fixtures, in the order of arrival. */
  waiting(): Promise<readonly string[]>;
  /** The renter sends this receipt. */
  acknowledge(receipt: Receipt): Promise<void>;
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

export interface RelaySettings {
  /** Messages that may wait for one renter. */
  readonly mailboxMessages: number;
}

const outcomeOf = (outcome: { readonly kind: string; readonly code?: string; readonly status?: string }): string =>
  [outcome.kind, outcome.code ?? outcome.status].filter((word) => word !== undefined).join(" ");

/** `open` starts a relay with the clock at `NOW` of the fixtures that serves `provider`. */
export function relayPortContract(name: string, open: (settings: RelaySettings) => Promise<RelayUnderTest>): void {
  describe(name, () => {
    let relay: RelayUnderTest;
    let abort: AbortController;
    beforeEach(async () => {
      relay = await open({ mailboxMessages: 20 });
      abort = new AbortController();
    });
    afterEach(() => relay.stop());

    const forward = async (message = messageOf()): Promise<string> =>
      outcomeOf(await relay.port.forward(message, abort.signal));
    const register = async (grant = grantOf()): Promise<string> =>
      outcomeOf(await relay.port.register(grant, abort.signal));

    it("does not know a rental before its grant is registered", async () => {
      expect(await forward()).toBe("unregistered relay.unknown_rental");
      expect(await register()).toBe("registered");
      expect(await forward()).toBe("accepted queued");
    });

    it("answers duplicate to a repetition and keeps one copy", async () => {
      await register();
      const outcomes = await Promise.all([1, 2, 3].map(() => forward()));
      expect(outcomes.toSorted()).toEqual(["accepted duplicate", "accepted duplicate", "accepted queued"]);
      expect(await relay.waiting()).toEqual([messageOf().id]);
    });

    it("keeps messages in the order in which it took them", async () => {
      await register();
      const messages = [3, 1, 2].map((seq) => messageOf({ seq }));
      for (const message of messages) await forward(message);
      expect(await relay.waiting()).toEqual(messages.map((message) => message.id));
    });

    it("refuses for good what no repetition can mend", async () => {
      await register();
      await forward();
      expect(await forward(messageOf({ seq: 1, salt: "other" }))).toBe("refused relay.conflict");
      const broken = { ...messageOf({ seq: 2 }), signature: tampered(messageOf({ seq: 2 }).signature) };
      expect(await forward(broken)).toBe("refused relay.bad_signature");
      expect(await forward(messageOf({ seq: 2, by: stranger }))).toBe("refused relay.bad_signature");
      expect(await forward(messageOf({ seq: 2, listingId: OTHER_LISTING }))).toBe("refused relay.wrong_listing");
      expect(await relay.waiting()).toHaveLength(1);
    });

    it("refuses messages of a rental that is over, except those it has", async () => {
      await register();
      await forward();
      expect(await register(grantOf({ rev: 2, expiresAt: NOW_S - 1 }))).toBe("registered");
      expect(await forward(messageOf({ seq: 2 }))).toBe("refused relay.rental_over");
      expect(await forward()).toBe("accepted duplicate");
    });

    it("holds messages beyond the credit until the grant gives more", async () => {
      await register(grantOf({ credit: 1 }));
      expect(await forward(messageOf({ seq: 1 }))).toBe("accepted queued");
      expect(await forward(messageOf({ seq: 2 }))).toBe("held relay.unpaid");
      expect(await forward(messageOf({ seq: 1 }))).toBe("accepted duplicate");
      await register(grantOf({ rev: 2, credit: null }));
      expect(await forward(messageOf({ seq: 2 }))).toBe("accepted queued");
    });

    it("holds messages of one renter whose mailbox is full, until something is read", async () => {
      await register();
      await register(grantOf({ rentalId: OTHER_RENTAL, to: otherRenter }));
      for (let seq = 1; seq <= 20; seq++) await forward(messageOf({ seq }));
      expect(await forward(messageOf({ seq: 21 }))).toBe("held relay.mailbox_full");
      expect(await forward(messageOf({ rentalId: OTHER_RENTAL }))).toBe("accepted queued");
      await relay.acknowledge(receiptOf(messageOf({ seq: 1 }).envelope));
      expect(await forward(messageOf({ seq: 21 }))).toBe("accepted queued");
    });

    it("holds a message from the future", async () => {
      await register();
      expect(await forward(messageOf({ ts: NOW_S + 3_600 }))).toBe("held relay.ts_ahead");
    });

    it("registers a grant again, and refuses stale, contradicting, forged and foreign ones", async () => {
      expect(await register(grantOf({ rev: 2 }))).toBe("registered");
      expect(await register(grantOf({ rev: 2 }))).toBe("registered");
      expect(await register(grantOf({ rev: 1 }))).toBe("refused relay.stale_rev");
      expect(await register(grantOf({ rev: 2, credit: 9 }))).toBe("refused relay.conflict");
      expect(await register(grantOf({ rev: 3, to: otherRenter }))).toBe("refused relay.conflict");
      expect(await register({ ...grantOf({ rev: 3 }), credit: 5 })).toBe("refused relay.bad_signature");
      expect(await register(grantOf({ by: stranger, rentalId: OTHER_RENTAL }))).toBe("refused relay.unknown_provider");
    });

    it("hands out each receipt once per cursor, in the order of arrival", async () => {
      await register();
      const [first, second] = [messageOf({ seq: 1 }), messageOf({ seq: 2 })];
      await forward(first);
      await forward(second);
      expect(await relay.port.receipts({ after: 0, epoch: null }, abort.signal)).toMatchObject({
        receipts: [],
        next: 0,
        more: false,
      });
      await relay.acknowledge(receiptOf(second.envelope));
      await relay.acknowledge(receiptOf(first.envelope));
      const page = await relay.port.receipts({ after: 0, epoch: null }, abort.signal);
      expect(page?.receipts.map((one) => [one.id, one.rental_id, one.receipt])).toEqual([
        [second.id, second.rental_id, receiptOf(second.envelope)],
        [first.id, first.rental_id, receiptOf(first.envelope)],
      ]);
      const [one] = page?.receipts ?? [];
      const rest = await relay.port.receipts({ after: one?.cursor ?? 0, epoch: null }, abort.signal);
      expect(rest?.receipts.map((receipt) => receipt.id)).toEqual([first.id]);
      expect(await relay.port.receipts({ after: page?.next ?? 0, epoch: null }, abort.signal)).toMatchObject({
        receipts: [],
        next: page?.next,
        more: false,
      });
      expect(await relay.waiting()).toEqual([]);
    });

    it("asks to be tried again while it is down, and goes on where it was", async () => {
      await register();
      await forward(messageOf({ seq: 1 }));
      await relay.goDown();
      expect((await relay.port.forward(messageOf({ seq: 2 }), abort.signal)).kind).toBe("retry");
      expect((await relay.port.register(grantOf(), abort.signal)).kind).toBe("retry");
      expect(await relay.port.receipts({ after: 0, epoch: null }, abort.signal)).toBeNull();
      await relay.comeBack();
      expect(await forward(messageOf({ seq: 1 }))).toBe("accepted duplicate");
      expect(await forward(messageOf({ seq: 2 }))).toBe("accepted queued");
    });

    it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
      ["forward", (signal) => relay.port.forward(messageOf(), signal)],
      ["register", (signal) => relay.port.register(grantOf(), signal)],
      ["receipts", (signal) => relay.port.receipts({ after: 0, epoch: null }, signal)],
    ])("rejects %s with base.stopped when it is aborted, and with nothing else", async (_name, call) => {
      abort.abort();
      await expect(call(abort.signal)).rejects.toMatchObject({ code: "base.stopped" });
      const later = new AbortController();
      const pending = call(later.signal);
      later.abort();
      const settled = await pending.catch((error: { code: string }) => error.code);
      // The answer may have been faster than the abort.
      expect(typeof settled === "string" ? settled : "answered").toMatch(/^(base\.stopped|answered)$/);
    });
  });
}
