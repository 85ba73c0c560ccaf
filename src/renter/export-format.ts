// The file that `renter export` and the pages write, and how it is read again.

import { z } from "zod";
import { AppError } from "../base/index.ts";
import {
  hashText,
  mailboxMessage,
  parseJsonWith,
  proofBundle,
  publicKeyText,
  receipt,
  rentalGrant,
} from "../protocol/index.ts";

const exportedMessage = z.strictObject({
  /** As the relay served it. Without `envelope` its hash says what the provider signed; the short form is signed over the envelope itself. */
  message: mailboxMessage
    .omit({ cursor: true, envelope: true })
    .extend({ envelope_sha256: hashText, envelope: mailboxMessage.shape.envelope.optional() })
    .strict(),
  /** The text inside the envelope, byte for byte in UTF-8. Only where it was asked for. */
  plain: z.string().optional(),
  /** The renter's. */
  receipt,
  receipt_state: z.string().max(64),
});
export type ExportedMessage = z.infer<typeof exportedMessage>;

/**
 * Check it like this: each grant's `signature` by its `provider` over the canonical JSON of its other members; each message's by the
 * provider of its rental's grant, over the canonical JSON of `{v,id,listing_id,rental_id,seq,ts,envelope_sha256}` or, for
 * `signature_scope` `envelope_text`, over the envelope's text; each receipt's `sig` by `renter.verify` over the canonical JSON of its
 * other members. `relays` are proofs as `receipts verify` knows them: each relay's own receipts about the same hashes, with the way to
 * the root of the day on which it took them. With the renter's private key, that `envelope` opens to `plain`.
 */
const exportBundleSchema = z.strictObject({
  format: z.literal("numberbox-renter-export"),
  v: z.literal(2),
  /** RFC 3339 in UTC. */
  exported_at: z.string().max(40),
  renter: z.strictObject({ verify: publicKeyText, encrypt: publicKeyText }),
  grants: z.array(rentalGrant),
  messages: z.array(exportedMessage),
  /** One for each relay that has receipts about these messages. */
  relays: z.array(proofBundle),
});
export type ExportBundle = z.infer<typeof exportBundleSchema>;

/** What an account with several keys exports. */
const exportsFile = z.strictObject({
  format: z.literal("numberbox-renter-exports"),
  v: z.literal(2),
  exports: z.array(exportBundleSchema),
});
export type ExportsFile = z.infer<typeof exportsFile>;

const exportFile = z.discriminatedUnion("format", [exportBundleSchema, exportsFile]);

const isUnique = (names: readonly string[]): boolean => new Set(names).size === names.length;

/** A thing that stands twice could count twice, or hide what the other one says. */
function isWithoutDoubles({ grants, messages, relays }: ExportBundle): boolean {
  return (
    isUnique(grants.map(({ rental_id }) => rental_id)) &&
    isUnique(messages.map(({ message }) => `${message.rental_id} ${message.envelope_sha256}`)) &&
    isUnique(relays.map(({ issuer }) => issuer.verify)) &&
    relays.every(({ trees }) => isUnique(trees.map(({ date }) => date)))
  );
}

export function exportsText(exports: readonly ExportBundle[]): string {
  const file: ExportsFile = { format: "numberbox-renter-exports", v: 2, exports: [...exports] };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The bundles of an exported file, of one key or of a whole account. Throws `renter.bad_export`. */
export function readExports(text: string): readonly ExportBundle[] {
  const file = parseJsonWith(exportFile, text, "renter.bad_export", "the exported file");
  const bundles = file.format === "numberbox-renter-exports" ? file.exports : [file];
  if (bundles.every(isWithoutDoubles)) return bundles;
  throw new AppError("renter.bad_export", "the exported file has something twice that may be there once", {
    hint: "Ask for a fresh export.",
  });
}
