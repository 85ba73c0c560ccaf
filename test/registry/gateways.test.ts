import { expect, it } from "vitest";
import { gatewaysOf } from "../../src/registry/index.ts";

it.each([
  ["https://relay.example", ["https://relay.example"]],
  ["https://relay.example:8443/numberbox/", ["https://relay.example:8443/numberbox"]],
  ["http://abcdefghijklmnop.onion", ["http://abcdefghijklmnop.onion"]],
  ["http://relay.example", []],
  ["javascript:alert(1)", []],
  ["data:text/html,x", []],
  ["https://user:pass@relay.example", []],
  ["https://relay.example/?to=elsewhere", []],
  ["https://relay.example/#part", []],
  [`https://relay.example/${"a".repeat(300)}`, []],
  ["relay.example", []],
])("of the endpoint %j only an address that is safe to lead to is taken", (https, expected) => {
  expect(gatewaysOf({ gateway_endpoints: { https } })).toEqual(expected);
});

it("a record without endpoints names no relay", () => {
  expect([gatewaysOf({}), gatewaysOf({ gateway_endpoints: {} })]).toEqual([[], []]);
});
