// A box's receipts over a real database: messages that were forwarded and acknowledged with real keys, a clock that moves only when told,
// and any chain of names.

import { join } from "node:path";
import { onTestFinished } from "vitest";
import { days, minutes, silentLogger, toBase64, toBase64url, unixMs, utf8 } from "../../src/base/index.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import {
  Anchoring,
  type AnchorNode,
  BoxReceipts,
  endOf,
  type NamePublisher,
  type ProofDate,
  ProofReader,
  ProofService,
  proofDate,
  type SuffixRule,
  startOf,
  wormOf,
} from "../../src/core/index.ts";
import { canonicalJson, identityFromSeed, signReceipt } from "../../src/envelope/index.ts";
import { type FileBoxStore, openBoxStore } from "../../src/store/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { FakeChain, FakePublisher } from "./fake-names.ts";
import { SeededRandom } from "./seeded-random.ts";
import { envelopeHashOf, intake, rentalIdOf, sampleLine, sampleMessage, sampleRental } from "./store-samples.ts";
import { VirtualClock } from "./virtual-clock.ts";

export const DATE: ProofDate = proofDate("20260115");
export const NOON = unixMs(startOf(DATE) + days(1) / 2);

function identity(name: string) {
  const random = new SeededRandom(`proof box ${name}`);
  return identityFromSeed(suite, { name, seed: random.bytes(32), nonce: random.bytes(16) });
}

export const provider = identity("provider");
export const relay = identity("relay");
export const renter = identity("renter");
export const verifyOf = (who: typeof provider): string => toBase64url(who.verify);

/** The provider's WORM as the chain has it. */
export const worm = `<worm>\n\t<user type="ness"  public="${toBase64(provider.encrypt)}" verify="${toBase64(provider.verify)}" nonce="${toBase64(provider.nonce)}">\n\t\t<signatures> \n\t\t</signatures>\n\t</user>\n</worm>`;

export const hashOf = (seq: number, rental = 1): string => envelopeHashOf(sampleMessage(rental, seq));

/** What the relay signed for a message. */
export function acceptanceFor(seq: number, at = NOON) {
  const to = { listing: sampleLine(1).listingId };
  const receipt = signReceipt({ suite, seed: relay.seed, from: verifyOf(relay), to, msgHash: hashOf(seq), ts: at });
  return { by: verifyOf(relay), at, sig: receipt.sig };
}

export interface ProofBoxOptions {
  readonly chain?: { readonly publisher: NamePublisher; readonly node: AnchorNode };
  readonly suffix?: SuffixRule;
  readonly username?: string;
}

export class ProofBox {
  readonly clock = new VirtualClock(NOON);
  readonly names = new FakeChain();
  readonly publisher = new FakePublisher(this.names);
  readonly file: string;
  readonly store: FileBoxStore;
  readonly receipts: BoxReceipts;
  readonly reader: ProofReader;
  readonly service: ProofService;

  private constructor(file: string, store: FileBoxStore, options: ProofBoxOptions) {
    const { chain = { publisher: this.publisher, node: this.names }, suffix = "auto", username = "provider" } = options;
    this.file = file;
    this.store = store;
    this.names.put(wormOf(username), utf8(worm));
    const now = () => this.clock.now();
    const { receiptRows: rows, trees } = store.proofs;
    this.receipts = new BoxReceipts({
      ...{ suite, rows, calls: store.calls.issued, seed: provider.seed, provider: verifyOf(provider) },
    });
    const shared = { suite, store: trees, source: this.receipts };
    this.reader = new ProofReader({ ...shared, username });
    this.service = new ProofService({
      ...{ ...shared, reader: this.reader, clock: this.clock, now, trusted: () => true, log: silentLogger },
      ...{ publish: "manual", emptyDays: "skip", closeAfter: minutes(10), events: { record: () => {} } },
      anchoring: new Anchoring({ ...chain, suffix, username, keepDays: 100, now }),
    });
  }

  static async open(options: ProofBoxOptions = {}): Promise<ProofBox> {
    const file = join(tempFolder(), "box.db");
    const store = await openBoxStore({ clock: new VirtualClock(), log: silentLogger, file });
    onTestFinished(() => store.close());
    for (const n of [1, 2]) {
      await store.saveLine(sampleLine(n));
      const keys = { verify: verifyOf(renter), encrypt: toBase64url(renter.encrypt) };
      await store.saveRental(sampleRental(n, { renter: keys }), null);
    }
    return new ProofBox(file, store, options);
  }

  /** Messages `from` to `to` of a rental reach the relay; those of even number come with its receipt. */
  async forward(from: number, to: number, { at = NOON, rental = 1 } = {}): Promise<void> {
    const seqs = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const outbox = seqs.map((seq) => sampleMessage(rental, seq));
    await this.store.commitIntake(intake({ outbox }));
    const marks = outbox.map(({ message: { id } }, i) => {
      const seq = from + i;
      const accepted = rental === 1 && seq % 2 === 0 ? acceptanceFor(seq) : null;
      return { id: id as never, status: "queued", at, accepted };
    });
    await this.store.markForwarded(marks);
  }

  /** The renter acknowledges a message; its own clock may differ. */
  async acknowledge(seq: number, at = NOON): Promise<void> {
    const receipt = signReceipt({
      ...{ suite, seed: renter.seed, from: verifyOf(renter), to: verifyOf(provider) },
      ...{ msgHash: hashOf(seq), ts: unixMs(NOON - days(3)) },
    });
    const { id } = sampleMessage(1, seq).message;
    const row = {
      messageId: id as never,
      rentalId: rentalIdOf(1),
      receivedAt: at,
      receipt: canonicalJson({ ...receipt }),
    };
    await this.store.saveReceipts([row], { after: seq, epoch: null });
  }

  /** The sample day ends and is closed. */
  async endDay(): Promise<void> {
    await this.service.tick();
    this.clock.jump((endOf(DATE) + minutes(10) - this.clock.now()) as never);
    await this.service.tick();
  }

  /** The day is closed and in the fake chain, deep enough. */
  async anchorDay(): Promise<void> {
    await this.endDay();
    await this.service.anchor(DATE);
    this.publisher.confirm();
    await this.service.tick();
    this.names.height += 20;
  }
}
