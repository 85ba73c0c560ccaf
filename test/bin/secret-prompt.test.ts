import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { typedSecret } from "../../src/bin/secret-prompt.ts";
import { rejectionOf } from "../envelope/error-code.ts";

/** A terminal: remembers whether it is raw, and all that was shown. */
function terminal() {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
  const output = new PassThrough();
  const abort = new AbortController();
  const answer = typedSecret(input, output, { prompt: "Password: ", signal: abort.signal });
  return { raw, input, abort, answer, shown: () => String(output.read() ?? "") };
}

describe("a secret typed at a terminal", () => {
  it("ends with Enter and is never shown", async () => {
    const { input, answer, shown, raw } = terminal();
    for (const key of ["h", "o", "x", "\u007f", "r", "s", "e", "\r"]) input.write(key);
    expect(await answer).toBe("horse");
    expect(shown()).toBe("Password: \n");
    expect(raw).toEqual([true, false]);
  });

  it("may be pasted in one piece, with characters beyond ASCII; what follows Enter is not part of it", async () => {
    const { input, answer } = terminal();
    input.write("pä ss🐎\nmore");
    expect(await answer).toBe("pä ss🐎");
  });

  it("is nothing after Ctrl-D on an empty line", async () => {
    const { input, answer } = terminal();
    input.write("\u0004");
    expect(await answer).toBeNull();
  });

  it("is given up on Ctrl-C and when the program stops, with the terminal as it was", async () => {
    for (const give of [
      ({ input }: ReturnType<typeof terminal>) => input.write("ab\u0003"),
      ({ abort }: ReturnType<typeof terminal>) => abort.abort(),
    ]) {
      const field = terminal();
      give(field);
      expect(await rejectionOf(field.answer)).toBe("base.stopped");
      expect(field.raw).toEqual([true, false]);
    }
  });
});
