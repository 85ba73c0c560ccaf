import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { publicKeyOf, signChannel } from "../../os-image/channel.ts";
import { fromBase64url, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { openChannel } from "../../src/core/index.ts";
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
