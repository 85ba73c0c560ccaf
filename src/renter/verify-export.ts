// Checks what a renter exported, with nothing but the file: who signed which message, who says to have read it, which relay took it on
// which day. Of the texts only the renter's own key can tell whether they are what was signed.

import { type CryptoSuite, type ErrorCode, fromBase64url, isAppError, type Secret } from "../base/index.ts";
import { checkReceipts, faultText } from "../core/index.ts";
import { messageHash, verifyEnvelopeText, verifyReceipt, verifySigned } from "../envelope/index.ts";
import type { ProofTree, Receipt, RentalGrant } from "../protocol/index.ts";
import { checkGrant } from "./accept-grant.ts";
import type { ExportBundle, ExportedMessage } from "./export-format.ts";
import { openMessage } from "./open-message.ts";

/** A relay's word about one message: that it took it on this day, as a leaf under this root. */
export interface RelayWord {
  /** The relay's verify key, base64url. */
  readonly relay: string;
  readonly tree: Pick<ProofTree, "date" | "root" | "name">;
}

export interface MessageCheck {
  readonly rental_id: string;
  readonly id: string;
  /** base64url SHA-256 of the envelope. */
  readonly hash: string;
  /** Null where the provider of the rental signed it. */
  readonly provider: ErrorCode | null;
  /** Null where the renter's receipt is about it and signed by him. */
  readonly renter: ErrorCode | null;
  /** Relays whose receipts hold; may be none: a day that is not over has no tree. */
  readonly relays: readonly RelayWord[];
  /** `none`: not in the file; `unchecked`: for want of the renter's key; null where it is what the envelope holds. */
  readonly text: "none" | "unchecked" | ErrorCode | null;
}

export interface ExportCheck {
  readonly renter: string;
  readonly messages: readonly MessageCheck[];
  /** Grants, and receipts of relays, that do not hold. `about`: rental, or hash of the envelope. */
  readonly faults: readonly { readonly about: string; readonly fault: ErrorCode }[];
}

export interface CheckExportDeps {
  readonly suite: CryptoSuite;
  /** The renter's seed, which opens what is sealed; null without it. */
  readonly seed: Secret<Uint8Array> | null;
}

