import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toBase64, toBase64url } from "../../../src/base/index.ts";
import { systemCrypto } from "../../../src/base/system-crypto.ts";
import { type CanonicalObject, wormXml } from "../../../src/envelope/index.ts";
import { commitmentOf, listingRecord, type NameEvidence } from "../../../src/registry/index.ts";
import { provider, stranger } from "../../envelope/fixtures.ts";
import { haveVectors, vectorJson, vectorPath, vectorsNote } from "../../envelope/vectors.ts";
import { publish, recordOf } from "../../registry/listing-fixtures.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { numberbox, type Outcome } from "../run-rig.ts";

const listing = (...args: readonly string[]): Promise<Outcome> => numberbox(["listing", ...args]);

/** What `name_show` prints, with the value in base64 as our client reads it, or as text. */
function shown({ name, value, address, txid, expiresAt, state }: NameEvidence, text = false): string {
  const flags = state === "active" ? {} : { [state]: true };
  const shownValue = text ? new TextDecoder().decode(value) : toBase64(value);
  return JSON.stringify({
    name,
    value: shownValue,
    txid,
    address,
    vout: 0,
    expires_in: 1,
    expires_at: expiresAt,
    ...flags,
  });
}

/** The files of a published listing. */
function files(
  change: { readonly record?: CanonicalObject; readonly listing?: object; readonly address?: string } = {},
) {
  const folder = tempFolder();
  const now = Math.floor(Date.now() / 1000);
  const published = publish(provider, change.record ?? recordOf(provider, { timestamp: now }), change.address);
  const put = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return {
    put,
    published,
    record: put("record.json", published.record),
    onchain: put("onchain.json", shown({ ...published.listing, ...change.listing })),
    worm: put("worm.json", shown(published.worm)),
  };
}

type Files = ReturnType<typeof files>;
const verify = ({ record, onchain, worm }: Files, ...more: readonly string[]): Promise<Outcome> =>
  listing("verify", "--record", record, "--onchain", onchain, "--worm", worm, ...more);

describe("numberbox listing verify", () => {
  it("says yes four times, what it costs, and exits with 0 for a listing that can be rented", async () => {
    const { code, out, err } = await verify(files());
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n")).toEqual([
      "The chain commits to this record     yes",
      "The provider signed it               yes",
      "The provider's identity is on chain  yes",
      "The listing is the provider's own    yes",
      "Capabilities: non-voip, instant, sms-only",
      "sms_only: daily 0.01 EMC, each SMS 0.001 EMC",
      "It can be rented.",
      "",
    ]);
  });

  it("takes what the node prints as JSON in the command line, and values as text", async () => {
    const { record, published } = files();
    const done = await listing(
      ...["verify", "--record", record, "--onchain", shown(published.listing, true)],
      ...["--worm", shown(published.worm, true), "--json"],
    );
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(JSON.parse(done.out)).toMatchObject({ rentable: true, warnings: [], value: { rev: 1, capabilities: 11 } });
  });

  it.each([
    ["copied under another id", { listing: { name: "ness:sms:listing:fedcba9876543210" } }, "listing.wrong_id", 3],
    ["of a provider that expired it", { listing: { state: "expired" } }, "listing.expired", 0],
  ] as const)("names the question that a listing fails: %s", async (_, change, code, line) => {
    const done = await verify(files(change));
    expect(done.code).toBe(1);
    const lines = done.out.split("\n");
    expect(lines.findIndex((text) => text.includes(`NO  ${code}: `))).toBe(line);
    expect(lines.filter((text) => text.includes("NO  "))).toHaveLength(1);
    expect(done.out).toContain("Do not rent it.\n");
  });

  it("says unknown, not no, where the identity was not given", async () => {
    const { record, onchain } = files();
    const done = await listing("verify", "--record", record, "--onchain", onchain);
    expect(done.code).toBe(1);
    expect(done.out.match(/ unknown: /g)).toHaveLength(2);
    expect(done.out).not.toContain("NO  ");
  });

  it("takes the signature from beside the record, and the height for names read earlier", async () => {
    const now = Math.floor(Date.now() / 1000);
    const body = listingRecord(recordOf(provider, { timestamp: now }));
    const set = files({ record: recordOf(provider, { timestamp: now }) });
    const bare = set.put("bare.json", body.bytes);
    const signature = systemCrypto.ed25519Sign(provider.seed.reveal(), body.bytes);
    const sig = set.put("record.sig", `${toBase64url(signature)}\n`);
    expect((await verify({ ...set, record: bare })).out).toContain("NO  listing.unsigned");
    expect((await verify({ ...set, record: bare }, "--sig", sig)).code).toBe(0);
    expect((await verify(set, "--height", "10001")).out).toContain("NO  listing.expired");
    expect((await verify(set, "--sig", set.put("x.sig", "zz"))).err).toMatch(/^listing\.bad_signature: /);
    expect((await verify(set, "--height", "soon")).code).toBe(2);
  });

  it("tells what is no evidence, without a stack", async () => {
    const set = files();
    expect((await verify({ ...set, onchain: "/nowhere" })).err).toMatch(/^listing\.cannot_read: \/nowhere: ENOENT\n/);
    expect((await verify({ ...set, worm: set.put("odd.json", "[]") })).err).toMatch(/^listing\.bad_evidence: /);
    const odd = await verify({ ...set, record: set.put("odd.txt", "{") });
    expect([odd.code, odd.err]).toEqual([1, ""]);
    expect(odd.out).toContain("canonical.bad_syntax");
  });
});

