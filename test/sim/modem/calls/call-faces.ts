// What modems say of their calls unasked, in the words of each vendor.

/** <stat> of +CLCC. */
export type SimCallState = "active" | "held" | "dialing" | "alerting" | "incoming" | "waiting";

export interface SimCall {
  readonly id: number;
  readonly direction: "in" | "out";
  /** Null: withheld. */
  readonly number: string | null;
  state: SimCallState;
  /** Keys that the modem was told to send, in order. */
  readonly tones: string[];
}

export type SimCallChange = "dialing" | "alerting" | "connected" | "incoming" | "waiting" | "ended";
export type SimCallEnd = "hung_up" | "busy" | "no_answer" | "no_carrier";

/** What a vendor's modem says unasked when a call changes. */
export type CallFace = (
  change: SimCallChange,
  call: SimCall,
  about: { id: number; end: SimCallEnd | null },
) => string[];

/** <type> of a number (TS 24.008 10.5.4.7). */
export const numberType = (number: string | null): number =>
  number === null ? 128 : number.startsWith("+") ? 145 : 129;

const ENDS: Readonly<Record<SimCallEnd, string>> = {
  hung_up: "NO CARRIER",
  busy: "BUSY",
  no_answer: "NO ANSWER",
  no_carrier: "NO CARRIER",
};

export const genericFace: CallFace = (change, _, { end }) => (change === "ended" ? [ENDS[end ?? "hung_up"]] : []);

const DSCI: Readonly<Record<SimCallChange, number>> = {
  dialing: 2,
  alerting: 7,
  connected: 3,
  incoming: 4,
  waiting: 5,
  ended: 6,
};

/** `^DSCI` for each change, and the end as the standard says it. */
export const quectelFace: CallFace = (change, call, about) => {
  const { id } = about;
  const number = call.number ?? "";
  const line = `^DSCI: ${id},${call.direction === "in" ? 1 : 0},${DSCI[change]},0,${number},${numberType(call.number)}`;
  return [line, ...genericFace(change, call, about)];
};

/** No end in ^DSCI, but in words of its own. */
export const simcomFace: CallFace = (change, call, about) => {
  if (change === "connected") return [...quectelFace(change, call, about), "VOICE CALL: BEGIN"];
  if (change !== "ended") return quectelFace(change, call, about);
  if (call.state === "incoming") return [`MISSED_CALL: 02:57AM ${call.number ?? ""}`];
  return ["VOICE CALL: END: 000012", ...genericFace(change, call, about)];
};

const CEND: Readonly<Record<SimCallEnd, number>> = { hung_up: 16, busy: 17, no_answer: 19, no_carrier: 1 };

export const huaweiFace: CallFace = (change, _, { id, end }) => {
  if (change === "dialing") return [`^ORIG:${id},0`];
  if (change === "alerting") return [`^CONF:${id}`];
  if (change === "connected") return [`^CONN:${id},0`];
  return change === "ended" ? [`^CEND:${id},7,104,${CEND[end ?? "hung_up"]}`] : [];
};

/** What is said of a key that the other side pressed. */
export const quectelKey = (key: string): string => `+QTONEDET: ${key.charCodeAt(0)}`;
export const simcomKey = (key: string): string => `+RXDTMF: ${key}`;