/** Runs what throws coded errors; null for none. */
function faultOf(check: () => void): ErrorCode | null {
  try {
    check();
    return null;
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}

function providerFault(
  suite: CryptoSuite,
  given: ExportedMessage["message"],
  grant: RentalGrant | null,
): ErrorCode | null {
  const { envelope, envelope_sha256: hash, signature_scope, signature, seq, v } = given;
  if (grant === null) return "renter.unknown_rental";
  if (given.listing_id !== grant.listing_id || given.provider !== grant.provider) return "renter.header_mismatch";
  if (envelope !== undefined && messageHash(suite, fromBase64url(envelope)) !== hash) return "renter.wrong_envelope";
  const verifyKey = fromBase64url(grant.provider);
  if (signature_scope === "message") {
    if (seq === null) return "renter.header_mismatch";
    return verifySigned(suite, verifyKey, { header: { ...given, seq }, hash, signature })
      ? null
      : "renter.bad_signature";
  }
  if (envelope === undefined) return "renter.wrong_envelope";
  // The short form binds neither order nor version.
  if (seq !== null || v !== 1) return "renter.header_mismatch";
  return verifyEnvelopeText({ suite, verifyKey, envelopeText: envelope, signature }) ? null : "renter.bad_signature";
}

function isTo({ to }: Receipt, { provider, listing_id }: ExportedMessage["message"]): boolean {
  return typeof to === "string" ? to === provider : to.listing === listing_id;
}

function renterFault(suite: CryptoSuite, { message, receipt }: ExportedMessage, renter: string): ErrorCode | null {
  const fits = receipt.msg_hash === message.envelope_sha256 && receipt.from === renter && isTo(receipt, message);
  if (!fits) return "renter.wrong_receipt";
  const verdict = verifyReceipt(suite, receipt);
  return verdict.ok ? null : verdict.code;
}

async function textVerdict(
  { suite, seed }: CheckExportDeps,
  { message, plain }: ExportedMessage,
  grant: RentalGrant | null,
): Promise<MessageCheck["text"]> {
  if (plain === undefined) return "none";
  const { envelope } = message;
  if (seed === null || grant === null) return "unchecked";
  if (envelope === undefined) return "renter.wrong_envelope";
  try {
    const opened = await openMessage({ suite, seed, grant, message: { ...message, envelope, cursor: 1 } });
    return opened.plain === plain ? null : "renter.wrong_text";
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}

interface RelayWords {
  readonly words: ReadonlyMap<string, readonly RelayWord[]>;
  readonly faults: ExportCheck["faults"];
}

/** What relays say that holds, by hash; and what does not, or is about none of the messages. */
function relayWords(suite: CryptoSuite, { relays, messages }: ExportBundle): RelayWords {
  const known = Map.groupBy(messages, ({ message }) => message.envelope_sha256);
  const words = new Map<string, RelayWord[]>();
  const faults: { about: string; fault: ErrorCode }[] = [];
  for (const bundle of relays) {
    const trees = new Map(bundle.trees.map((tree) => [tree.date, tree]));
    for (const [at, check] of checkReceipts(suite, bundle).entries()) {
      const entry = bundle.receipts[at];
      const tree = trees.get(check.date);
      if (check.fault !== null || entry === undefined || tree === undefined) {
        faults.push({ about: check.about, fault: check.fault ?? "proofs.unknown_tree" });
        continue;
      }
      const { to, from } = entry.receipt;
      const isAbout = known
        .get(check.about)
        ?.some(({ message }) => typeof to !== "string" && to.listing === message.listing_id);
      if (entry.kind !== "relay" || from !== bundle.issuer.verify || isAbout !== true) {
        faults.push({ about: check.about, fault: "renter.stray_receipt" });
        continue;
      }
      const { date, root, name } = tree;
      words.set(check.about, [...(words.get(check.about) ?? []), { relay: from, tree: { date, root, name } }]);
    }
  }
  return { words, faults };
}

/** Says of each message what holds. Everything that is signed is checked; whether a root is in the chain is not: that needs a node. */
export async function checkExport(deps: CheckExportDeps, bundle: ExportBundle): Promise<ExportCheck> {
  const { suite } = deps;
  const { renter } = bundle;
  const grants = new Map<string, RentalGrant>();
  const faults: { about: string; fault: ErrorCode }[] = [];
  for (const grant of bundle.grants) {
    const fault = faultOf(() => checkGrant({ suite, grant, renter, pin: undefined, known: undefined }));
    if (fault === null) grants.set(grant.rental_id, grant);
    else faults.push({ about: grant.rental_id, fault });
  }
  const relays = relayWords(suite, bundle);
  const messages: MessageCheck[] = [];
  for (const each of bundle.messages) {
    const { rental_id, id, envelope_sha256: hash } = each.message;
    const grant = grants.get(rental_id) ?? null;
    messages.push({
      ...{ rental_id, id, hash, provider: providerFault(suite, each.message, grant) },
      renter: renterFault(suite, each, renter.verify),
      relays: relays.words.get(hash) ?? [],
      text: await textVerdict(deps, each, grant),
    });
  }
  return { renter: renter.verify, messages, faults: [...faults, ...relays.faults] };
}

/** Whether nothing of a message was found wrong; what is not there is not wrong. */
export const holds = ({ provider, renter, text }: MessageCheck): boolean =>
  provider === null && renter === null && (text === null || text === "none" || text === "unchecked");

const MEANING: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ["renter.bad_grant", "is not signed by its provider"],
  ["renter.foreign_grant", "is made out to other keys"],
  ["renter.unknown_rental", "belongs to no rental that can be believed"],
  ["renter.header_mismatch", "is not of its rental"],
  ["renter.wrong_envelope", "is about an envelope that is another one, or not there"],
  ["renter.bad_signature", "is not signed by the provider of the rental"],
  ["renter.wrong_receipt", "is about something else, or by somebody else"],
  ["renter.stray_receipt", "is a receipt about none of the messages, or by another relay"],
  ["renter.wrong_text", "is not what the envelope holds"],
  ["renter.cannot_open", "cannot be compared: the envelope does not open"],
  ["renter.bad_payload", "cannot be compared: what is sealed is of no known form"],
]);

/** A fault in words, as the end of a sentence. */
export const exportFaultText = (fault: ErrorCode): string => MEANING.get(fault) ?? faultText(fault);
