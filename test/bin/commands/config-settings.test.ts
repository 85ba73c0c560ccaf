import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRunner } from "../../app/settings-rig.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { numberbox } from "../run-rig.ts";

const TEXT = '# mine\nweb: { listen: "127.0.0.1:0" }\nslots: # two\n  - { id: a, port: /dev/a }\n';

function folderWith(text: string): string {
  const data = tempFolder();
  writeFileSync(join(data, "box.yaml"), text);
  return data;
}

const textOf = (data: string): string => readFileSync(join(data, "box.yaml"), "utf8");

describe("numberbox config, of a box that does not run", () => {
  it("reads what is set and what is not, and says when there is nothing", async () => {
    const data = folderWith(TEXT);
    const get = (...path: string[]) => numberbox(["config", "get", ...path, "--data", data]);
    expect((await get("slots.0.port")).out).toBe("/dev/a\n");
    expect((await get("intake.part_timeout")).out).toBe("10m\n");
    expect(JSON.parse((await get()).out)).toMatchObject({ ussd: { per_hour: 20 } });
    expect(await get("relay.url")).toMatchObject({ code: 1, err: expect.stringMatching(/^settings\.not_set/) });
    expect(existsSync(join(data, "settings-history"))).toBe(false);
  });

  it("changes the file, keeps its comments, lists what was, and goes back", async () => {
    const data = folderWith(TEXT);
    const config = (...args: string[]) => numberbox(["config", ...args, "--data", data]);
    const changed = await config("set", "web.names", "[one.example, two.example]");
    expect(changed).toMatchObject({ code: 0, out: expect.stringMatching(/^@@ .*\n.*\+web: \{.*names/s) });
    expect(textOf(data)).toMatch(/^# mine\n.*# two/s);
    expect((await config("set", "log.level", "warn")).code).toBe(0);
    expect((await config("history")).out.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^ +3 \* .*command line: log\.level$/),
      expect.stringMatching(/^ +2 {3}.*web\.names$/),
      expect.stringMatching(/^ +1 .*file: as it was found$/),
    ]);
    expect((await config("undo")).out).toBe("The version before is back.\n");
    expect((await config("get", "log.level")).out).toBe("info\n");
    await config("undo", "1");
    expect(textOf(data)).toBe(TEXT);
    expect((await config("unset", "slots")).code).toBe(0);
    expect((await config("get", "slots")).out).toBe("[]\n");
    expect(existsSync(join(data, "box.lock"))).toBe(false);
  });

  it("takes a price as the text that it is", async () => {
    const data = folderWith("emercoin: { cookie_file: c }\n");
    await numberbox(["config", "set", "payments.randpay.target", "2.50", "--data", data]);
    expect(textOf(data)).toContain('target: "2.50"');
  });

  it.each([
    [["set", "web.listen", "nowhere"], /^settings\.invalid: .*web\.listen: host:port/s],
    [["set", "colour", "blue"], /^settings\.invalid: .*colour: unknown key/s],
    [["set", "slots.7.port", "/dev/x"], /^settings\.bad_path/],
    [["undo", "99"], /^settings\.unknown_version/],
    [["undo", "x"], /^settings\.unknown_version/],
    [["undo"], /^settings\.nothing_to_undo/],
  ])("refuses %j and changes nothing", async (args, wanted) => {
    const data = folderWith(TEXT);
    const { code, err } = await numberbox(["config", ...args, "--data", data]);
    expect(code).toBe(1);
    expect(err).toMatch(wanted);
    expect(textOf(data)).toBe(TEXT);
  });

  it("does not restart what does not run", async () => {
    const { code, err } = await numberbox(["restart", "--data", folderWith(TEXT)]);
    expect([code, err]).toEqual([1, expect.stringMatching(/^box\.cannot_restart/)]);
  });
});

describe("numberbox config, of a box that runs", () => {
  it("changes it, tells what waits, and restarts it", async () => {
    const rig = openRunner(TEXT);
    await rig.runner.start();
    const config = (...args: string[]) => numberbox(["config", ...args, "--data", rig.folder]);
    expect((await config("set", "intake.max_batch", "9")).out).toMatch(/Some of it waits for `numberbox restart`\.\n$/);
    expect((await config("diff")).out).toBe("waits    intake.max_batch\n");
    expect((await numberbox(["restart", "--data", rig.folder])).out).toBe("The box restarts.\n");
    await rig.runner.restart();
    expect((await config("diff")).out).toBe("The box uses what the file says.\n");
    expect((await config("history")).out).toContain("token:local: intake.max_batch");
    expect((await config("undo")).code).toBe(0);
    expect(rig.text()).toBe(TEXT);
  });
});
