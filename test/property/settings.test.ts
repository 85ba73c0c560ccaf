// Settings under every sequence of changes: the file always is a configuration, what nobody touched keeps its words, the way back is
// exact, and a power cut leaves the old file or the new one.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SettingsService } from "../../src/app/index.ts";
import { hasCode } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import {
  changedPaths,
  checkBoxText,
  editYaml,
  maskSecrets,
  parseYaml,
  type SettingChange,
  unifiedDiff,
  unmask,
  valueAt,
  withValue,
} from "../../src/config/index.ts";
import { MemorySettingsFiles, PowerCut } from "../app/memory-settings-files.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const TEXT = `# head of the file

# about log
log:
  level: info # loud enough
# about slots
slots:
  # slot a
  - id: a
    port: /dev/a # its port
  # slot b
  - { id: b, port: "/dev/b" } # in braces
# about lines
lines:
- id: l
  number: '+15550100'
  # where it is
  slot: a
# about intake
intake: { max_batch: 5, sender_policy: { deny: [SPAM, "*ads"] } } # flow
# about web
web:
  names:
    - one.example
    - two.example
# end
`;
const FILE = "/data/box.yaml";
/** What belongs to each section, to the last blank. */
const SECTIONS = TEXT.split(/^(?=# about )/m)
  .slice(1)
  .map((text) => ({ name: /^# about (\w+)/.exec(text)?.[1] ?? "", text: text.replace("# end\n", "") }));

const id = fc.stringMatching(/^[a-z][a-z0-9._-]{0,5}$/);
const port = fc.constantFrom("/dev/a", "/dev/b", "/dev/c", "usb:1-1.4");
const words = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    "yes",
    "null",
    "1e3",
    "- x",
    "a: b",
    "# c",
    "~",
    "'",
    '"',
    "\n",
    "a\nb",
    "*x",
    "&x",
    "!x",
    "[",
    "{",
    "%",
    "@",
  ),
);

const goodChange: fc.Arbitrary<SettingChange> = fc.oneof(
  fc.record({ path: fc.constant(["log", "level"]), value: fc.constantFrom("debug", "warn", undefined) }),
  fc.record({
    path: fc.constant(["intake", "max_batch"]),
    value: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
  }),
  fc.record({ path: fc.constant(["web", "names"]), value: fc.array(id, { maxLength: 4 }) }),
  fc.record({
    path: fc.constant(["slots"]),
    value: fc.uniqueArray(fc.record({ id, port }), { maxLength: 4, selector: (slot) => slot.id }),
  }),
  fc.record({ path: fc.constant(["relay"]), value: fc.constantFrom({ url: "https://relay.example" }, undefined) }),
  fc.record({ path: fc.constant(["lines"]), value: fc.constantFrom([], undefined) }),
);

/** Not all of them make sense; each is put where it is asked for all the same. */
const anyChange: fc.Arbitrary<SettingChange> = fc.oneof(
  goodChange,
  fc.record({ path: fc.constant(["unknown", "deep", "er"]), value: words }),
  fc.record({ path: fc.constant(["web", "names", 0]), value: words }),
  fc.record({ path: fc.constant(["slots", 1, "port"]), value: fc.oneof(words, fc.constant(undefined)) }),
  fc.record({ path: fc.constant(["lines", 0]), value: fc.dictionary(id, words, { maxKeys: 3 }) }),
  fc.record({ path: fc.constant(["intake", "sender_policy", "deny"]), value: fc.array(words, { maxLength: 4 }) }),
  fc.record({ path: fc.constant(["boards"]), value: fc.jsonValue({ maxDepth: 3 }) }),
);

/** Null where the change is refused: its place is not there any more. */
function edited(text: string, change: SettingChange): string | null {
  try {
    return editYaml(text, [change]);
  } catch (error) {
    if (hasCode(error, "settings.bad_path")) return null;
    throw error;
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a configuration file", () => {
  it("says after any changes what it was told, and keeps the words about what was not touched", () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 6 }), (changes) => {
        let [text, values] = [TEXT, parseYaml(TEXT, "the test")];
        const touched = new Set<string>();
        for (const change of changes) {
          const next = edited(text, change);
          if (next === null) continue;
          touched.add(String(change.path[0]));
          const gone = change.value === undefined && valueAt(values, change.path) === undefined;
          if (!gone) values = withValue(values, change.path, change.value);
          text = next;
          expect(changedPaths(plain(values), plain(parseYaml(text, "the test")))).toEqual([]);
        }
        const kept = { log: "loud enough", slots: "its port", intake: "# flow", lines: "where it is", web: "# end" };
        for (const [section, comment] of Object.entries(kept))
          if (!touched.has(section)) expect(text).toContain(comment);
        for (const section of SECTIONS) if (!touched.has(section.name)) expect(text).toContain(section.text);
        expect(text).toContain("# head of the file");
      }),
      { numRuns: 150 },
    );
  });

  it("is the same byte for byte where a change changes nothing", () => {
    for (const path of [["log", "level"], ["slots"], ["lines"], ["intake"], ["web"]]) {
      const value = valueAt(parseYaml(TEXT, "the test"), path);
      expect(editYaml(TEXT, [{ path, value }])).toBe(TEXT);
    }
  });

  it("is judged, whatever stands in it, without an exception", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 200 }),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const { config, problems } = checkBoxText(text);
          expect(config === null).toBe(problems.length > 0);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("a difference", () => {
  const lines = fc
    .array(fc.constantFrom("a", "b", "c", "d: 1", ""), { maxLength: 30 })
    .map((list) => list.map((line) => `${line}\n`).join(""));

  it("leads from one text to the other", () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = unifiedDiff(before, after);
        expect(diff === "").toBe(before === after);
        expect(applied(before, diff)).toBe(after);
      }),
      { numRuns: 150 },
    );
  });

  it("and a text that is shown never hold a secret; sent back, the text is what it was", () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9 !$%&()*+.;=?^_~-]{6,20}$/).filter((text) => text.trim() === text);
    fc.assert(
      fc.property(secret, (hidden) => {
        const text = `emercoin:\n  url: http://x\n  socks5: socks5://me:Q${hidden}Q@host:1\nother: { api_token: "Q${hidden}Q", a: 1 }\n`;
        const shown = maskSecrets(text);
        expect(shown).not.toContain(`Q${hidden}Q`);
        expect(unifiedDiff("", text)).not.toContain(`Q${hidden}Q`);
        expect(unmask(shown, text)).toBe(text);
        expect(unmask(`${shown}x: "[secret]"\n`, text)).toBeNull();
      }),
    );
  });
});