describe("numberbox listing explain", () => {
  it("lists all forms and says that a right file is right", async () => {
    const { record, published } = files();
    const commitment = commitmentOf(
      systemCrypto,
      listingRecord(JSON.parse(new TextDecoder().decode(published.record))),
    );
    const done = await listing("explain", record, "--commitment", commitment);
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(done.out).toContain(`C1  ${commitment}  `);
    expect(done.out).toMatch(/\nIPFS {2}bafkrei[a-z2-7]{52}\n/);
    expect(done.out).toContain(
      "Signature: the signature is over the canonical record without its signature: this is right.",
    );
  });

  it("checks the signature by the key of a WORM, from its XML or from what name_show prints", async () => {
    const { record, worm, put } = files();
    for (const source of [worm, put("worm.xml", wormXml(provider))])
      expect((await listing("explain", record, "--worm", source)).code).toBe(0);
    const other = await listing("explain", record, "--worm", put("other.xml", wormXml(stranger)));
    expect([other.code, other.out.includes("this key signed none of the known forms")]).toEqual([1, true]);
  });

  it("says so where there is nothing to check a signature by", async () => {
    const { put } = files();
    const { pubkey_verify: _, ...keyless } = recordOf(provider);
    const done = await listing("explain", put("plain.json", JSON.stringify(keyless)));
    expect([done.code, done.out.includes("No signature, or no key to check it by.")]).toEqual([0, true]);
  });
});

describe.skipIf(!haveVectors)(`the forms of the network${vectorsNote}`, () => {
  const commitments = haveVectors
    ? vectorJson<{ listing: { commitments: Readonly<Record<string, string>> } }>("ness/vectors.json").listing
        .commitments
    : {};

  it.each(Object.entries(commitments))("%s is called by its name, and only C1 is right", async (name, digest) => {
    const form = name.slice(0, 2);
    const file = vectorPath(`ness/listing_${["C3", "C4", "C6"].includes(form) ? "signed" : "unsigned"}.json`);
    const done = await listing("explain", file, "--commitment", digest, "--json");
    expect(JSON.parse(done.out)).toMatchObject({ given: { form } });
    expect(done.code).toBe(form === "C1" ? 0 : 1);
  });

  it("ptool's signature over the pretty file is told from ours", async () => {
    const args = ["--sig", vectorPath("ness/listing_unsigned.sig"), "--worm", vectorPath("ness/worm_provider123.xml")];
    const done = await listing("explain", vectorPath("ness/listing_unsigned.json"), ...args, "--json");
    expect(JSON.parse(done.out)).toMatchObject({ signature: { form: "C5" } });
    expect(done.code).toBe(1);
  });
});
