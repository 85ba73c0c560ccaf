import { expect, it } from "vitest";
import { torture } from "./torture-run.ts";

it("8 kills of box and relay under a stream of SMS: each is read exactly once, in order (500 by `npm run torture`)", async () => {
  const seed = `ci-${process.pid}`;
  const result = await torture({ kills: 8, seed, slots: 4, say: (text) => console.log(`torture: ${text}`) });
  expect(result.sent).toBeGreaterThan(30);
  expect({ ...result, kills: null, sent: null, read: null }, `seed ${seed}`).toEqual({
    kills: null,
    sent: null,
    read: null,
    lost: [],
    doubled: [],
    disordered: [],
    other: [],
  });
}, 900_000);
