import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { numberbox } from "./run-rig.ts";

describe("numberbox", () => {
  it.each([[["--help"]], [["rental", "--help"]], [["renter", "inbox", "--help"]], [["--version"]]])(
    "%j prints to standard output and ends with 0",
    async (args) => {
      const { code, out, err } = await numberbox(args);
      expect([code, err]).toEqual([0, ""]);
      expect(out.length).toBeGreaterThan(4);
    },
  );

  it("names all its commands in the help, and its version", async () => {
    const { out } = await numberbox(["--help"]);
    const commands = [
      "demo",
      "start",
      "relay",
      "rental",
      "slots",
      "lines",
      "renter",
      "sms",
      "ptool",
      "simulate",
      "config",
    ];
    for (const command of commands) expect(out).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect((await numberbox(["--version"])).out).toBe(`${manifest.version}\n`);
  });

  it.each([
    [[]],
    [["frobnicate"]],
    [["start", "--config"]],
    [["rental", "grant", "--line", "a"]],
    [["rental", "grant", "--line", "a", "--renter", "k", "--days", "0"]],
    [["rental", "grant", "--line", "a", "--renter", "k", "--days", "1.5"]],
    [["rental", "grant", "--line", "a", "--renter", "k", "--days", "1", "--envelope", "3"]],
    [["slots", "--colour"]],
    [["config", "check"]],
    [["config", "schema", "--role", "renter"]],
  ])("%j is wrong usage: it says so on standard error and ends with 2", async (args) => {
    const { code, out, err } = await numberbox(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err.length).toBeGreaterThan(10);
  });

  it("tells an error as code, message and next step, and ends with 1", async () => {
    const { code, out, err } = await numberbox(["rental", "list", "--data", join(tempFolder(), "none")]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^app\.not_running: no box runs on the data folder .*\n {2}Start it first, or name its folder/);
  });

  it("tells a fault of its own as such, without a stack", async () => {
    const onOut = (): void => {
      throw new TypeError("odd");
    };
    const { code, err } = await numberbox(["config", "schema"], { onOut });
    expect(code).toBe(1);
    expect(err).toBe("bin.unexpected: odd\n  This is a fault of the program; please report it with what you did.\n");
  });

  it("takes the data folder from --data, else from NUMBERBOX_DATA, else the usual one", async () => {
    const [one, two] = [tempFolder(), tempFolder()];
    const env = { NUMBERBOX_DATA: two };
    expect((await numberbox(["slots", "--data", one], { env })).err).toContain(one);
    expect((await numberbox(["slots"], { env })).err).toContain(two);
    expect((await numberbox(["slots"])).err).toContain("/var/lib/numberbox");
  });
});

describe("numberbox config", () => {
  function file(text: string): string {
    const path = join(tempFolder(), "config.yaml");
    writeFileSync(path, text);
    return path;
  }

  it("check says that a file is good, for either role", async () => {
    const box = file("relay: { url: 'https://relay.example' }");
    expect(await numberbox(["config", "check", box])).toEqual({ code: 0, out: `${box} is good.\n`, err: "" });
    const relay = file(`providers: [{ name: box, verify: ${"A".repeat(43)} }]`);
    expect((await numberbox(["config", "check", relay, "--role", "relay"])).code).toBe(0);
    expect((await numberbox(["config", "check", relay])).code).toBe(1);
  });

  it("check lists what is wrong", async () => {
    const path = file("relay: { url: 'https://relay.example' }\ncolour: blue\nweb: { listen: here }\n");
    const { code, err } = await numberbox(["config", "check", path]);
    expect(code).toBe(1);
    expect(err).toContain(`config.invalid: ${path} has 2 problem(s):\n  web.listen: host:port`);
    expect(err).toContain("\n  colour: unknown key\n");
    expect(err).toContain("config schema");
  });

  it("check names the line that cannot be read, and a file that is not there", async () => {
    const path = file("relay:\n\turl: x\n");
    expect((await numberbox(["config", "check", path])).err).toMatch(/^config\.syntax: .*line 2/);
    expect((await numberbox(["config", "check", "/nowhere/at/all"])).err).toMatch(/^config\.unreadable: .*ENOENT/);
  });

  it("schema prints JSON Schema", async () => {
    for (const role of ["box", "relay"]) {
      const { code, out } = await numberbox(["config", "schema", "--role", role]);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ type: "object" });
    }
  });
});