/** Applies a unified diff. */
function applied(before: string, diff: string): string {
  const source = before === "" ? [] : before.replace(/\n$/, "").split("\n");
  const out: string[] = [];
  let at = 0;
  for (const line of diff === "" ? [] : diff.split("\n")) {
    const hunk = /^@@ -(\d+),(\d+) /.exec(line);
    if (hunk !== null) {
      const from = Number(hunk[1]) - (hunk[2] === "0" ? 0 : 1);
      out.push(...source.slice(at, from));
      at = from;
    } else if (line.startsWith("+")) out.push(line.slice(1));
    else {
      expect(line.slice(1)).toBe(source[at]);
      if (line.startsWith(" ")) out.push(line.slice(1));
      at++;
    }
  }
  out.push(...source.slice(at));
  return out.map((line) => `${line}\n`).join("");
}

function open(files: MemorySettingsFiles): SettingsService {
  return new SettingsService({
    clock: new VirtualClock(),
    suite: systemCrypto,
    files,
    file: FILE,
    dataFolder: "/data",
  });
}

async function started(text = TEXT): Promise<{ files: MemorySettingsFiles; settings: SettingsService }> {
  const files = new MemorySettingsFiles();
  files.files.set(FILE, text);
  const settings = open(files);
  await settings.open();
  return { files, settings };
}

const patchOf = (changes: readonly SettingChange[]) =>
  changes.map(({ path, value }) =>
    value === undefined ? { path: [...path], delete: true as const } : { path: [...path], value },
  );

