// Signatures of webhooks by the Standard Webhooks specification 1.0.0: HMAC-SHA256 over id, time and body.

import { AppError, type CryptoSuite, fromUtf8, Secret, utf8 } from "../base/index.ts";

export interface SignedHeaders {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

const PREFIX = "whsec_";
/** By the specification. */
const [SHORTEST, LONGEST] = [24, 64];
/** The new key and the one that it replaces. */
const MOST_KEYS = 2;

/** The keys of a secret's file: one line each, base64 behind `whsec_`. Errors: `webhook.bad_secret`, which never quotes the file. */
export function webhookKeys(file: string): readonly Secret<Uint8Array>[] {
  const lines = file.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length === 0 || lines.length > MOST_KEYS) throw badSecret(`it has ${lines.length} lines`);
  return lines.map((line) => {
    const text = line.trim();
    const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw badSecret("it is not base64");
    const key = new Uint8Array(Buffer.from(encoded, "base64"));
    if (key.length < SHORTEST || key.length > LONGEST) throw badSecret(`the key has ${key.length} bytes`);
    return new Secret(key);
  });
}

function badSecret(problem: string): AppError {
  return new AppError("webhook.bad_secret", `the webhook's secret cannot be used: ${problem}`, {
    hint: `Write ${PREFIX} and the base64 of ${SHORTEST} to ${LONGEST} random bytes into its file.`,
  });
}

/** `id` must not hold a dot: it ends there in what is signed. `timestamp` in seconds. One signature for each key. */
export function signWebhook(
  suite: Pick<CryptoSuite, "hmacSha256">,
  keys: readonly Secret<Uint8Array>[],
  { id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: Uint8Array },
): SignedHeaders {
  const signed = utf8(`${id}.${timestamp}.${fromUtf8(body)}`);
  const signatures = keys.map((key) => `v1,${Buffer.from(suite.hmacSha256(key.reveal(), signed)).toString("base64")}`);
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signatures.join(" ") };
}
