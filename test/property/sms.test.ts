// Properties of the PDU codec: what is encoded decodes to itself, and nothing that comes in gets out as an exception.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alphabetOf, DEFAULT_GSM7, hasLocking } from "../../src/sms/gsm7-alphabet.ts";
import {
  type DecodeResult,
  type DeliverOptions,
  decodePdu,
  describePdu,
  encodeDeliver,
  encodeStatusReport,
  encodeSubmit,
  NATIONAL_LANGUAGES,
  type NationalTables,
  type SmsPdu,
} from "../../src/sms/index.ts";

const CODES = new Set([
  "pdu.not_hex",
  "pdu.too_long",
  "pdu.truncated",
  "pdu.bad_smsc",
  "pdu.bad_address",
  "pdu.bad_udh",
  "pdu.unsupported_type",
]);

const hexOf = (octets: Uint8Array): string => Buffer.from(octets).toString("hex").toUpperCase();
const charactersOf = (tables: NationalTables): string[] => {
  const { locking, shift } = alphabetOf(tables.locking ?? null, tables.shift ?? null);
  const codes = [...locking.fromUnicode.keys(), ...shift.fromUnicode.keys()];
  return codes.map((code) => String.fromCharCode(code));
};

const number = fc
  .tuple(fc.constantFrom("", "+"), fc.stringMatching(/^[0-9]{1,20}$/))
  .map(([plus, digits]) => plus + digits);
const name = fc
  .array(fc.constantFrom(...[...DEFAULT_GSM7.locking.fromUnicode.keys()].map((code) => String.fromCharCode(code))), {
    minLength: 1,
    maxLength: 11,
  })
  .map((letters) => letters.join(""))
  .filter((letters) => !/^\+?[0-9*#]+$/.test(letters));
const moment = fc.record({
  unixMs: fc.integer({ min: Date.UTC(1990, 0, 2) / 1000, max: Date.UTC(2089, 11, 30) / 1000 }).map((s) => s * 1000),
  offsetMinutes: fc.integer({ min: -79, max: 79 }).map((quarters) => quarters * 15),
});
const port = fc.integer({ min: 0, max: 0xffff });
const envelope = fc.record({
  smsc: fc.option(number),
  from: fc.oneof(number, name),
  sentAt: moment,
  class: fc.option(fc.constantFrom(0, 1, 2, 3)),
  pid: fc.integer({ min: 0, max: 255 }),
  ports: fc.option(fc.record({ dst: port, src: port }), { nil: undefined }),
  concatRef: fc.integer({ min: 0, max: 255 }),
  concatBits: fc.constantFrom(8, 16),
});

const textFrom = (characters: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...characters), { maxLength }).map((units) => units.join(""));
const anyText = fc.oneof(
  textFrom(charactersOf({}), 500),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: fc.constantFrom("a", "\ud83d", "\ude00", "ŵ"), maxLength: 200 }),
);
const national: fc.Arbitrary<NationalTables> = fc.record({
  locking: fc.constantFrom(undefined, ...NATIONAL_LANGUAGES.filter(hasLocking)),
  shift: fc.constantFrom(undefined, ...NATIONAL_LANGUAGES),
});

function decoded(pdu: Uint8Array, smsc: "auto" | "yes" = "auto"): SmsPdu {
  const result = decodePdu(pdu, { smsc });
  if (!result.ok) throw new Error(`${result.error.code} for ${result.error.raw}`);
  return result.pdu;
}

/** Checks what every part says, and gives the parts. */
function decodedParts(options: DeliverOptions): SmsPdu[] {
  const parts = encodeDeliver(options).map((pdu) => decoded(pdu, "yes"));
  for (const [index, part] of parts.entries()) {
    const { smsc = null, from, sentAt, pid, ports = null } = options;
    expect(part).toMatchObject({ type: "deliver", smsc, from, sentAt, pid, ports, class: options.class, warnings: [] });
    const { concatRef: ref, concatBits: bits } = options;
    expect(part.concat).toEqual(parts.length === 1 ? null : { ref, bits, total: parts.length, part: index + 1 });
  }
  return parts;
}

