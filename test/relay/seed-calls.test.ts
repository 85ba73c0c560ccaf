// The calls of the seed's "API Integration" chapter, run by curl as they are written there: only the host, the address with its
// signature, the key and the listing's id are put in.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minutes, Secret } from "../../src/base/index.ts";
import { addressText, keyAddress, signMessage } from "../../src/emercoin/index.ts";
import { nobleCoin } from "../../src/envelope/index.ts";
import { parseAddressChallenge } from "../../src/protocol/index.ts";
import { grantOf, LISTING, renter, shortOf } from "./fixtures.ts";
import { recordOf } from "./market-fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

const HOST = "https://gateway.ness.cx";
const CALLS = {
  key: `curl -X POST https://gateway.ness.cx/auth \\
  -H "Content-Type: application/json" \\
  -d '{"emc_address":"YOUR_ADDRESS","signature":"SIGNED_CHALLENGE"}'`,
  browse: `curl https://gateway.ness.cx/listings/available \\
  -H "Authorization: Bearer YOUR_API_KEY"`,
  record: `curl https://gateway.ness.cx/listings/<opaque_id>/offchain \\
  -H "Authorization: Bearer YOUR_API_KEY"`,
  rent: `curl -X POST https://gateway.ness.cx/rent \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"listing_id":"<opaque_id>","duration":"weekly"}'`,
  forward: `curl -X POST https://gateway.ness.cx/forward \\
  -H "Content-Type: application/json" \\
  -d @- <<EOF
{
  "listing_id": "$OPAQUE_ID",
  "envelope": "$(cat sms.enc)",
  "signature": "$(cat sms.sig)"
}
EOF`,
  sms: `curl https://gateway.ness.cx/sms \\
  -H "Authorization: Bearer YOUR_API_KEY"`,
} as const;

const run = promisify(execFile);
const SECRET = new Secret(new Uint8Array(32).fill(5));
const ADDRESS = addressText(nobleCoin, keyAddress(nobleCoin, nobleCoin.publicKey(SECRET.reveal()), "p2pkh"), "main");

