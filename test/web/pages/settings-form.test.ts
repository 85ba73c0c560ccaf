import { describe, expect, it } from "vitest";
import { settingsSchema } from "../../../src/config/index.ts";
import {
  blankOf,
  formOf,
  formsOf,
  isFound,
  isLive,
  kindOf,
  labelOf,
  patchOf,
  problemAt,
  type Schema,
  typedNumber,
  valueAt,
  withValue,
} from "../../../src/web/pages/settings-form.ts";

const schema = settingsSchema() as Schema;

/** Every setting of the box's schema, with its key. */
function everySetting(node: Schema, key: string): readonly (readonly [string, Schema])[] {
  const inner = [
    ...Object.entries(node.properties ?? {}),
    ...(node.items === undefined ? [] : [["", node.items] as const]),
    ...(formsOf(node) ?? []).map((form) => ["", form] as const),
    ...(typeof node.additionalProperties === "object" ? [["", node.additionalProperties] as const] : []),
  ];
  return [[key, node], ...inner.flatMap(([name, each]) => everySetting(each, name))];
}

describe("the form of the settings", () => {
  it("has a control for every setting that there is", () => {
    const others = everySetting(schema, "").filter(([key, node]) => kindOf(node, key) === "other");
    expect(others).toEqual([]);
  });

  it.each<[string, Schema, string]>([
    ["level", { type: "string", enum: ["a"] }, "choice"],
    ["password_file", { type: "string" }, "secret"],
    ["key_file", { type: "string" }, "text"],
    ["rules", { type: "array", items: { type: "string" } }, "texts"],
    ["presets", { type: "array", items: { type: "string", enum: ["a"] } }, "choices"],
    ["slots", { type: "array", items: { type: "object" } }, "list"],
    ["operators", { type: "object", additionalProperties: { type: "string" } }, "record"],
    ["listing", { anyOf: [{ const: false }] }, "forms"],
    ["version", { type: "number", const: 1 }, "fixed"],
  ])("shows %s as what it is", (key, node, kind) => {
    expect(kindOf(node, key)).toBe(kind);
  });

  it("asks for each changed setting alone, and for a list as a whole", () => {
    const before = { log: { level: "info" }, slots: [{ id: "a" }], web: { listen: "x" } };
    const after = { log: { level: "debug" }, slots: [{ id: "b" }], relay: { url: "u" } };
    expect(patchOf(before, after)).toEqual([
      { path: ["log", "level"], value: "debug" },
      { path: ["slots"], value: [{ id: "b" }] },
      { path: ["web"], delete: true },
      { path: ["relay"], value: { url: "u" } },
    ]);
    expect(patchOf(before, structuredClone(before))).toEqual([]);
  });

  it("puts a value where there was nothing, and takes one away", () => {
    const made = withValue({}, ["slots", 0, "port"], "p");
    expect(made).toEqual({ slots: [{ port: "p" }] });
    expect(withValue(made, ["slots", 0, "port"], undefined)).toEqual({ slots: [{}] });
    expect(valueAt(made, ["slots", 1, "port"])).toBeUndefined();
    expect(valueAt({}, ["__proto__", "x"])).toBeUndefined();
  });

  it("begins a new item with what it must have", () => {
    expect(blankOf(schema.properties?.lines?.items ?? {})).toEqual({ id: "", number: "" });
    expect(blankOf({ anyOf: [{ const: "off" }, { type: "object" }] })).toEqual({});
  });

  it("knows which of several forms a value has", () => {
    const forms: Schema[] = [
      { type: "boolean", const: false },
      { type: "object", properties: { kind: { const: "mail" } } },
      { type: "object", properties: { kind: { const: "telegram" } } },
    ];
    expect([false, { kind: "telegram" }, { kind: "mail" }, "x"].map((value) => formOf(forms, value))).toEqual([
      0, 2, 1, -1,
    ]);
  });

  it("finds a setting by its name, its words and what is below it", () => {
    const web = schema.properties?.web ?? {};
    expect(["listen", "tls proxy", "nonsense"].map((query) => isFound(web, "web", query))).toEqual([true, true, false]);
  });

  it("leaves what is no number to the box's judgement", () => {
    expect(["", " 12 ", "1.5", "1e3", "many"].map(typedNumber)).toEqual([undefined, 12, 1.5, "1e3", "many"]);
  });

  it("names settings as people read them", () => {
    expect(["rest_after_day", "sms_only", "url"].map(labelOf)).toEqual(["Rest after day", "SMS only", "URL"]);
  });

  it("tells a problem at its own setting only", () => {
    const problems = [{ path: ["slots", 0, "port"], message: "bad" }];
    expect(problemAt(problems, ["slots", 0, "port"])).toBe("bad");
    expect(problemAt(problems, ["slots", 0])).toBeNull();
  });

  it("knows what is taken in at once", () => {
    const live = ["log.level", "lines.*.sender_policy"];
    expect(
      [
        ["log", "level"],
        ["lines", 3, "sender_policy", "deny"],
        ["lines", 3],
      ].map((path) => isLive(live, path)),
    ).toEqual([true, true, false]);
  });
});
