// Replies and URCs of real modems, from other projects' own tests, read in place from `../shared/vectors/peers/dev-at.json`.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  AtFramer,
  classifyUrc,
  type FinalResult,
  isTransient,
  parseAti,
  parseCesq,
  parseCfun,
  parseClcc,
  parseCmgl,
  parseCmgr,
  parseCnmiTest,
  parseCops,
  parseCpin,
  parseCpmsRead,
  parseCpmsSet,
  parseCpmsTest,
  parseCrsm,
  parseCsca,
  parseFinal,
  parseHcsq,
  parseIccid,
  parseIdentity,
  parseQss,
  parseRegistration,
  parseSysinfo,
  parseSysinfoEx,
  type RegistrationFamily,
} from "../../src/at/index.ts";

const FILE = fileURLToPath(new URL("../../../shared/vectors/peers/dev-at.json", import.meta.url));

type Fields = Readonly<Record<string, unknown>>;
interface PeerRecord {
  readonly id: string;
  readonly command: string;
  readonly unsolicited: boolean;
  readonly response: string;
  readonly expect: Fields;
  readonly modem?: string;
}
interface Reply {
  readonly lines: readonly string[];
  readonly final: FinalResult | null;
}
type Check = (reply: Reply, expected: Fields, record: PeerRecord) => void;

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The record as the framer gives it: without echo, empty lines and final result. */
function framed(response: string): Reply {
  const framer = new AtFramer();
  const frames = [...framer.push(latin1(`${response}\r\n`)), ...framer.flush()];
  const lines = frames.flatMap((frame) => (frame.kind === "line" && !/^AT/i.test(frame.text) ? [frame.text] : []));
  return {
    lines: lines.filter((line) => parseFinal(line) === null),
    final: lines.map((line) => parseFinal(line)).find((final) => final !== null) ?? null,
  };
}

const only = (reply: Reply): string => reply.lines[0] ?? "";

/** MM's vectors have 0 where the modem told no area. */
const registration = (found: object): Fields => {
  const { lac, ci, ...rest } = found as { lac: number | null; ci: number | null };
  return { ...rest, lac: lac ?? 0, ci: ci ?? 0 };
};

const checkRegistration: Check = (reply, expected, record) => {
  const family = record.command.slice(3, -1) as RegistrationFamily;
  if (expected.must_not_crash === true) {
    expect(parseRegistration(family, reply.lines)).toEqual({ family, state: "home", lac: null, ci: null, act: null });
    return;
  }
  if (!record.unsolicited) {
    expect(classifyUrc(only(reply), { pendingPrefix: `+${family}` })).toBeNull();
    expect(registration(parseRegistration(family, reply.lines))).toMatchObject(expected);
    return;
  }
  const urc = classifyUrc(only(reply));
  expect(urc).toMatchObject({ kind: "registration" });
  if (urc?.kind === "registration") expect(registration(urc.registration)).toMatchObject(expected);
};

const STATS = ["rec_unread", "rec_read", "sto_unsent", "sto_sent"];
const messageOf = (message: Fields): Fields => ({
  ...(message.index === null ? {} : { index: message.index }),
  stat: STATS[Number(message.status)],
  pdu: message.pdu,
});

const checkFinal: Check = ({ final }, expected) => {
  expect(final).toMatchObject({ kind: "error" });
  if (final === null) return;
  if (expected.cme !== undefined) expect(final).toMatchObject({ source: "cme", code: expected.cme });
  expect(isTransient(final)).toBe(expected.retry ?? false);
};

const checkChoices: Check = ({ lines }, expected) => {
  const found = parseCpmsTest(lines);
  for (const name of ["mem1", "mem2", "mem3"] as const) {
    if (expected[name] !== undefined) expect([...found[name]].sort()).toEqual(expected[name]);
  }
};

const systemInfo = (expected: Fields): Fields => ({
  service: expected.srv_status,
  domain: expected.srv_domain,
  sim: expected.sim_state,
});

const checkCallUrc: Check = (reply, { urc, args, call }) => {
  const found = classifyUrc(only(reply));
  if (urc === "rxdtmf") expect(found).toEqual({ kind: "digit", digit: JSON.parse(String(args)) });
  else expect(found).toMatchObject({ kind: "call", change: "ended", id: call ?? null });
};

const checkCalls: Check = ({ lines }, expected) => {
  const found = parseClcc(lines).map(({ id, direction, state, number }) => ({ index: id, direction, state, number }));
  const wanted = (expected.calls as Fields[]).map((each) => ({
    ...each,
    direction: each.direction === "incoming" ? "in" : "out",
  }));
  expect(found).toEqual(wanted);
};

