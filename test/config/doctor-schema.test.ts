import { describe, expect, it } from "vitest";
import { parseBoxConfig } from "../../src/config/index.ts";

const parse = (doctor?: object) =>
  parseBoxConfig(
    JSON.stringify({ relay: { url: "http://127.0.0.1:9" }, ...(doctor === undefined ? {} : { doctor }) }),
    "test",
  ).doctor;
const invalid = expect.objectContaining({ code: "config.invalid" });

describe("the section doctor", () => {
  it("names units of the box's own neighbours, and no service", () => {
    expect(parse()).toEqual({ services: [], units: expect.arrayContaining(["asterisk.service", "mosquitto.service"]) });
    expect(parse({ units: [] }).units).toEqual([]);
  });

  it("takes addresses by TCP and HTTP", () => {
    const services = [
      { name: "drachtio", url: "tcp://127.0.0.1:9022" },
      { name: "Asterisk", url: "https://pbx.example/ari" },
    ];
    expect(parse({ services }).services).toEqual(services);
  });

  it.each([
    ["a password in an address", { services: [{ name: "a", url: "http://me:secret@host/" }] }],
    ["TCP without a port", { services: [{ name: "a", url: "tcp://host" }] }],
    ["another kind of address", { services: [{ name: "a", url: "file:///etc/passwd" }] }],
    ["a name twice", { services: [1, 2].map((port) => ({ name: "a", url: `tcp://host:${port}` })) }],
    ["an option as a unit", { units: ["--host=evil.service"] }],
    ["what is no unit", { units: ["asterisk"] }],
  ])("refuses %s", (_, section) => expect(() => parse(section)).toThrow(invalid));
});
