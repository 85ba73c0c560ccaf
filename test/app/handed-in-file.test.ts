import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HandedInFile } from "../../src/app/handed-in-file.ts";

const MIB = 1024 * 1024;

/** What a promise rejected with. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

async function* pieces(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size).fill(7);
}

describe("a file that is handed in", () => {
  let folder: string;
  let free: number;
  let file: string;
  let handedIn: HandedInFile;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-handed-in-"));
    file = join(folder, "below", "file");
    free = 1000 * MIB;
    handedIn = new HandedInFile({ file, max: 100, area: "update", free: async () => free });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("comes piece by piece, and anew from the begin", async () => {
    expect(await handedIn.accept(0, pieces(3))).toEqual({ size: 3 });
    expect(await handedIn.accept(3, pieces(2, 1))).toEqual({ size: 6 });
    expect(await handedIn.accept(0, pieces(1))).toEqual({ size: 1 });
    expect(readFileSync(file)).toEqual(Buffer.from([7]));
  });

  it("takes no piece that is not next, and none beyond the largest file", async () => {
    await handedIn.accept(0, pieces(3));
    expect(await errorOf(handedIn.accept(4, pieces(1)))).toMatchObject({
      code: "update.wrong_offset",
      context: { size: 3 },
    });
    await handedIn.accept(3, pieces(98));
    expect(await errorOf(handedIn.accept(101, pieces(1)))).toMatchObject({ code: "update.too_large" });
  });

  it("leaves room for messages, and goes when there is none", async () => {
    await handedIn.accept(0, pieces(3));
    free = 63 * MIB;
    expect(await errorOf(handedIn.accept(3, pieces(1)))).toMatchObject({ code: "update.no_space" });
    expect(existsSync(file)).toBe(false);
  });

  it("looks for room while one comes whole", async () => {
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces(10 * MIB);
      free = MIB;
      yield* pieces(10 * MIB, 10 * MIB);
    };
    expect(await errorOf(handedIn.accept(0, content()))).toMatchObject({ code: "update.no_space" });
    expect(existsSync(file)).toBe(false);
  });

  it("goes when the disk is full all the same", async () => {
    const full = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces(1);
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    };
    expect(await errorOf(handedIn.accept(0, full()))).toMatchObject({ code: "update.no_space" });
    expect(existsSync(file)).toBe(false);
  });

  it("keeps what came before a piece that broke off", async () => {
    await handedIn.accept(0, pieces(3));
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces(1);
      throw new Error("aborted");
    };
    expect(await errorOf(handedIn.accept(3, broken()))).toMatchObject({ code: "update.not_taken", retryable: true });
    expect(await handedIn.size()).toBe(3);
  });
});
