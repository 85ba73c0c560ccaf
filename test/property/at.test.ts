// The AT grammar under arbitrary bytes: frames do not depend on how bytes arrive, noise neither throws nor stays.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AtFrame,
  AtFramer,
  type AtParameter,
  classifyUrc,
  command,
  MAX_LINE_BYTES,
  parseAti,
  parseCfun,
  parseCgsn,
  parseCimi,
  parseClac,
  parseClcc,
  parseClck,
  parseCmee,
  parseCmgf,
  parseCmgl,
  parseCmgr,
  parseCmgs,
  parseCnmiRead,
  parseCnmiTest,
  parseCnum,
  parseCops,
  parseCpin,
  parseCpmsRead,
  parseCpmsSet,
  parseCpmsTest,
  parseCsca,
  parseCsms,
  parseCsq,
  parseFinal,
  parseIccid,
  parseIdentity,
  parseParameters,
  parsePinRetries,
  parseRegistration,
} from "../../src/at/index.ts";
import { AppError } from "../../src/base/index.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Pieces that mean something to the framer, so that random streams reach its corners. */
const piece = fc.oneof(
  fc.constantFrom("\r\n", "\r", "\n", "> ", ">", " ", "\0", "\x1a", "\x7f", "\xff", "OK", '+CMTI: "SM",1', "0791"),
  fc.constantFrom("x".repeat(MAX_LINE_BYTES - 1), "x".repeat(MAX_LINE_BYTES + 1)),
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
);
const stream = fc.array(piece, { maxLength: 30 }).map((pieces) => latin1(pieces.join("")));

function framesOf(chunks: readonly Uint8Array[]): AtFrame[] {
  const framer = new AtFramer();
  return [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.flush()];
}

function splitAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
}

describe("AtFramer", () => {
  it("gives the same frames for any split of the same bytes", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (bytes, cuts) => {
        expect(framesOf(splitAt(bytes, cuts))).toEqual(framesOf([bytes]));
      }),
    );
  });

  it("gives the same frames byte by byte", () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        expect(framesOf(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(framesOf([bytes]));
      }),
      { numRuns: 30 },
    );
  });

  it("accounts for every byte: in a line, a prompt, a discarded run or a line end", () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const ends = bytes.filter((byte) => byte === 0x0d || byte === 0x0a).length;
        const told = framesOf([bytes]).map((frame) => {
          if (frame.kind === "line") return frame.text.length;
          return frame.kind === "discarded" ? frame.length : "prompt".length;
        });
        // A prompt stands for two bytes, or for one when flush has to find it without its space.
        const prompts = told.length === 0 ? 0 : framesOf([bytes]).filter((frame) => frame.kind === "prompt").length;
        const sum = told.reduce((a, b) => a + b, 0) - "prompt".length * prompts;
        const left = bytes.length - ends - sum;
        expect(left).toBeLessThanOrEqual(2 * prompts);
        expect(left).toBeGreaterThanOrEqual(Math.max(0, 2 * prompts - 1));
      }),
    );
  });

  it("never gives an empty line, one beyond the limit, or one with a control byte but TAB", () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        for (const frame of framesOf([bytes])) {
          if (frame.kind !== "line") continue;
          expect(frame.text.length).toBeGreaterThan(0);
          expect(frame.text.length).toBeLessThanOrEqual(MAX_LINE_BYTES);
          expect([...frame.text].every((c) => c === "\t" || (c >= " " && c !== "\x7f"))).toBe(true);
        }
      }),
    );
  });

  it("gives a good line intact after any noise that ends in a line end, with a deadline anywhere in it", () => {
    const good = fc.constantFrom("OK", '+CMTI: "SM",3', "+CMGL: 1,0,,24", "07914306073011F0");
    fc.assert(
      fc.property(stream, stream, good, (before, after, text) => {
        const framer = new AtFramer();
        framer.push(before);
        framer.flush();
        framer.push(after);
        framer.push(latin1("\r\n"));
        expect(framer.push(latin1(`${text}\r\n`))).toEqual([{ kind: "line", text }]);
      }),
    );
  });

  it("holds no more than one line of an endless stream: what it gives back is bounded by the limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), (kilobytes) => {
        const framer = new AtFramer();
        const chunk = new Uint8Array(1024).fill(0x41);
        for (let i = 0; i < kilobytes; i++) expect(framer.push(chunk)).toEqual([]);
        const frames = framer.push(latin1("\r\n"));
        expect(frames).toHaveLength(1);
        expect(frames[0]?.kind).toBe(kilobytes * 1024 > MAX_LINE_BYTES ? "discarded" : "line");
      }),
    );
  });
});

/** Lines made of the grammar's own letters, which reach deeper than random text. */
const atom = fc.constantFrom(
  ...'"(),:-+^ '.split(""),
  ..."+CMGL: |+CMGR: |+CREG: |+CEREG: |+CPMS: |+CNMI: |+COPS: |+CSQ: |+CUSD: |+CPIN: |+CPINR: |+SPIC: |^CPIN: |+CMTI: ".split(
    "|",
  ),
  ..."+CME ERROR: |+CMS ERROR: |+CIEV: |+QIND: |+CLCC: |^DSCI: |^CEND: |+QTONEDET: |VOICE CALL: |SM|READY|smsfull|07914306|0|1|2|17|99|4294967296|FFFF|0-3|RING".split(
    "|",
  ),
);
const line = fc.oneof(
  fc.array(atom, { maxLength: 14 }).map((atoms) => atoms.join("")),
  fc.string({ unit: "binary" }),
);
const lines = fc.array(line, { maxLength: 6 });

