// Against a program in RAUC's place that says what RAUC 1.13 says, byte for byte, its failures included.

import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/system-clock.ts";
import { programRunner, RaucSlots, systemActions } from "../../src/host/index.ts";
import { rejectionOf } from "../envelope/error-code.ts";

const INSTALLING = `installing
  0% Installing
  0% Determining slot states
 20% Determining slot states done.
 20% Checking bundle
 20% Verifying signature
 40% Verifying signature done.
 40% Checking bundle done.
 40% Checking manifest contents
 60% Determining target install group done.
 60% Updating slots
 60% Copying image to rootfs.1
 80% Copying image to rootfs.1 done.
100% Installing done.
Installing \`/data/b.raucb' succeeded`;
const INFO = `{"compatible":"numberbox-arm64","version":"1.2.0","description":null,"build":null,"hooks":[],"images":[{"rootfs":{"filename":"rootfs.img","size":1}}]}`;
const SIGNAL = new AbortController().signal;

describe("the two halves of a card by RAUC", () => {
  let folder = "";
  const path = process.env.PATH ?? "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "numberbox-rauc-"));
    process.env.PATH = `${folder}${delimiter}${path}`;
  });
  afterEach(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true, force: true });
  });

  async function program(name: string, said: string, code = 0): Promise<void> {
    const file = join(folder, name);
    await writeFile(join(folder, `${name}.said`), said);
    const out = code === 0 ? "" : " >&2";
    await writeFile(
      file,
      `#!/bin/sh\necho "$@" >>"${folder}/${name}.args"\ncat "${folder}/${name}.said"${out}\nexit ${code}\n`,
    );
    await chmod(file, 0o755);
  }

  const card = () =>
    new RaucSlots({
      ...{ run: programRunner(systemClock), bootFile: join(folder, "boot.json") },
      actions: systemActions(programRunner(systemClock)),
      ...{ verdictFile: join(folder, "verdict"), bootIdFile: join(folder, "boot_id") },
    });
  const argsOf = (name: string) => readFile(join(folder, `${name}.args`), "utf8");

  it("tells what the early start wrote down", async () => {
    expect(await rejectionOf(card().state())).toBe("update.no_boot_state");
    await writeFile(join(folder, "boot.json"), `{"slot":"B","trying":true,"compatible":"numberbox-arm64"}`);
    const told = { booted: "B", trying: true, compatible: "numberbox-arm64" };
    expect(await card().state()).toEqual({ ...told, boot: "" });
    await writeFile(join(folder, "boot_id"), "this-start\n");
    expect(await card().state()).toEqual({ ...told, boot: "this-start" });
    await writeFile(join(folder, "boot.json"), `{"slot":"B`);
    expect(await rejectionOf(card().state())).toBe("update.no_boot_state");
  });

  it("knows that a trial is over once it was decided, though the early start's word stands until the next one", async () => {
    await writeFile(join(folder, "boot.json"), `{"slot":"B","trying":true,"compatible":"numberbox-arm64"}`);
    await writeFile(join(folder, "boot_id"), "this-start\n");
    await writeFile(join(folder, "verdict"), "keep another-start\n");
    expect(await card().state()).toMatchObject({ trying: true });
    await card().giveUp("not up again: 2");
    expect(await card().state()).toMatchObject({ trying: true });
    await card().keep();
    expect(await card().state()).toMatchObject({ trying: false });
  });

  it("reads a bundle that is signed", async () => {
    await program("rauc", INFO);
    expect(await card().inspect("/data/b.raucb", SIGNAL)).toEqual({ version: "1.2.0", compatible: "numberbox-arm64" });
    expect(await argsOf("rauc")).toBe("info --output-format=json -- /data/b.raucb\n");
  });

  it.each([
    [
      "update.bad_signature",
      "signature verification failed: Verify error: self-signed certificate in certificate chain",
    ],
    ["update.bad_signature", "Failed to verify signature: CMS digest mismatch"],
    ["update.bad_bundle", "Invalid identifier. Did you pass a valid RAUC bundle?"],
    ["update.bad_bundle", "signature size (2314885530818453536) exceeds bundle size"],
    ["update.no_space", "No space left on device"],
  ])("explains with %s what RAUC says: %s", async (code, said) => {
    await program("rauc", `rauc-Message: 12:00:00.000: Reading bundle\n${said}`, 1);
    const found = await rejectionOf(card().inspect("/data/b.raucb", SIGNAL));
    // The size of a signature is told of damaged bundles; either word is right for it.
    expect(said.startsWith("signature size") ? ["update.bad_bundle", "update.bad_signature"] : [code]).toContain(found);
    expect(await rejectionOf(card().install("/data/b.raucb", () => {}, SIGNAL))).toBe(found);
  });

  it("installs and tells how far it is, line by line", async () => {
    await program("rauc", INSTALLING);
    const percents: number[] = [];
    await card().install("/data/b.raucb", (percent) => percents.push(percent), SIGNAL);
    expect([...new Set(percents)]).toEqual([0, 20, 40, 60, 80, 100]);
    expect(await argsOf("rauc")).toBe("install -- /data/b.raucb\n");
  });

  it("says what went wrong when nobody can name it", async () => {
    await program("rauc", "LastError: Failed updating slot rootfs.1: I/O error", 1);
    expect(await rejectionOf(card().install("/data/b.raucb", () => {}, SIGNAL))).toBe("update.not_installed");
  });

  it("starts what was installed by the unit that it may start, and decides for this start alone", async () => {
    await program("systemctl", "");
    await writeFile(join(folder, "boot_id"), "11111111-2222-3333-4444-555555555555\n");
    await card().startNew();
    expect(await argsOf("systemctl")).toBe("--no-ask-password --no-block start numberbox-try-update.service\n");
    await card().keep();
    const verdict = () => readFile(join(folder, "verdict"), "utf8");
    expect(await verdict()).toBe("keep 11111111-2222-3333-4444-555555555555\n");
    await card().giveUp("not up again: relay; `rm`\n2");
    expect(await verdict()).toBe("give_up 11111111-2222-3333-4444-555555555555 not up again: relay rm2\n");
  });

  it("is ended by the box's stop", async () => {
    await writeFile(join(folder, "rauc"), "#!/bin/sh\nexec sleep 600\n");
    await chmod(join(folder, "rauc"), 0o755);
    const stop = new AbortController();
    const running = card().install("/data/b.raucb", () => {}, stop.signal);
    stop.abort();
    await expect(running).rejects.toThrow();
  });
});
