// A rental at a store under test, and what is done with it.

import type { Candidate, ForwardResult, MailboxCaps, RelayStore, RentalRoute } from "../../src/core/index.ts";
import { canonicalJson } from "../../src/envelope/index.ts";
import type { RentalGrant, WireMessage } from "../../src/protocol/index.ts";
import { decideGrant } from "../../src/relay/server/registration.ts";
import { grantOf, hashOf, identity, messageOf, NOW, provider, receiptOf, verifyOf } from "../relay/fixtures.ts";

export const CAPS: MailboxCaps = { messages: 100, bytes: 1_000_000 };
let numbers = 0;

/** For names that no other test uses. */
export const nextNumber = (): number => ++numbers;

/** A rental of a renter of its own: tests share one store. */
export class Scene {
  readonly number = nextNumber();
  readonly store: RelayStore;
  readonly renter = identity(`contract renter ${this.number}`);
  readonly rentalId = this.number.toString(16).padStart(32, "0");
  readonly listingId = `a1b2${this.number.toString(16).padStart(12, "0")}`;

  constructor(store: RelayStore) {
    this.store = store;
  }

  get key(): string {
    return verifyOf(this.renter);
  }

  get route(): RentalRoute {
    const { rentalId, listingId } = this;
    return { rentalId, listingId, provider: verifyOf(provider), renter: this.key };
  }

  grant(parts: Parameters<typeof grantOf>[0] = {}): RentalGrant {
    return grantOf({ to: this.renter, rentalId: this.rentalId, listingId: this.listingId, ...parts });
  }

  register(grant = this.grant(), store = this.store): Promise<string> {
    const text = canonicalJson(grant);
    return store.rentals.save({ grant, text }, (context) => decideGrant(grant, text, context));
  }

  message(seq: number, parts: Parameters<typeof messageOf>[0] = {}): WireMessage {
    const salt = `${this.rentalId} ${seq}`;
    return messageOf({ rentalId: this.rentalId, listingId: this.listingId, seq, salt, ...parts });
  }

  async forward(
    messages: readonly WireMessage[],
    { store = this.store, caps = CAPS, now = NOW, route = this.route } = {},
  ): Promise<readonly ForwardResult[]> {
    const items = messages.map((message) => ({ candidate: candidateOf(message), route }));
    return await store.mail.store({ items, now, storedAt: now, caps });
  }

  async verdicts(
    messages: readonly WireMessage[],
    options: Parameters<Scene["forward"]>[1] = {},
  ): Promise<readonly string[]> {
    return (await this.forward(messages, options)).map((result) =>
      result.kind === "refuse" ? result.code : result.kind,
    );
  }

  async waiting(after = 0, limit = 100, store = this.store): Promise<readonly (number | null)[]> {
    return (await store.mail.page(this.key, { after, limit })).messages.map(({ seq }) => seq);
  }

  async acknowledge(messages: readonly WireMessage[], store = this.store): Promise<void> {
    const entries = messages.map(({ id, envelope }) => ({
      ...{ messageId: id, rentalId: this.rentalId, provider: verifyOf(provider) },
      receipt: canonicalJson(receiptOf(envelope, { by: this.renter })),
    }));
    await store.mail.acknowledge(this.key, entries);
  }
}

function candidateOf({ id, rental_id: rentalId, seq, v, ts, envelope, signature }: WireMessage): Candidate {
  return { id, rentalId, seq, v, ts, hash: hashOf(envelope), scope: "message", envelope, signature };
}

/** Asks again until it holds: another process sees a write some milliseconds later. */
export async function eventually<T>(ask: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const value = await ask();
    if (fits(value) || tries > 2000) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
