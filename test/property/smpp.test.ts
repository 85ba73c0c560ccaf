import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppError, millis, seconds } from "../../src/base/index.ts";
import { asReceived } from "../../src/smpp/as-received.ts";
import { type Frame, MAX_PDU_LENGTH, PduFramer } from "../../src/smpp/framer.ts";
import { encodePdu, readBindAnswer, readDataSm, readDeliverSm } from "../../src/smpp/pdu.ts";
import { decodePdu } from "../../src/sms/index.ts";
import { messagePdu, type SessionFault, textMessage } from "../sim/smsc/index.ts";
import { SmppRig } from "../smpp/smpp-rig.ts";

const octets = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const message = fc
  .record({
    from: fc.stringMatching(/^[ -~]{0,25}$/),
    ton: fc.nat(7),
    esmClass: fc.nat(255),
    dataCoding: fc.nat(255),
    text: octets(254),
    tlvs: fc.array(fc.tuple(fc.constantFrom(0x020a, 0x020b, 0x020c, 0x020e, 0x020f, 0x0424, 0x1400), octets(400)), {
      maxLength: 5,
    }),
  })
  .map((fields) => textMessage("", { ...fields, id: "any" }));

function push(chunks: readonly Uint8Array[]): Frame[] {
  const framer = new PduFramer();
  return chunks.flatMap((chunk) => [...framer.push(chunk)]);
}

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

describe("the framer", () => {
  it("gives the same frames however the bytes are split, be they PDUs or noise", () => {
    const piece = fc.oneof(
      message.map((each) => new Uint8Array(messagePdu(each, 7))),
      octets(60).map((body) => encodePdu({ id: 5, sequence: 1, body })),
      octets(40),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 12 }), (pieces, cuts) => {
        const bytes = Uint8Array.from(pieces.flatMap((each) => [...each]));
        expect(push(split(bytes, cuts))).toEqual(push([bytes]));
      }),
    );
  });

  it("never gives more than it was given, and nothing larger than the largest PDU", () => {
    fc.assert(
      fc.property(fc.array(octets(200), { maxLength: 20 }), (chunks) => {
        const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        const given = push(chunks).reduce(
          (sum, frame) => sum + (frame.kind === "pdu" ? frame.pdu.body.length + 16 : 0),
          0,
        );
        expect(given).toBeLessThanOrEqual(Math.min(total, MAX_PDU_LENGTH * chunks.length));
      }),
    );
  });
});

describe("bodies", () => {
  it("of any bytes are read, or refused with a code", () => {
    const body = fc.oneof(
      octets(300),
      fc
        .tuple(message, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }), fc.nat())
        .map(([each, changes, cut]) => {
          const bytes = new Uint8Array(messagePdu(each, 7)).slice(16);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          return cut % 2 === 0 ? bytes : bytes.slice(0, cut % bytes.length);
        }),
    );
    fc.assert(
      fc.property(body, (bytes) => {
        readBindAnswer(bytes);
        for (const read of [readDeliverSm, readDataSm]) {
          try {
            asReceived(read(bytes), "gsm7");
          } catch (error) {
            expect(isAppError(error) && error.code).toBe("smpp.malformed");
          }
        }
      }),
    );
  });
});

describe("what the intake gets", () => {
  it("is a PDU that decodes, or a text, the same each time", () => {
    fc.assert(
      fc.property(message, fc.constantFrom("gsm7", "latin1", "ascii"), (each, alphabet) => {
        const read = () => readDeliverSm(new Uint8Array(messagePdu(each, 7).subarray(16)));
        const { format, pdu } = asReceived(read(), alphabet);
        expect(asReceived(read(), alphabet)).toEqual({ format, pdu });
        if (format === "pdu") expect(decodePdu(pdu, { smsc: "auto", direction: "mt" }).ok).toBe(true);
      }),
    );
  });
});

describe("sessions that end anyhow", () => {
  const fault: fc.Arbitrary<SessionFault> = fc.oneof(
    fc.record({ kind: fc.constantFrom("unbind", "drop", "cut", "garbage", "huge_length"), after: fc.nat(12) }),
    fc.record({ kind: fc.constant("unbind" as const), after: fc.nat(12), deaf: fc.constant(true) }),
    fc.constantFrom<SessionFault>({ kind: "mute" }, { kind: "no_bind_answer" }, { kind: "refuse", status: 8 }),
  );

  it("bring every message once, whatever the window, the pieces and the pace of the disk", async () => {
    const run = fc.record({
      faults: fc.array(fault, { maxLength: 6 }),
      window: fc.integer({ min: 1, max: 20 }),
      pieces: fc.integer({ min: 1, max: 200 }),
      count: fc.integer({ min: 1, max: 40 }),
      pauses: fc.array(fc.nat(3000), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ faults, window, pieces, count, pauses }) => {
        const rig = new SmppRig({ smsc: { window, pieces } });
        rig.smsc.faults.push(...faults);
        const bodies = Array.from({ length: count }, (_, at) => `message ${at}`);
        rig.smsc.send(...bodies.map((body) => textMessage(body)));
        rig.slot.start();
        for (const pause of pauses) {
          rig.intake.hold();
          await rig.clock.advance(millis(pause));
          rig.intake.release();
          await rig.clock.advance(millis(100));
        }
        await rig.drained(seconds(3600));
        expect([...rig.bodies].sort()).toEqual([...bodies].sort());
        await rig.stop();
      }),
      { numRuns: 60 },
    );
  });
});
