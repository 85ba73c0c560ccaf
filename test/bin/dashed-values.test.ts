import { expect, it } from "vitest";
import { numberbox } from "./run-rig.ts";

it.each(["-V", "-h"])("a key that begins with %s is a value, not the program's own option", async (start) => {
  const keys = `${start}${"A".repeat(41)}:${"A".repeat(43)}`;
  const args = ["rental", "grant", "--line", "line-1", "--renter", keys, "--days", "1", "--data", "/nowhere"];
  const { code, err } = await numberbox(args);
  expect(code).toBe(1);
  expect(err).toMatch(/^(identity|app)\.[a-z_]+: /);
});