describe("what is encoded", () => {
  it("decodes to the same text in any script, split where it must be", () => {
    fc.assert(
      fc.property(envelope, anyText, (options, body) => {
        expect(
          decodedParts({ ...options, body })
            .map((part) => part.body)
            .join(""),
        ).toBe(body);
      }),
    );
  });

  it("decodes to the same text with every pair of national tables", () => {
    const withText = national.chain((tables) => textFrom(charactersOf(tables), 300).map((body) => ({ tables, body })));
    fc.assert(
      fc.property(envelope, withText, (options, { tables, body }) => {
        const parts = decodedParts({ ...options, body, national: tables });
        expect(parts.map((part) => part.encoding)).not.toContain("ucs2");
        expect(parts.map((part) => part.body).join("")).toBe(body);
      }),
      { numRuns: 500 },
    );
  });

  it("decodes to the same octets", () => {
    fc.assert(
      fc.property(envelope, fc.uint8Array({ maxLength: 400 }), (options, data) => {
        const parts = decodedParts({ ...options, data });
        expect(Buffer.concat(parts.map((part) => part.data ?? new Uint8Array(0)))).toEqual(Buffer.from(data));
      }),
    );
  });

  it("never needs more than 140 octets of user data, nor tears a surrogate pair", () => {
    fc.assert(
      fc.property(envelope, anyText, (options, body) => {
        const parts = encodeDeliver({ ...options, body });
        for (const pdu of parts) expect(pdu.length).toBeLessThanOrEqual(12 + 1 + 12 + 2 + 7 + 1 + 140);
        const bodies = parts.map((pdu) => decoded(pdu, "yes").body ?? "");
        if (body.isWellFormed()) expect(bodies.every((part) => part.isWellFormed())).toBe(true);
      }),
    );
  });

  it("is recognised with and without service centre address", () => {
    fc.assert(
      fc.property(envelope, anyText, (options, body) => {
        for (const pdu of encodeDeliver({ ...options, body })) {
          const whole = decoded(pdu);
          expect(whole).toEqual(decoded(pdu, "yes"));
          expect(decoded(pdu.subarray(1 + (pdu[0] ?? 0)))).toEqual({ ...whole, smsc: null });
        }
      }),
    );
  });

  it("is one status report with both its times", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const report = fc.record({ to: number, reference: octet, status: octet, sentAt: moment, dischargedAt: moment });
    fc.assert(
      fc.property(report, (options) => {
        expect(decoded(encodeStatusReport(options))).toMatchObject({ type: "status-report", ...options });
      }),
    );
  });
});

/** Every claim that holds for any input: a PDU that can be described, or a coded failure that keeps the octets. */
function checkTotal(result: DecodeResult, raw: string): void {
  if (result.ok) {
    JSON.stringify(describePdu(result));
    if (result.pdu.body === null && result.pdu.data === null && result.pdu.type !== "status-report") {
      throw new Error(`neither text nor octets: ${raw}`);
    }
  } else if (!CODES.has(result.error.code) || result.error.raw !== raw) {
    throw new Error(`${result.error.code} with ${result.error.raw} for ${raw}`);
  }
}

const first = ([pdu = new Uint8Array(0)]: readonly Uint8Array[]): Uint8Array => pdu;
const sample: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.tuple(envelope, anyText).map(([options, body]) => first(encodeDeliver({ ...options, body }))),
  fc
    .tuple(envelope, fc.uint8Array({ maxLength: 140 }))
    .map(([options, data]) => first(encodeDeliver({ ...options, data }))),
  fc.tuple(number, anyText).map(([to, body]) => first(encodeSubmit({ to, body, validitySeconds: 600 }))),
  fc
    .tuple(number, moment)
    .map(([to, sentAt]) => encodeStatusReport({ to, reference: 1, sentAt, dischargedAt: sentAt, status: 0 })),
);

/** One to four octets changed, put in or taken out, perhaps cut off; `choices` are 32-bit numbers. */
function mutated(pdu: Uint8Array, choices: readonly number[]): Uint8Array {
  const octets = [...pdu];
  for (const choice of choices) {
    const at = (choice >>> 10) % (octets.length + 1);
    const value = choice & 0xff;
    switch ((choice >>> 8) & 3) {
      case 0:
        octets[at] = value;
        break;
      case 1:
        octets.splice(at, 0, value);
        break;
      case 2:
        octets.splice(at, 1);
        break;
      default:
        octets[at] = (octets[at] ?? 0) ^ (1 << (value & 7));
    }
  }
  return Uint8Array.from(octets);
}

describe("what comes in", () => {
  it("never throws: 200,000 mutations of valid PDUs", () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    const hundred = fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { minLength: 100, maxLength: 100 });
    fc.assert(
      fc.property(sample, hundred, (pdu, mutations) => {
        for (const choices of mutations) {
          const octets = mutated(pdu, choices);
          checkTotal(decodePdu(octets), hexOf(octets));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("never throws, and is called truncated: every truncation of valid PDUs", () => {
    fc.assert(
      fc.property(sample, (pdu) => {
        for (let length = 0; length < pdu.length; length++) {
          const octets = pdu.subarray(0, length);
          checkTotal(decodePdu(octets), hexOf(octets));
          const result = decodePdu(octets, { smsc: "yes" });
          expect(result.ok ? "decoded" : result.error.code).toBe("pdu.truncated");
        }
      }),
    );
  });

  it("never throws: any octets, any text, any direction", () => {
    const options = fc.record({
      smsc: fc.constantFrom("auto", "yes", "no"),
      direction: fc.constantFrom("auto", "mt", "mo"),
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), options, (octets, how) => {
        checkTotal(decodePdu(octets, how), hexOf(octets));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 100 }), options, (text, how) => {
        expect(typeof decodePdu(text, how).ok).toBe("boolean");
      }),
    );
  });

  it("means the same as octets and as hex of either case", () => {
    fc.assert(
      fc.property(sample, (pdu) => {
        const expected = decodePdu(pdu);
        expect(decodePdu(hexOf(pdu))).toEqual(expected);
        expect(decodePdu(hexOf(pdu).toLowerCase())).toEqual(expected);
      }),
    );
  });
});
