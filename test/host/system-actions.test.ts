import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { AppError } from "../../src/base/index.ts";
import { SYSTEM_ACTIONS } from "../../src/core/index.ts";
import { noSystemActions, type ProgramRunner, systemActions, UNIT_ACTIONS } from "../../src/host/index.ts";
import { codeOf } from "../contract/box-store.ts";

const RULES = readFileSync(fileURLToPath(new URL("../../systemd/polkit/50-numberbox.rules", import.meta.url)), "utf8");

/** What polkit would say, by its own rules file. */
function allowed(user: string, unit: string, verb: string, id = "org.freedesktop.systemd1.manage-units"): boolean {
  type Rule = (action: unknown, subject: unknown) => unknown;
  const rules: Rule[] = [];
  const polkit = { Result: { YES: "yes" }, addRule: (rule: Rule) => rules.push(rule) };
  runInContext(RULES, createContext({ polkit }));
  const action = { id, lookup: (key: string) => (key === "unit" ? unit : key === "verb" ? verb : undefined) };
  return rules.some((rule) => rule(action, { user }) === "yes");
}

describe("what the box may ask of its machine", () => {
  it.each(SYSTEM_ACTIONS)("%s is what polkit lets its user do, and nobody else", (action) => {
    const { unit, verb } = UNIT_ACTIONS[action];
    expect(allowed("numberbox", unit, verb)).toBe(true);
    expect(allowed("numberbox-node-red", unit, verb)).toBe(false);
    expect(allowed("numberbox", unit, verb, "org.freedesktop.login1.reboot")).toBe(false);
  });

  it("is that alone: no other verb, no other unit", () => {
    const wanted = new Set(Object.values(UNIT_ACTIONS).map(({ unit, verb }) => `${verb} ${unit}`));
    const units = [...new Set(Object.values(UNIT_ACTIONS).map(({ unit }) => unit)), "ssh.service", "toString", ""];
    const verbs = ["start", "stop", "restart", "reload", "kill", "set-property", "length"];
    const all = units.flatMap((unit) => verbs.map((verb) => [unit, verb] as const));
    const may = all.filter(([unit, verb]) => allowed("numberbox", unit, verb)).map(([unit, verb]) => `${verb} ${unit}`);
    expect(new Set(may)).toEqual(wanted);
  });

  it("is asked of systemd without waiting for it, and never with a question for a password", async () => {
    const asked: string[] = [];
    const run: ProgramRunner = ({ program, args }) => {
      asked.push([program, ...args].join(" "));
      return Promise.resolve("");
    };
    await systemActions(run).perform("reboot");
    expect(asked).toEqual(["systemctl --no-ask-password --no-block start numberbox-reboot.service"]);
  });

  it("says what is missing where it may not", async () => {
    const refused = new AppError("host.program_failed", "systemctl ended with 1: Access denied");
    expect(await codeOf(systemActions(() => Promise.reject(refused)).perform("reboot"))).toBe("host.not_allowed");
    const gone = new AppError("host.no_program", "systemctl cannot be run");
    expect(await codeOf(systemActions(() => Promise.reject(gone)).perform("reboot"))).toBe("host.no_program");
    expect(await codeOf(noSystemActions.perform("power_off"))).toBe("host.not_appliance");
  });
});
