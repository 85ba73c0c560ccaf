import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromUtf8, silentLogger, utf8 } from "../../src/base/index.ts";
import { decryptLocal, deriveKey, encryptLocal } from "../../src/envelope/index.ts";
import { linkFacts, textPieces, visibleJson, visibleLine, visibleLines } from "../../src/renter/index.ts";
import { RecordLog } from "../../src/renter/record-log.ts";
import { nextSequence, noSequence } from "../../src/renter/sequence.ts";
import { renter, suite } from "../renter/fixtures.ts";
import { type Disk, MemoryFolder } from "../renter/memory-folder.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });
const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;

const oddText = fc
  .array(
    fc.oneof(
      anyText,
      fc.constantFrom("https://", "http://a.example/", "\u202e", "раy", "\u3164", "\u200d", "@", ".", "\n", " "),
    ),
  )
  .map((parts) => parts.join(""));

describe("a message's pieces", () => {
  it("are the text, character for character, and what is shown as it is hides nothing", () => {
    fc.assert(
      fc.property(oddText, (text) => {
        const pieces = textPieces(text);
        expect(pieces.map((piece) => piece.text).join("")).toBe(text);
        for (const piece of pieces) {
          if (piece.kind !== "hidden")
            expect(piece.text).not.toMatch(
              /(?![\t\n\r])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b\u3164]/u,
            );
          else expect(piece.shown).not.toMatch(HIDDEN);
          if (piece.kind === "link") expect(piece.text).toMatch(/^https?:/i);
        }
      }),
    );
  });

  it("take a text of the greatest length in their stride, whatever it is made of", () => {
    const parts = ["https://", "а", "a", "\u202e", "https://a\u202e", "x".repeat(50)];
    for (const part of parts) {
      const text = part.repeat(Math.ceil(40_000 / part.length)).slice(0, 40_000);
      expect(
        textPieces(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }
  });

  it("lead to http and https alone", () => {
    fc.assert(
      fc.property(oddText, (text) => {
        const facts = linkFacts(text);
        if (facts !== null) expect(facts.href).toMatch(/^https?:\/\//);
      }),
    );
  });
});

describe("visible text", () => {
  it("never holds a control, an override or half a character, whatever the text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visibleLine(text)).not.toMatch(HIDDEN);
        expect(visibleLines(text).join("")).not.toMatch(HIDDEN);
      }),
    );
  });

  it("as JSON is one safe line that means the same value", () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.oneof(anyText, fc.integer())), (value) => {
        const text = visibleJson(value);
        expect(text).not.toMatch(HIDDEN);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe("sequence numbers", () => {
  it("in any order, with gaps and repeats, agree with a set of what was seen", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }), (seqs) => {
        let state = noSequence;
        const seen = new Set<number>();
        for (const seq of seqs) {
          const next = nextSequence(state, seq);
          const highest = Math.max(0, ...seen);
          const expected = seen.has(seq) ? "repeat" : seq < highest ? "late" : seq === highest + 1 ? "next" : "gap";
          expect(next.verdict.kind).toBe(expected);
          seen.add(seq);
          state = next.state;
          const missing = state.missing.flatMap(({ from, to }) =>
            Array.from({ length: to - from + 1 }, (_, i) => from + i),
          );
          const all = Array.from({ length: Math.max(0, ...seen) }, (_, i) => i + 1);
          expect(missing).toEqual(all.filter((number) => !seen.has(number)));
        }
      }),
    );
  });
});

describe("the inbox log", () => {
  it("cut anywhere behind what is known to be durable, gives the records before the cut", async () => {
    const key = deriveKey(suite, renter.seed, "property");
    const seal = {
      seal: (plaintext: Uint8Array) =>
        encryptLocal({ key, random: new SeededRandom("log"), domain: "property", plaintext }),
      open: (box: Uint8Array) => decryptLocal({ key, domain: "property", box }),
    };
    const openLog = (disk: Disk) =>
      RecordLog.open(
        { folder: new MemoryFolder(disk), name: "log", seal, suite, log: silentLogger, atLeast: 0 },
        "readWrite",
      );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string(), { minLength: 1, maxLength: 6 }), fc.nat(), async (texts, anywhere) => {
        const disk: Disk = new Map();
        const { log } = await openLog(disk);
        const ends: number[] = [];
        for (const text of texts) {
          await log.append(utf8(text));
          ends.push(log.size);
        }
        const cut = anywhere % (log.size + 1);
        disk.set("log", (disk.get("log") ?? new Uint8Array(0)).slice(0, cut));
        const { records } = await openLog(disk);
        expect(records.map(fromUtf8)).toEqual(texts.slice(0, ends.filter((end) => end <= cut).length));
      }),
    );
  });
});
