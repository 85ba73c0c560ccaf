import { expect, it } from "vitest";
import { keepsExpectations } from "../../src/jetstream/link.ts";

it.each([
  ["2.9.10", false],
  ["2.9.99-beta.1", false],
  ["v1.4.0", false],
  ["2.10.0", true],
  ["2.10.27", true],
  ["2.15.1", true],
  ["3.0.0", true],
  ["nightly", true],
  [undefined, true],
])("a server of version %s keeps what a write expects: %s", (version, keeps) =>
  expect(keepsExpectations(version)).toBe(keeps),
);
