// What a build is asked for, and what becomes of it in the image and beside it.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { factorySettings } from "../../os-image/lib/factory-settings.ts";
import { imagerEntry } from "../../os-image/lib/outputs.ts";
import { readSettings } from "../../os-image/lib/settings.ts";
import { parseBoxConfig } from "../../src/config/index.ts";

const KEY = "c4wwXMpM8lA6Wbz4Kw5I-Yj_SNCzbadVJsM0MXmL8xI";
const OTHER = "A".repeat(43);
const CHANNEL = "https://example.org/numberbox/channel.json";
const OWN = readFileSync(fileURLToPath(new URL("../../systemd/conf/box.yaml", import.meta.url)), "utf8");
const read = (...argv: readonly string[]) => readSettings(argv, {});

describe("the channel of a build", () => {
  it("becomes what a new box asks for updates, beside its own settings", () => {
    const settings = read("--channel", CHANNEL, "--channel-key", KEY, "--channel-key", OTHER);
    expect(settings?.channel).toEqual({ url: CHANNEL, keys: [KEY, OTHER] });
    const config = parseBoxConfig(factorySettings(OWN, settings?.channel ?? null), "box.yaml");
    expect(config.updates).toMatchObject({ channel: CHANNEL, keys: [KEY, OTHER] });
    expect(config.host.appliance).toBe(true);
  });

  it("takes a key that begins with a dash, as one of 64 does", () => {
    const key = `-${KEY.slice(1)}`;
    expect(read("--channel", CHANNEL, `--channel-key=${key}`)?.channel?.keys).toEqual([key]);
  });

  it("is none unless it was named: the settings are as they are", () => {
    expect(read()?.channel).toBeNull();
    expect(factorySettings(OWN, null)).toBe(OWN);
  });

  it("ends with a line of its own, also where an address looks like more", () => {
    const text = factorySettings(OWN, { url: "https://example.org/a'b: {c}", keys: [KEY] });
    expect(text.slice(OWN.length)).toBe(`updates: {"channel":"https://example.org/a'b: {c}","keys":["${KEY}"]}\n`);
  });

  it.each([
    [["--channel", CHANNEL]],
    [["--channel-key", KEY]],
    [["--channel", "http://example.org/c.json", "--channel-key", KEY]],
    [["--channel", "nonsense", "--channel-key", KEY]],
    [["--channel", "https://a:b@example.org/", "--channel-key", KEY]],
    [["--channel", CHANNEL, "--channel-key", "short"]],
  ])("is refused where no box would take it: %j", (argv) => {
    expect(() => read(...argv)).toThrow(expect.objectContaining({ code: "image.usage" }));
  });
});

describe("the entry for Raspberry Pi Imager", () => {
  const facts = {
    ...{ version: "1.2.0", epoch: 1_800_000_000, file: "numberbox-arm64.img.zst" },
    sums: { disk: "a".repeat(64), file: "b".repeat(64), diskSize: 2000, size: 1000 },
  };
  const urlOf = (argv: readonly string[]): unknown => {
    const baseUrl = read(...argv)?.baseUrl ?? null;
    const { os_list: list }: { os_list: { url: string }[] } = JSON.parse(imagerEntry({ ...facts, baseUrl }));
    return list[0]?.url;
  };

  it("names where the image is going to be", () => {
    const url = "https://example.org/numberbox/numberbox-arm64.img.zst";
    expect(urlOf(["--base-url", "https://example.org/numberbox"])).toBe(url);
    expect(urlOf(["--base-url", "https://example.org/numberbox/"])).toBe(url);
    expect(urlOf([])).toBe("numberbox-arm64.img.zst");
    expect(JSON.parse(imagerEntry({ ...facts, baseUrl: null })).os_list[0]).toMatchObject({
      ...{ name: "Numberbox 1.2.0", extract_size: 2000, extract_sha256: "a".repeat(64) },
      ...{ image_download_size: 1000, image_download_sha256: "b".repeat(64), release_date: "2027-01-15" },
    });
  });

  it("offers the boards to choose from, without which Imager 2 goes no further, each with the image for it", () => {
    const { imager, os_list: list } = JSON.parse(imagerEntry({ ...facts, baseUrl: null }));
    const tags = imager.devices.flatMap((each: { tags: string[] }) => each.tags);
    expect(tags).toEqual(["pi5-64bit", "pi4-64bit", "pi3-64bit"]);
    expect(list[0].devices).toEqual(tags);
    // As doc/json-schema of rpi-imager asks for.
    for (const device of imager.devices) {
      expect(device).toMatchObject({ name: expect.stringMatching(/^Raspberry Pi /), description: expect.any(String) });
      expect(["exclusive", "inclusive"]).toContain(device.matching_type);
    }
  });

  it.each(["nonsense", "ftp://example.org/", "https://example.org/?a=b", "https://a:b@example.org/"])(
    "is refused at %s",
    (url) => {
      expect(() => read("--base-url", url)).toThrow(expect.objectContaining({ code: "image.usage" }));
    },
  );
});
