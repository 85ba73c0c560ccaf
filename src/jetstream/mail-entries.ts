// The stream of mail: one subject for each rental, on which everything that happens to its messages stands in order. Who writes names the
// subject's last entry that he knows, so that two processes do not write past each other: but for those of the same milliseconds, which
// nats-server 2.9 lets pass both (it looks at what is stored, not at what is on its way). `mail-view.ts` takes in what comes of that.
//
// A message's entry is deleted once it was acknowledged or has expired; before that, an entry that says so, with all that a repetition is
// recognised by, was written behind it. So a subject's last entry stays where it is, and its number never comes again.

import { z } from "zod";
import { unixMs, utf8 } from "../base/index.ts";
import type { Candidate, KnownMessage, RentalRoute } from "../core/index.ts";

const known = {
  id: z.string(),
  seq: z.int().nullable(),
  v: z.union([z.literal(1), z.literal(2)]),
  ts: z.int(),
  hash: z.string(),
  scope: z.enum(["message", "envelope_text"]),
  /** When it was accepted. */
  at: z.int().transform(unixMs),
};

const messageEntry = z.object({ t: z.literal("m"), ...known, signature: z.string(), envelope: z.string() });

const goneMessage = z.object({
  ...known,
  /** Of the message's own entry. */
  cursor: z.int(),
  /** The sender's; older entries lack it. */
  signature: z.string().default(""),
  /** The renter's, canonical JSON; null for what has expired. */
  receipt: z.string().nullable(),
});
const goneEntry = z.object({ t: z.literal("g"), of: z.array(goneMessage) });

const mailEntry = z.discriminatedUnion("t", [messageEntry, goneEntry]);

export type MessageEntry = z.infer<typeof messageEntry>;
export type GoneMessage = z.infer<typeof goneMessage>;
export type MailEntry = z.infer<typeof mailEntry>;

/** Whose an entry is, as its subject says. */
export interface MailAddress {
  readonly renter: string;
  readonly rentalId: string;
  readonly provider: string;
}

export const mailSubject = (prefix: string, { renter, rentalId, provider }: MailAddress): string =>
  `${prefix}.mail.${renter}.${rentalId}.${provider}`;
export const renterFilter = (prefix: string, renter: string): string => `${prefix}.mail.${renter}.>`;
export const providerFilter = (prefix: string, provider: string): string => `${prefix}.mail.*.*.${provider}`;

export function addressOf(subject: string): MailAddress {
  const [, , renter = "", rentalId = "", provider = ""] = subject.split(".");
  return { renter, rentalId, provider };
}

/** Throws for what is no entry. */
export function readEntry(data: Uint8Array): MailEntry {
  return mailEntry.parse(JSON.parse(new TextDecoder().decode(data)));
}

export function writeMessage(candidate: Candidate, at: number): Uint8Array {
  const { id, seq, v, ts, hash, scope, signature, envelope } = candidate;
  return utf8(JSON.stringify({ t: "m", id, seq, v, ts, hash, scope, at, signature, envelope }));
}

export function writeGone(of: readonly GoneMessage[]): Uint8Array {
  return utf8(JSON.stringify({ t: "g", of }));
}

export function knownOf(entry: MessageEntry | GoneMessage, { rentalId }: Pick<MailAddress, "rentalId">): KnownMessage {
  const { id, seq, v, ts, hash, scope, at } = entry;
  return { id, rentalId, seq, v, ts, hash, scope, storedAt: at };
}

export function candidateOf(entry: MessageEntry, rentalId: string): Candidate {
  const { id, seq, v, ts, hash, scope, signature, envelope } = entry;
  return { id, rentalId, seq, v, ts, hash, scope, signature, envelope };
}

export const routeAddress = ({ renter, rentalId, provider }: RentalRoute): MailAddress => ({
  renter,
  rentalId,
  provider,
});