describe("the seed's own calls", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
  });
  afterEach(() => rig.stop());

  async function curl(
    call: keyof typeof CALLS,
    put: Readonly<Record<string, string>> = {},
  ): Promise<Record<string, unknown>> {
    const parts = Object.entries({ [HOST]: rig.url, "<opaque_id>": LISTING, ...put });
    const command = parts.reduce((text, [from, to]) => text.replaceAll(from, to), CALLS[call] as string);
    const { stdout } = await run("/bin/sh", ["-c", command.replace(/^curl/, "curl --silent --show-error")]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }
  const signed = (text: unknown, secret = SECRET): string => signMessage(nobleCoin, secret, String(text));
  const ask = async () =>
    (await rig.call("POST", "/auth/challenge", { body: { emc_address: ADDRESS } })).body as { challenge: string };
  const tokenBy = async (signature: string) =>
    await curl("key", { YOUR_ADDRESS: ADDRESS, SIGNED_CHALLENGE: signature });

  it("work with a token for a challenge that the address's wallet has signed", async () => {
    await rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf({ weekly: "0.05" }).text });
    const { challenge } = await ask();
    expect(parseAddressChallenge(challenge)).toMatchObject({ address: ADDRESS, host: new URL(rig.url).host });
    const { token } = await tokenBy(signed(challenge));
    const key = { YOUR_API_KEY: String(token) };
    expect(await curl("browse", key)).toMatchObject({ listings: [{ listing_id: LISTING, record: true }] });
    expect(await curl("record", key)).toMatchObject({ listing_id: LISTING });
    expect(await curl("rent", key)).toMatchObject({
      code: "relay.payment_required",
      payment_required: {
        listing_id: LISTING,
        duration: "weekly",
        tiers: [{ tier: "sms_only", rental: "0.05", per_sms: "0.001" }],
        methods: ["randpay", "emc"],
      },
    });
    expect(await curl("sms", key)).toMatchObject({ messages: [], more: false });
  });

  it("hand in a message that the ecosystem's tools have sealed and signed, for its renter to retrieve", async () => {
    await rig.register(grantOf());
    const { envelope, signature } = shortOf("sealed by ptool");
    const put = { $OPAQUE_ID: LISTING, "$(cat sms.enc)": envelope, "$(cat sms.sig)": signature };
    expect(await curl("forward", put)).toMatchObject({ status: "queued" });
    expect(await curl("forward", put)).toMatchObject({ status: "duplicate" });
    const key = { YOUR_API_KEY: await rig.login(renter) };
    expect(await curl("sms", key)).toMatchObject({ messages: [{ envelope, signature_scope: "envelope_text" }] });
    expect(await curl("sms", { ...key, "/sms": "/retrieve" })).toMatchObject({ messages: [{ envelope }] });
  });

  it("are the same below the version, and browse under the dashboard's old name", async () => {
    await rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf().text });
    const key = { YOUR_API_KEY: await rig.login(renter) };
    for (const path of ["/v1/listings/available", "/numbers/available"])
      expect(await curl("browse", { ...key, "/listings/available": path })).toMatchObject({
        listings: [{ listing_id: LISTING, record: true }],
      });
    const etag = await rig.call("GET", `/listings/${LISTING}/offchain`, { token: key.YOUR_API_KEY });
    expect(etag.headers.get("etag")).toBe(`"${recordOf().commitment}"`);
  });

  it("begin without a challenge: the answer has one", async () => {
    const refused = await tokenBy("");
    expect(refused).toMatchObject({ code: "relay.bad_challenge" });
    expect(await tokenBy(signed(refused.challenge))).toMatchObject({ token_type: "Bearer" });
  });

  it("give no token for another's signature, another's challenge, one used before, or one too old", async () => {
    const { challenge } = await ask();
    expect(await tokenBy(signed(challenge, new Secret(new Uint8Array(32).fill(6))))).toMatchObject({
      code: "relay.bad_login",
    });
    expect(await tokenBy(signed(`${challenge} `))).toMatchObject({ code: "relay.bad_login" });
    expect(await tokenBy("no signature")).toMatchObject({ code: "relay.bad_login" });
    const first = await ask();
    const signature = signed(first.challenge);
    const body = { emc_address: ADDRESS, challenge: first.challenge, signature };
    expect((await rig.call("POST", "/auth", { body })).status).toBe(200);
    expect(verdictOf(await rig.call("POST", "/auth", { body }))).toBe("401 relay.bad_challenge");
    const forged = { ...body, challenge: first.challenge.replace("address=E", "address=F") };
    expect(verdictOf(await rig.call("POST", "/auth", { body: forged }))).toBe("401 relay.bad_challenge");
    const late = await ask();
    await rig.clock.advance(minutes(5));
    const old = { emc_address: ADDRESS, challenge: late.challenge, signature: signed(late.challenge) };
    expect(verdictOf(await rig.call("POST", "/auth", { body: old }))).toBe("401 relay.bad_challenge");
  });

  it("give an address nothing that belongs to a key", async () => {
    const { challenge } = await ask();
    const { token } = await tokenBy(signed(challenge));
    const as = { token: String(token) };
    expect(verdictOf(await rig.call("GET", "/provider/requests", as))).toBe("403 relay.unknown_provider");
    expect((await rig.call("GET", "/rentals", as)).body).toEqual({ rentals: [] });
  });

  it("say what a listing does not offer, and that nobody asks by number", async () => {
    await rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf().text });
    const { challenge } = await ask();
    const { token } = await tokenBy(signed(challenge));
    const rent = (body: object) => rig.call("POST", "/rent", { token: String(token), body });
    expect(verdictOf(await rent({ listing_id: LISTING, duration: "weekly" }))).toBe("404 relay.not_offered");
    expect(verdictOf(await rent({ listing_id: LISTING, duration: "daily" }))).toBe("402 relay.payment_required");
    expect(verdictOf(await rent({ number: "+15550100001", duration: "daily" }))).toBe("400 relay.bad_body");
    expect(verdictOf(await rent({ listing_id: "00000000aaaaaaaa", duration: "daily" }))).toBe(
      "404 relay.unknown_record",
    );
  });
});
