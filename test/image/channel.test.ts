import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { publicKeyOf, signChannel } from "../../os-image/channel.ts";
import { fromBase64url, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { chooseRelease, openChannel } from "../../src/core/index.ts";
import { rejectionOf } from "../envelope/error-code.ts";

const NOW = Date.UTC(2026, 10, 28);

describe("a channel that is signed here", () => {
  let folder = "";
  const at = (name: string): string => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-channel-"));
    writeFileSync(at("numberbox-arm64-1.2.0.raucb"), "a bundle");
    writeFileSync(at("notes.json"), JSON.stringify({ en: "Better.", de: "Besser." }));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const common = () => ["--key", at("key"), "--serial", "7", "--out", at("channel.json")];

  it("is what boxes read, with the key that was made for it", async () => {
    const args = [
      ...common(),
      "--notes",
      at("notes.json"),
      "--rollout",
      "100",
      "--from",
      "1.0.0",
      at("numberbox-arm64-1.2.0.raucb"),
    ];
    const { text, key } = await signChannel(args, NOW);
    const channel = openChannel(utf8(text), { suite: systemCrypto, keys: [fromBase64url(key)], serial: 6, now: NOW });
    expect(channel).toMatchObject({
      serial: 7,
      releases: [
        {
          ...{
            version: "1.2.0",
            compatible: "numberbox-arm64-mbr",
            url: "numberbox-arm64-1.2.0.raucb",
            size: 8,
            rollout: 100,
          },
          ...{ from: "1.0.0", notes: { en: "Better.", de: "Besser." } },
          sha256: Buffer.from(systemCrypto.sha256(utf8("a bundle"))).toString("hex"),
        },
      ],
    });
    expect(statSync(at("key")).mode & 0o777).toBe(0o600);
    expect((await signChannel(args, NOW)).key).toBe(key);
  });

  it("says of each bundle what holds for it alone: a new one by and by, and an older one on the way to it for all", async () => {
    writeFileSync(at("numberbox-arm64-2.0.0.raucb"), "a newer one");
    const newest = `${at("numberbox-arm64-2.0.0.raucb")},rollout=50,from=1.2.0,notes=${at("notes.json")}`;
    const { text, key } = await signChannel([...common(), newest, at("numberbox-arm64-1.2.0.raucb")], NOW);
    const channel = openChannel(utf8(text), { suite: systemCrypto, keys: [fromBase64url(key)], serial: 0, now: NOW });
    const taken = (version: string, place: number) =>
      chooseRelease(channel, { version, compatible: "numberbox-arm64-mbr", placeOf: () => place })?.version;
    expect([taken("1.0.0", 10), taken("1.0.0", 900), taken("1.2.0", 10), taken("1.2.0", 900)]).toEqual([
      ...["1.2.0", "1.2.0"],
      ...["2.0.0", undefined],
    ]);
    expect(channel.releases.map(({ notes }) => notes.en)).toEqual(["Better.", ""]);
    const refused = [",rollout=many", ",rollout=2000", ",from=x", ",days=3", ",", ",rollout="];
    for (const more of refused) {
      const bundle = `${at("numberbox-arm64-1.2.0.raucb")}${more}`;
      expect(await rejectionOf(signChannel([...common(), bundle], NOW)), more).toMatch(/^image\.(usage|bad_release)$/);
    }
  });

  it("is newer than the edition that it takes the place of, or every box would refuse it", async () => {
    const bundle = at("numberbox-arm64-1.2.0.raucb");
    const { text } = await signChannel([...common(), bundle], NOW);
    writeFileSync(at("channel.json"), text);
    expect(await rejectionOf(signChannel([...common(), bundle], NOW))).toBe("image.usage");
    const later = await signChannel(["--key", at("key"), "--serial", "8", "--out", at("channel.json"), bundle], NOW);
    expect(later.text).not.toBe(text);
    writeFileSync(at("channel.json"), "something else");
    expect(await rejectionOf(signChannel([...common(), bundle], NOW))).toBe("image.usage");
  });

  it("has a public key before there is one, so that an image can be built with it", async () => {
    const key = await publicKeyOf(at("key"));
    expect(statSync(at("key")).mode & 0o777).toBe(0o600);
    expect((await signChannel([...common(), at("numberbox-arm64-1.2.0.raucb")], NOW)).key).toBe(key);
  });

  it("is not made of what no box would read", async () => {
    writeFileSync(at("other.raucb"), "");
    writeFileSync(at("bad.json"), JSON.stringify({ de: "Besser." }));
    const bundle = at("numberbox-arm64-1.2.0.raucb");
    expect(await rejectionOf(signChannel([...common(), at("other.raucb")], NOW))).toBe("image.usage");
    expect(await rejectionOf(signChannel(common(), NOW))).toBe("image.usage");
    expect(await rejectionOf(signChannel([...common(), "--notes", at("bad.json"), bundle], NOW))).toBe(
      "image.bad_release",
    );
    expect(await rejectionOf(signChannel([...common(), "--rollout", "1001", bundle], NOW))).toBe("image.bad_release");
  });
});
