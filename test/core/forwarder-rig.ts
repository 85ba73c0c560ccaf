// A box with messages in its outbox, and a relay to empty it to.

import { toBase64url } from "../../src/base/index.ts";
import { Forwarder, type Intake, type OutboxStore, type RelayPort, type Rental } from "../../src/core/index.ts";
import { FakeRelay } from "../sim/fake-relay.ts";
import { bodyOf, CoreRig, lineOf, openMessage, pduOf, provider, renter, renters, suite } from "./core-rig.ts";

export class ForwarderRig {
  readonly core = new CoreRig();
  readonly relay: FakeRelay = new FakeRelay({
    clock: this.core.clock,
    suite,
    provider: toBase64url(provider.verify),
  });
  changes = 0;
  rentals: readonly Rental[] = [];
  forwarder: Forwarder = this.open();
  #intake: Intake | null = null;
  #count = 0;

  /** Another process of the box. */
  open(more: { readonly store?: OutboxStore; readonly relay?: RelayPort } = {}): Forwarder {
    const { clock, random, log, events, time } = this.core;
    this.forwarder = new Forwarder({
      store: more.store ?? this.core.store,
      relay: more.relay ?? this.relay,
      clock,
      random,
      log,
      events,
      now: () => time.now(),
      acceptance: () => null,
      onChange: () => this.changes++,
    });
    return this.forwarder;
  }

  async rent(count: number): Promise<readonly Rental[]> {
    this.core.rentals = this.core.newRentals((rental) => this.forwarder.notify(rental.id));
    this.rentals = await this.core.rent(count);
    this.#intake = await this.core.intake();
    return this.rentals;
  }

  /** `count` messages for the line, as the intake stores them; the forwarder is told. */
  async arrive(count: number, line = 1): Promise<void> {
    for (let i = 0; i < count; i++) {
      const at = this.#count++;
      const incoming = this.core.incoming(pduOf({ body: `m${at}`, second: at }), `SM:${at}`, line);
      await this.#intake?.accept(incoming);
    }
    const rental = this.core.rentals.active(lineOf(line).id);
    if (rental !== null) this.forwarder.notify(rental.id);
  }

  /** Texts that a renter finds at the relay, in the order of arrival. */
  async received(line = 1): Promise<readonly string[]> {
    const rental = this.rentals[line - 1];
    const mine = this.relay.messages.filter((message) => message.rental_id === rental?.id);
    return (await Promise.all(mine.map((message) => openMessage(message, renters[line - 1] ?? renter)))).map(bodyOf);
  }

  seqs(line = 1): readonly number[] {
    const rental = this.rentals[line - 1];
    return this.relay.messages.filter((message) => message.rental_id === rental?.id).map((message) => message.seq);
  }

  /** Messages of the line that the intake has stored so far, forwarded or not. */
  async stored(line = 1): Promise<number> {
    const rental = this.rentals[line - 1];
    return rental === undefined ? 0 : ((await this.core.store.lastSequences()).get(rental.id) ?? 0);
  }

  async waiting(): Promise<number> {
    return (await this.core.store.depth()).waiting;
  }
}

export function numbers(count: number, from = 1): readonly number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}
