// The daily work over stores in memory, a fake chain and a clock that moves only when told.

import { days, type Millis, millis, minutes, unixMs, utf8 } from "../../../src/base/index.ts";
import {
  Anchoring,
  type AnchorPolicy,
  type IssuedReceipt,
  type ProofDay,
  type ProofPolicy,
  ProofReader,
  ProofService,
  startOf,
  wormOf,
} from "../../../src/core/index.ts";
import { FakeChain, FakePublisher } from "../../sim/fake-names.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { RecordingLogger } from "../core-rig.ts";
import { MemoryTrees } from "./memory-trees.ts";
import { DATE, MemoryReceipts, NOON, suite } from "./receipt-samples.ts";

export interface ProofRigOptions extends Partial<ProofPolicy & AnchorPolicy> {
  readonly receipts?: readonly IssuedReceipt[];
  readonly withoutNode?: boolean;
  readonly withoutIdentity?: boolean;
  readonly store?: MemoryTrees;
  readonly chain?: FakeChain;
  readonly publisher?: FakePublisher;
}

export class ProofRig {
  readonly clock = new VirtualClock(NOON);
  readonly store: MemoryTrees;
  readonly source: MemoryReceipts;
  readonly chain: FakeChain;
  readonly publisher: FakePublisher;
  readonly reader: ProofReader;
  readonly service: ProofService;
  readonly events: string[] = [];
  trusted = true;

  constructor(options: ProofRigOptions = {}) {
    const { suffix = "never", username = "provider", keepDays = 365 } = options;
    const { publish = "auto", emptyDays = "skip", closeAfter = minutes(10) } = options;
    this.store = options.store ?? new MemoryTrees();
    this.source = new MemoryReceipts(options.receipts);
    this.chain = options.chain ?? new FakeChain();
    this.publisher = options.publisher ?? new FakePublisher(this.chain);
    if (!options.withoutIdentity) this.chain.put(wormOf("provider"), utf8("<worm/>"));
    const now = () => this.clock.now();
    const anchoring = new Anchoring({
      ...{ publisher: this.publisher, node: this.chain, suffix, username, keepDays, now },
    });
    const shared = { suite, store: this.store, source: this.source };
    this.reader = new ProofReader({ ...shared, username });
    this.service = new ProofService({
      ...{ ...shared, publish, emptyDays, closeAfter, now, clock: this.clock, reader: this.reader },
      anchoring: options.withoutNode ? null : anchoring,
      trusted: () => this.trusted,
      log: new RecordingLogger(),
      events: { record: ({ code }) => this.events.push(code) },
    });
  }

  /** Sets the clock to so long after the sample day's end. */
  pass(after: Millis): void {
    this.clock.jump(millis(startOf(DATE) + days(1) + after - this.clock.now()));
  }

  /** The first day begins, and ends. */
  async endDay(): Promise<void> {
    await this.service.tick();
    this.pass(minutes(10));
    await this.service.tick();
  }

  async day(): Promise<ProofDay> {
    return this.reader.day(DATE);
  }

  /** What a crash leaves: the day as it was stored before. */
  async forget(day: ProofDay): Promise<void> {
    await this.store.saveDay({ ...day, changedAt: unixMs(0) });
  }
}
