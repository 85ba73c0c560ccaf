// Messages of lines that nobody rents, for webhooks that the owner gives them to: what was sealed to the box is sealed to the webhook's
// own key, in memory. Nobody on the way can read it, and no message of a renter comes here.

import { type CryptoSuite, fromBase64url, type Random, type Secret, toBase64url } from "../../base/index.ts";
import { keyFromText, openV1, sealV1 } from "../../envelope/index.ts";
import type { HeldMessage } from "../model.ts";
import type { Notice } from "../notices/index.ts";
import { payloadOf, webhookTarget } from "./webhook-events.ts";

export interface ContentHook {
  readonly id: string;
  /** Lines whose messages it gets. */
  readonly lines: readonly string[];
  /** Its X25519 public key, base64url. */
  readonly sealTo: string;
}

export interface ContentDeps {
  readonly suite: CryptoSuite;
  readonly random: Random;
  /** What opens the messages that the box holds for its owner. */
  readonly secret: Secret<Uint8Array>;
}

/** Errors: those of `openV1`, and of a key that is none. */
export function contentNotices(held: HeldMessage, hooks: readonly ContentHook[], deps: ContentDeps): readonly Notice[] {
  const wanting = hooks.filter(({ lines }) => lines.includes(held.lineId));
  if (wanting.length === 0) return [];
  const { suite, random, secret } = deps;
  const plaintext = openV1({ suite, secret, envelope: fromBase64url(held.envelope) });
  return wanting.map(({ id, sealTo }) => {
    const recipient = keyFromText(sealTo, "the webhook's key");
    const envelope = toBase64url(sealV1({ suite, random, recipient, plaintext }));
    const data = { id: held.id, line: held.lineId, envelope_version: 1, envelope };
    const event = { type: "sms.content", at: held.storedAt, data };
    return {
      id: `content-${held.id}`,
      target: webhookTarget(id),
      type: event.type,
      at: event.at,
      body: payloadOf(event),
    };
  });
}
