import { describe, expect, it } from "vitest";
import { days, hours } from "../../src/base/index.ts";
import { configSchema, parseBoxConfig, parseRelayConfig } from "../../src/config/index.ts";

function syntaxError(text: string): unknown {
  try {
    return parseBoxConfig(text, "box.yaml");
  } catch (error) {
    return error;
  }
}

describe("YAML that cannot be read", () => {
  it.each([
    ["a tab", "relay:\n\turl: http://a\n", 2],
    ["a broken indentation", "relay:\n   url: http://a\n  x: 1\n", 3],
    ["an open bracket", "slots: [\nrelay: {url: 'http://a'}\n", 1],
    ["a key twice", "log: {}\nlog: {}\n", 2],
    ["two documents", "relay: {url: 'http://a'}\n---\nrelay: 1\n", 2],
    ["a tag that nobody knows", "relay: !secret {url: 'http://a'}\n", 1],
  ])("for %s is told with its line", (_name, text, line) => {
    const error = syntaxError(text);
    expect(error).toMatchObject({ code: "config.syntax", context: { source: "box.yaml" } });
    expect(error).toMatchObject({ context: { line: expect.any(Number) } });
    expect(String(error)).toContain("box.yaml, line ");
    if (line !== 1) expect(error).toMatchObject({ context: { line } });
  });

  it.each([
    ["an alias to nothing", "relay: *nothing"],
    [
      "aliases that would fill the memory",
      "a: &a [1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]",
    ],
  ])("for %s is told without one", (_name, text) => {
    expect(syntaxError(text)).toMatchObject({ code: "config.syntax", context: { line: 0 } });
  });

  it("takes an alias that is one, and a byte order mark", () => {
    const text = "\uFEFFrelay: &r { url: 'http://a' }\nintake: {}\n";
    expect(parseBoxConfig(text, "box.yaml").relay?.url).toBe("http://a");
  });

  it("does not let __proto__ in", () => {
    expect(syntaxError("{ relay: { url: 'http://a' }, __proto__: { polluted: 1 } }")).toMatchObject({
      code: "config.invalid",
    });
    expect("polluted" in {}).toBe(false);
  });
});

describe("the relay's configuration", () => {
  const provider = { name: "box", verify: "A".repeat(43) };

  it("needs a provider; the rest has defaults", () => {
    expect(parseRelayConfig(JSON.stringify({ providers: [provider] }), "relay.yaml")).toMatchObject({
      listen: { host: "127.0.0.1", port: 8090 },
      providers: [provider],
      limits: { auth_per_minute: 10, forward_per_minute: 6000, read_per_minute: 120 },
      keep: days(7),
    });
    const keep = parseRelayConfig(JSON.stringify({ providers: [provider], keep: "1h" }), "relay.yaml").keep;
    expect(keep).toBe(hours(1));
  });

  it.each([
    ["no provider", { providers: [] }, "providers"],
    ["a key that is none", { providers: [{ name: "box", verify: "short" }] }, "providers.0.verify"],
    ["a limit of none", { providers: [provider], limits: { auth_per_minute: 0 } }, "limits.auth_per_minute"],
    ["a keeping of minutes", { providers: [provider], keep: "59m" }, "keep"],
    ["a key that it does not know", { providers: [provider], cluster: true }, "cluster"],
  ])("refuses %s", (_name, config, path) => {
    let message = "";
    try {
      parseRelayConfig(JSON.stringify(config), "relay.yaml");
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain(`\n  ${path}: `);
    expect(message).toContain("relay.yaml has 1 problem(s)");
  });
});

describe("configSchema", () => {
  it.each(["box", "relay"] as const)("of the %s is JSON Schema that names every setting, closed to others", (role) => {
    const schema = JSON.parse(JSON.stringify(configSchema(role)));
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    const parsed =
      role === "box"
        ? parseBoxConfig("relay: { url: 'http://a' }", "x")
        : parseRelayConfig(JSON.stringify({ providers: [{ name: "a", verify: "A".repeat(43) }] }), "x");
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(parsed)));
    expect(schema.required).toEqual(role === "box" ? undefined : ["providers"]);
    expect(JSON.stringify(schema)).toContain("description");
  });
});
