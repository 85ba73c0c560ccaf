import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fromBase64url, toBase64url, unixMs, utf8 } from "../../src/base/index.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import {
  encodePayload,
  messageHash,
  openV1,
  publicKeysToText,
  sealV1,
  sealV2,
  signGrant,
  signMessage,
  signReceipt,
  verifyReceipt,
} from "../../src/envelope/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { header, provider, renter } from "./fixtures.ts";

const havePython = spawnSync("python3", ["-c", "import cryptography"]).status === 0;
const note = havePython ? "" : " (skipped: python3 with the package cryptography is missing)";
const script = fileURLToPath(new URL("independent.py", import.meta.url));

/** Answers of the independent implementation to `requests`, in order. */
function ask(...requests: readonly Record<string, unknown>[]): readonly unknown[] {
  return JSON.parse(execFileSync("python3", [script], { input: JSON.stringify(requests), encoding: "utf8" }));
}

const verify = toBase64url(provider.verify);
const seed = toBase64url(renter.seed.reveal());
const random = new SeededRandom("independent");
const plaintext = encodePayload({
  v: 1,
  type: "sms",
  from: "+15550100",
  to: "+15550123",
  body: "Ваш код 123456 😀",
  sent_at: null,
  received_ms: 5,
  parts: 1,
  missing: [],
  class: null,
  listing_id: header.listing_id,
  rental_id: header.rental_id,
  seq: header.seq,
});

describe.skipIf(!havePython)(`an independent implementation in Python${note}`, () => {
  it("opens our envelopes v1 and v2, and we open its v1", async () => {
    const v1 = sealV1({ suite, random, recipient: renter.encrypt, plaintext });
    const v2Header = { ...header, v: 2 as const };
    const v2 = await sealV2({ random, recipient: renter.encrypt, plaintext, header: v2Header });
    const [opened1, opened2, theirs] = ask(
      { do: "open_v1", seed, envelope: toBase64url(v1) },
      { do: "open_v2", seed, envelope: toBase64url(v2), header: v2Header },
      {
        do: "seal_v1",
        recipient: toBase64url(renter.encrypt),
        ephemeral: toBase64url(random.bytes(32)),
        nonce: toBase64url(random.bytes(12)),
        plaintext: toBase64url(utf8("from Python")),
      },
    );
    expect(opened1).toBe(toBase64url(plaintext));
    expect(opened2).toBe(toBase64url(plaintext));
    expect(openV1({ suite, secret: renter.seed, envelope: fromBase64url(String(theirs)) })).toEqual(
      utf8("from Python"),
    );
  });

  it("verifies our messages, receipts and grants, and not when they are changed", () => {
    const message = signMessage({ suite, seed: provider.seed, header, envelope: utf8("envelope") });
    const receipt = signReceipt({
      suite,
      seed: provider.seed,
      from: verify,
      to: { listing: header.listing_id },
      msgHash: messageHash(suite, utf8("envelope")),
      ts: unixMs(1_767_322_445_678),
    });
    const grant = signGrant({
      suite,
      random,
      seed: provider.seed,
      statement: {
        v: 1,
        rental_id: header.rental_id,
        listing_id: header.listing_id,
        provider: verify,
        renter: publicKeysToText(renter),
        starts_at: 1,
        expires_at: 2,
        envelope_version: 1,
        rev: 1,
        credit: null,
      },
      secret: { number: "+15550123", terms: { notes: "é" } },
    });
    const answers = ask(
      { do: "verify_message", verify, message },
      { do: "verify_message", verify, message: { ...message, seq: message.seq + 1 } },
      { do: "verify_object", verify, member: "sig", object: receipt },
      { do: "verify_object", verify, member: "sig", object: { ...receipt, to: { listing: "other" } } },
      { do: "verify_object", verify, member: "signature", object: grant },
      { do: "verify_object", verify, member: "signature", object: { ...grant, rev: 2 } },
    );
    expect(answers).toEqual([true, false, true, false, true, false]);
    const [opened] = ask({ do: "open_v1", seed, envelope: grant.sealed });
    const sealed = fromBase64url(String(opened));
    expect(sealed.length % 256).toBe(0);
    expect(JSON.parse(Buffer.from(sealed).toString())).toMatchObject({
      v: 1,
      number: "+15550123",
      terms: { notes: "é" },
    });
  });

  it("signs receipts that we verify, byte for byte as ours", () => {
    const options = {
      suite,
      seed: renter.seed,
      from: toBase64url(renter.verify),
      to: verify,
      msgHash: messageHash(suite, utf8("envelope")),
      ts: unixMs(1_767_322_445_000),
    };
    const ours = signReceipt(options);
    const { sig: _, ...body } = ours;
    const [theirs] = ask({ do: "sign_receipt", seed, receipt: body });
    expect(theirs).toEqual(ours);
    expect(verifyReceipt(suite, theirs)).toMatchObject({ ok: true, at: options.ts });
  });
});
