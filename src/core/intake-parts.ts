// The parts of concatenated messages in one batch of the intake: what completes, what has waited long enough, what is kept for late
// parts. Opens sealed parts, and gives what comes out of them to `emit`.

import type { LineId, MessageId, Millis, RentalId, UnixMs } from "../base/index.ts";
import {
  contentOf,
  joinContents,
  type MessageContent,
  nameOf,
  type OpenedPart,
  type SmsContent,
} from "./message-content.ts";
import type { Counters, DeliveredAs, SealedPart } from "./model.ts";
import {
  addPart,
  contentsOf,
  deliveredGroup,
  expired,
  isOverdue,
  type OpenGroup,
  type OpenGroups,
  waitingOnly,
  withGroup,
  without,
} from "./reassembly.ts";
import type { Sealer } from "./sealing.ts";

/** A message on its way out. */
export interface Emission {
  readonly lineId: LineId;
  /** Stand for its PDUs, in the order of parts. */
  readonly names: readonly string[];
  /** Id of the incomplete message that this one stands in for. */
  readonly replaces: MessageId | null;
}

/** What a message became; null when nobody was given it. */
export type Emitted = Omit<DeliveredAs, "at"> | null;

export interface IntakePartsDeps {
  readonly sealer: Pick<Sealer, "openPart">;
  readonly emit: (emission: Emission, content: MessageContent) => Promise<Emitted>;
  readonly rentalOf: (line: LineId) => RentalId | null;
  readonly count: (name: keyof Counters) => void;
  readonly now: () => UnixMs;
  /** How long a delivered message waits for late parts; 0 for not at all. */
  readonly lateParts: Millis;
}

export class IntakeParts {
  readonly #deps: IntakePartsDeps;
  readonly #stored = new Map<string, readonly SealedPart[]>();
  readonly #closed = new Set<string>();
  #groups: OpenGroups;

  constructor(deps: IntakePartsDeps, groups: OpenGroups) {
    this.#deps = deps;
    this.#groups = groups;
  }

  get groups(): OpenGroups {
    return this.#groups;
  }

  /** Parts to store, after the rows of `closed` went. */
  get stored(): readonly SealedPart[] {
    return [...this.#stored.values()].flat();
  }

  /** Groups whose parts leave the store. */
  get closed(): readonly string[] {
    return [...this.#closed];
  }

  /** Takes a part in; one that cannot be handled leaves everything as it was. */
  async hold(part: SealedPart): Promise<void> {
    const groups = this.#forRenter(this.#groups.get(part.group));
    const { outcome, groups: next } = addPart(groups, part);
    switch (outcome.kind) {
      case "held":
        this.#groups = next;
        return this.#store(part.group, [...(this.#stored.get(part.group) ?? []), part]);
      case "complete":
        await this.#emit(outcome.whole);
        this.#groups = next;
        return this.#close(part.group);
      case "taken":
        // The network repeated the part, or the sender has begun a new message with the same reference and the old one will never be
        // complete.
        if (this.#sameText(outcome.by, part)) return this.#deps.count("duplicates");
        return this.#beginAnew(outcome.open, part);
      case "other":
        return this.#beginAnew(outcome.open, part);
    }
  }

  /** Delivers the messages that have waited long enough as they are, and lets those go that have waited for late parts. */
  async flush(now: UnixMs, timeout: Millis): Promise<{ readonly delivered: number; readonly left: number }> {
    const overdue = [...this.#groups.values()].filter((group) => isOverdue(group, now, timeout));
    let left = 0;
    for (const { group } of overdue) {
      try {
        await this.#deliver(group);
      } catch {
        left++;
      }
    }
    for (const { group } of expired(this.#groups, now, this.#deps.lateParts)) this.#drop(group);
    return { delivered: overdue.length - left, left };
  }

  async #deliver(name: string): Promise<void> {
    const open = this.#forRenter(this.#groups.get(name)).get(name);
    if (open === undefined) return;
    const emitted = await this.#emit(open);
    if (emitted === null) return this.#drop(name);
    const kept = deliveredGroup(open, { ...emitted, at: this.#deps.now() });
    this.#groups = withGroup(this.#groups, kept);
    this.#store(name, [...kept.parts.values()]);
  }

  async #beginAnew(open: OpenGroup, part: SealedPart): Promise<void> {
    if (open.waitingSince !== null) await this.#emit(open);
    this.#close(open.group);
    this.#groups = addPart(without(this.#groups, open), part).groups;
    this.#store(part.group, [part]);
  }

  /** The groups, without what a former renter was given of this message: it is not for the next one. */
  #forRenter(open: OpenGroup | undefined): OpenGroups {
    if (open === undefined || open.delivered === null) return this.#groups;
    if (open.delivered.rentalId === this.#deps.rentalOf(open.lineId)) return this.#groups;
    this.#drop(open.group);
    const rest = waitingOnly(open);
    if (rest === null) return this.#groups;
    this.#groups = withGroup(this.#groups, rest);
    this.#store(rest.group, [...rest.parts.values()]);
    return this.#groups;
  }

  #store(group: string, parts: readonly SealedPart[]): void {
    this.#stored.set(group, parts);
  }

  #close(group: string): void {
    this.#stored.delete(group);
    this.#closed.add(group);
  }

  #drop(group: string): void {
    this.#groups = without(this.#groups, { group });
    this.#close(group);
  }

  async #emit(open: OpenGroup): Promise<Emitted> {
    const { parts, missing } = contentsOf(open);
    const unreadable: number[] = [];
    const readable = parts.flatMap((part) => {
      const opened = this.#open(part);
      if (opened === null) unreadable.push(part.part);
      return opened === null ? [] : { ...opened, isNew: part.delivered === null };
    });
    // Nothing that the last delivery lacked.
    if (!readable.some(({ isNew }) => isNew)) return open.delivered;
    const content = joinContents(
      readable.map((part) => part.content),
      [...missing, ...unreadable].sort((a, b) => a - b),
    );
    if (content === null) return null;
    const names = readable.map(({ opened }) => nameOf(opened));
    return this.#deps.emit({ lineId: open.lineId, names, replaces: open.delivered?.id ?? null }, content);
  }

  #sameText(a: SealedPart, b: SealedPart): boolean {
    const [first, second] = [a, b].map((part) => this.#open(part)?.content);
    return (
      first !== undefined && second !== undefined && first.body === second.body && first.bodyHex === second.bodyHex
    );
  }

  /** Null when the part was damaged on disk: it then counts as missing, and the rest of the message still arrives. */
  #open(part: SealedPart): { readonly opened: OpenedPart; readonly content: SmsContent } | null {
    try {
      const opened = this.#deps.sealer.openPart(part.sealed);
      const content = contentOf({ ...opened, lineId: part.lineId });
      return content.type === "sms" ? { opened, content } : null;
    } catch {
      this.#deps.count("undecodable");
      return null;
    }
  }
}
