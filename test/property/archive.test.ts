import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameProblem } from "../../src/archive/index.ts";
import { concatBytes } from "../../src/base/index.ts";
import { basics, build, type File, memorySink, read } from "../archive/archive-rig.ts";
import { rejectionOf } from "../envelope/error-code.ts";

const REFUSALS = [
  "archive.damaged",
  "archive.truncated",
  "archive.wrong_passphrase",
  "archive.not_archive",
  "archive.newer_version",
];
const large: File = { name: "data/large", kind: "data", bytes: new Uint8Array(150_000).map((_, at) => at % 253) };

describe("a backup", () => {
  it("with any bit flipped is refused", async () => {
    const archive = await build([...basics, large]);
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length * 8 - 1), async (bit) => {
        const flipped = archive.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(REFUSALS).toContain(await rejectionOf(read(flipped)));
      }),
      { numRuns: 80 },
    );
    // The head has many meanings for few bytes: all of its bits.
    for (let bit = 0; bit < 260 * 8; bit += 7) {
      const flipped = archive.slice(0, 5000);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(REFUSALS).toContain(await rejectionOf(read(flipped)));
    }
  });

  it("that ends anywhere else is refused", async () => {
    const archive = await build([...basics, large]);
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), async (length) => {
        expect(REFUSALS).toContain(await rejectionOf(read(archive.subarray(0, length))));
      }),
      { numRuns: 50 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100_000 }), async (more) => {
        expect(REFUSALS).toContain(await rejectionOf(read(concatBytes(archive, more))));
      }),
      { numRuns: 30 },
    );
  });

  it("with two pieces exchanged is refused", async () => {
    const archive = await build([...basics, large]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(archive.length - 1),
        fc.nat(archive.length - 1),
        fc.integer({ min: 1, max: 70_000 }),
        async (a, b, n) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const length = Math.min(n, high - low, archive.length - high);
          const other = archive.slice();
          other.set(archive.subarray(high, high + length), low);
          other.set(archive.subarray(low, low + length), high);
          fc.pre(!other.every((byte, at) => byte === archive[at]));
          expect(REFUSALS).toContain(await rejectionOf(read(other)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("gives back any files under any pieces", async () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/).map((text) => `data/${text}`);
    const file = fc.record({ name, kind: fc.constant("data" as const), bytes: fc.uint8Array({ maxLength: 70_000 }) });
    const files = fc.uniqueArray(file, { selector: (each) => each.name, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 100, max: 200_000 }), async (given, pieces) => {
        const sink = memorySink();
        await read(await build([...basics, ...given]), { pieces, sink });
        for (const each of given) expect(sink.files.get(each.name)).toEqual(each.bytes);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a name in a backup", () => {
  it("that is allowed never leads out of the folder it is put under", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (name) => {
        if (nameProblem(name) !== null) return;
        expect(
          name.startsWith("/") || name.split("/").some((part) => part === "" || part === "." || part === ".."),
        ).toBe(false);
        expect(name).not.toMatch(/[\\\0]/);
      }),
      { numRuns: 5000 },
    );
  });
});