const CHECKS: Readonly<Record<string, Check>> = {
  "AT+CREG?": checkRegistration,
  "AT+CGREG?": checkRegistration,
  "AT+CEREG?": checkRegistration,
  "AT+COPS?": ({ lines }, expected) => {
    const found = parseCops(lines);
    expect({ ...found, format: found.format === "long" ? 0 : found.format }).toMatchObject(expected);
  },
  "AT+CMGL=4": ({ lines }, expected) => {
    const { messages, odd } = parseCmgl(lines);
    expect(odd).toEqual([]);
    expect(messages).toHaveLength((expected.messages as Fields[]).length);
    expect(messages).toMatchObject((expected.messages as Fields[]).map(messageOf));
  },
  "AT+CMGR=n": ({ lines }, expected) =>
    expect(parseCmgr(lines)).toMatchObject((expected.messages as Fields[]).map(messageOf)[0] ?? {}),
  "AT+CPMS=?": checkChoices,
  "AT+CPMS?": ({ lines }, expected) => {
    const { mem1, mem2, mem3 } = parseCpmsRead(lines);
    expect([mem1, mem2, mem3].map((use) => [use?.used, use?.total])).toEqual(expected.used_total);
    expect([mem1.mem, mem2?.mem]).toEqual([expected.mem1, expected.mem2]);
  },
  'AT+CPMS="SM","SM"': ({ lines }, expected) => expect(parseCpmsSet(lines)[0]).toEqual(expected),
  "AT+CNMI=?": ({ lines }, expected) => expect(parseCnmiTest(lines)).toEqual(expected),
  "AT+CCID / AT^ICCID? / AT+CRSM (EF_ICCID)": ({ lines }, expected) => {
    if (expected.error === true) expect(() => parseIccid(lines)).toThrow("has no ICCID");
    else expect(parseIccid(lines)).toBe(expected.iccid);
  },
  "AT+CPIN?": ({ lines }, expected) => expect(parseCpin(lines)).toBe(String(expected.lock).replace("-", "_")),
  "AT+CFUN?": ({ lines }, expected) => expect(parseCfun(lines)).toBe(expected.fun),
  "AT+CFUN=1": checkFinal,
  "AT+WIND?": checkFinal,
  "AT+CSCA?": (reply, expected, record) => {
    if (expected.error === true) checkFinal(reply, expected, record);
    else expect(parseCsca(reply.lines).number).toBe(expected.smsc);
  },
  "AT+CGMM": ({ lines }, expected) => {
    const model = parseIdentity("+CGMM", lines);
    if (expected.must_not_crash === true) expect(model).toBe(lines[0]);
    else expect(model).toBe(expected.model);
  },
  ATI4: ({ lines }, expected) => expect(parseAti(lines).model).toBe(expected.model),
  "+CLIP": (reply, { number, toa }) => expect(classifyUrc(only(reply))).toEqual({ kind: "clip", number, type: toa }),
  "+CCWA": (reply, { number, toa }) => expect(classifyUrc(only(reply))).toEqual({ kind: "ccwa", number, type: toa }),
  "+CUSD": (reply, expected) => {
    const urc = classifyUrc(only(reply));
    expect(urc).toMatchObject({ kind: "cusd", status: expected.status });
    if (expected.dcs !== undefined) expect(urc).toMatchObject({ dcs: expected.dcs });
    // The text itself is packed or UCS-2 hex in the other records: decoding is not the grammar's.
    if (urc?.kind === "cusd" && !/^[0-9A-F]+$/.test(urc.text ?? "") && expected.text !== undefined) {
      expect(urc.text).toBe(expected.text);
    }
  },
  "AT+CESQ": ({ lines }, expected) => expect(parseCesq(lines).dbm).toBe(expected.rsrp_dbm),
  "AT+CRSM": ({ lines }, { sw1, sw2, hex }) => expect(parseCrsm(lines)).toEqual({ sw1, sw2, data: hex }),
  "AT^SYSINFO": ({ lines }, expected) => expect(parseSysinfo(lines)).toMatchObject(systemInfo(expected)),
  "AT^SYSINFOEX": ({ lines }, expected) => expect(parseSysinfoEx(lines)).toMatchObject(systemInfo(expected)),
  "AT^HCSQ?": ({ lines }, expected) => expect(parseHcsq(lines).act).toBe(expected.act ?? null),
  "AT#QSS?": ({ lines }, expected) => {
    if (expected.error === true) expect(() => parseQss(lines)).toThrow("has no #QSS line");
    else expect(expected.sim).toMatch(new RegExp(`${parseQss(lines)}$`));
  },
  "AT+CLCC": checkCalls,
  URC: checkCallUrc,
  hangup: checkCallUrc,
};

/** No parser yet: what each needs comes with the issue that uses it. */
const LATER: Readonly<Record<string, string>> = {
  "AT+COPS=?": "network scan",
  "AT+CCLK?": "modem clock",
  "AT+CRSM (EF_ECC)": "emergency numbers",
  "AT+CSIM": "PIN retries by APDU",
  "AT+CPOL?": "preferred operators",
  "AT+CMGR (text mode, CSDH=1)": "text mode is not used",
};

const missing = !existsSync(FILE);
const records: readonly PeerRecord[] = missing ? [] : JSON.parse(readFileSync(FILE, "utf8"));

describe.skipIf(missing)(
  `replies of real modems${missing ? " (skipped: ../shared/vectors/peers/dev-at.json is missing)" : ""}`,
  () => {
    for (const record of records) {
      const check = CHECKS[record.command];
      const name = `${record.command} ${record.unsolicited ? "URC " : ""}${record.modem ?? ""} (${record.id})`;
      if (check === undefined) continue;
      it(`${name} gives the fields that its project expects`, () =>
        check(framed(record.response), record.expect, record));
    }

    it("every record is either checked or named as left for later", () => {
      const unknown = records.filter(({ command }) => CHECKS[command] === undefined && LATER[command] === undefined);
      expect(unknown).toEqual([]);
    });
  },
);