describe("the settings", () => {
  it("always leave a configuration, whatever is asked, and undo gives back the very same text", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyChange, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
        async (rounds) => {
          const { files, settings } = await started();
          for (const changes of rounds) {
            const before = files.files.get(FILE);
            const request = { change: { patch: patchOf(changes) }, revision: null, by: "owner" };
            const done = await settings.apply(request).then(
              () => true,
              (error) => {
                if (!/^settings\.(invalid|bad_path)$/.test(error.code)) throw error;
                return false;
              },
            );
            const after = files.files.get(FILE) ?? "";
            expect(checkBoxText(after).problems).toEqual([]);
            if (!done) expect(after).toBe(before);
            if (after === before) continue;
            await settings.undo({ revision: null, by: "owner" });
            expect(files.files.get(FILE)).toBe(before);
            await settings.apply(request);
            expect(files.files.get(FILE)).toBe(after);
          }
          expect((await settings.history()).versions.length).toBeLessThanOrEqual(30);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("are the old or the new after a power cut at any step of a change, and go on from there", async () => {
    const change = { patch: [{ path: ["log", "level"], value: "debug" }] };
    let cuts = 0;
    for (let step = 0; ; step++) {
      const { files, settings } = await started();
      files.cutIn = step;
      const result = await settings.apply({ change, revision: null, by: "owner" }).catch((error: unknown) => error);
      files.cutIn = null;
      const text = files.files.get(FILE) ?? "";
      expect([TEXT, editYaml(TEXT, change.patch)]).toContain(text);
      const again = open(files);
      await again.open();
      await again.apply({ change: { patch: [{ path: ["ussd", "per_hour"], value: 7 }] }, revision: null, by: "owner" });
      await again.undo({ revision: null, by: "owner" });
      expect(files.files.get(FILE)).toBe(text);
      if (!(result instanceof PowerCut)) break;
      cuts++;
    }
    expect(cuts).toBeGreaterThanOrEqual(4);
  });

  it("keep 30 versions, and let go of the oldest", async () => {
    const { settings } = await started();
    for (let n = 1; n <= 40; n++) {
      const patch = [{ path: ["ussd", "per_hour"], value: n }];
      await settings.apply({ change: { patch }, revision: null, by: "owner" });
    }
    const { versions } = await settings.history();
    expect(versions).toHaveLength(30);
    expect(versions[0]).toMatchObject({ current: true, by: "owner", summary: "ussd.per_hour" });
  });

  it("take one of two changes that were made for the same version", async () => {
    const { settings } = await started();
    const { revision } = await settings.view();
    const level = (value: string) =>
      settings.apply({ change: { patch: [{ path: ["log", "level"], value }] }, revision, by: value });
    const results = await Promise.allSettled([level("debug"), level("error"), level("warn")]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    const refused = results.filter((each) => each.status === "rejected").map((each) => each.reason.code);
    expect(refused).toEqual(["settings.conflict", "settings.conflict"]);
    expect((await settings.view()).values).toMatchObject({ log: { level: "debug" } });
  });

  it("tell a change that was made in the file itself", async () => {
    const { files, settings } = await started();
    files.files.set(FILE, TEXT.replace("level: info", "level: warn"));
    await settings.apply({
      change: { patch: [{ path: ["ussd", "per_hour"], value: 9 }] },
      revision: null,
      by: "owner",
    });
    const { versions } = await settings.history();
    expect(versions.map(({ by, summary }) => [by, summary])).toEqual([
      ["owner", "ussd.per_hour"],
      ["file", "changed outside of the console"],
      ["file", "as it was found"],
    ]);
  });

  it("do not send masks into the file", async () => {
    const { files, settings } = await started(
      "web: { names: [a] }\nemercoin: { cookie_file: c, socks5: 'socks5://u:hunter2@h:1' }\n",
    );
    const view = await settings.view();
    expect(JSON.stringify(view)).not.toContain("hunter2");
    const emercoin = valueAt(view.values, ["emercoin"]);
    const change = { patch: patchOf([{ path: ["emercoin"], value: withValue(emercoin, ["wallet"], "w") }]) };
    await settings.apply({ change, revision: null, by: "owner" });
    expect(files.files.get(FILE)).toContain("socks5://u:hunter2@h:1");
    const bad = { patch: [{ path: ["emercoin", "socks5"], value: "socks5://u:[secret]@other:1" }] };
    await expect(settings.apply({ change: bad, revision: null, by: "owner" })).rejects.toMatchObject({
      code: "settings.bad_path",
    });
  });
});