const PARSERS: Readonly<Record<string, (lines: readonly string[]) => unknown>> = {
  parseAti,
  parseCfun,
  parseCgsn,
  parseCimi,
  parseClac,
  parseClcc,
  parseClck,
  parseCmee,
  parseCmgf,
  parseCmgl,
  parseCmgr,
  parseCmgs,
  parseCnmiRead,
  parseCnmiTest,
  parseCnum,
  parseCops,
  parseCpin,
  parseCpmsRead,
  parseCpmsSet,
  parseCpmsTest,
  parseCsca,
  parseCsms,
  parseCsq,
  parseIccid,
  parseIdentity: (given) => parseIdentity("+CGMM", given),
  parsePinRetries,
  parseRegistration: (given) => parseRegistration("CEREG", given),
};

const depthOf = (parameter: AtParameter): number =>
  parameter.kind === "list" ? 1 + Math.max(0, ...parameter.items.map(depthOf)) : 0;

describe("garbage", () => {
  it("never makes the classifiers throw", () => {
    const prefix = fc.option(fc.constantFrom("", "D", "+CREG", "+CMGL", "+CPIN"), { nil: undefined });
    fc.assert(
      fc.property(line, prefix, (text, pendingPrefix) => {
        classifyUrc(text, { pendingPrefix });
        parseFinal(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("never makes the tokenizer throw or nest deep", () => {
    fc.assert(
      fc.property(line, (text) => {
        for (const parameter of parseParameters(text)) expect(depthOf(parameter)).toBeLessThanOrEqual(4);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(Object.entries(PARSERS))(
    "makes %s return or throw at.bad_response, with nothing of the reply in it",
    (_, parse) => {
      const canary = "C4N4RY";
      fc.assert(
        fc.property(lines, (given) => {
          try {
            parse(given.map((text) => text.replaceAll("SM", canary)));
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
            expect(error).toMatchObject({ code: "at.bad_response" });
            expect(`${error}${JSON.stringify(error)}`).not.toContain(canary);
          }
        }),
        { numRuns: 300 },
      );
    },
  );
});

describe("listings", () => {
  const hex = fc.string({ unit: fc.constantFrom(..."0123456789ABCDEF"), minLength: 2, maxLength: 40 });

  it("give every PDU back, whatever stands around it", () => {
    const entry = fc.tuple(fc.constantFrom("+CMGL: 3,0,,24", "+CMGL: x", "+CMGL: 4,1,,0", "NEWS!", ""), fc.option(hex));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 10 }), (entries) => {
        const given = entries.flatMap(([header, pdu]) => (pdu === null ? [header] : [header, pdu]));
        const { messages, odd } = parseCmgl(given);
        const found = [
          ...messages.map(({ pdu }) => pdu),
          ...odd.flatMap((o) => (o.kind === "no_header" ? [o.pdu] : [])),
        ];
        expect(found.sort()).toEqual(entries.flatMap(([, pdu]) => pdu ?? []).sort());
      }),
    );
  });

  it("give back what a correct modem lists", () => {
    const message = fc.record({
      index: fc.nat(65_535),
      stat: fc.nat(3),
      tpdu: fc.uint8Array({ minLength: 1, maxLength: 164 }),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 10 }), (messages) => {
        const pdus = messages.map(
          ({ tpdu }) => `00${Array.from(tpdu, (b) => b.toString(16).padStart(2, "0")).join("")}`,
        );
        const given = messages.flatMap(({ index, stat, tpdu }, at) => [
          `+CMGL: ${index},${stat},,${tpdu.length}`,
          pdus[at] ?? "",
        ]);
        const listed = parseCmgl(given);
        expect(listed.odd).toEqual([]);
        expect(listed.messages.map(({ index, pdu, intact }) => ({ index, pdu, intact }))).toEqual(
          messages.map(({ index }, at) => ({ index, pdu: pdus[at]?.toUpperCase(), intact: true })),
        );
      }),
    );
  });
});

describe("builders", () => {
  it("write one line of printable ASCII without ; for any text, or refuse it", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[0-9A-Z*#]{1,8}$/));
    const builders = [
      command.ussd,
      command.enterPin,
      command.readFacilityLock,
      (mem: string) => command.setStorage([mem]),
    ];
    fc.assert(
      fc.property(text, fc.constantFrom(...builders), (given, build) => {
        try {
          expect(build(given).text).toMatch(/^AT[\x20-\x3a\x3c-\x7e]*$/);
        } catch (error) {
          expect(error).toMatchObject({ code: "at.bad_argument" });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("dial nothing but digits, whatever is given", () => {
    const alphabet = fc.constantFrom(..."0123456789+*#,;WPTLA>@!^ \r\n\x1b\u0661".split(""));
    const given = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: alphabet, maxLength: 24 }));
    fc.assert(
      fc.property(given, (number) => {
        try {
          expect(command.dial(number).text).toMatch(/^ATD\+?[0-9]{1,20};$/);
        } catch (error) {
          expect(error).toMatchObject({ code: "at.bad_argument" });
          if (number.length > 3) expect(String(error)).not.toContain(number);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("write an index as it is or refuse it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.double()), (index) => {
        const valid = Number.isInteger(index) && index >= 0 && index <= 65_535;
        const build = (): string => command.deleteMessage(index).text;
        if (valid) expect(build()).toBe(`AT+CMGD=${index}`);
        else expect(build).toThrow(expect.objectContaining({ code: "at.bad_argument" }));
      }),
    );
  });
});
