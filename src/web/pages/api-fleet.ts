// REST of slots, their SIMs and new hardware.

import { z } from "zod";
import { seconds } from "../../base/index.ts";
import {
  type AtReplyView,
  atReplyView,
  type JoinView,
  joinView,
  type LineView,
  lineView,
  type SlotView,
  slotView,
  ussdAnswer,
  ussdNotice,
} from "../../protocol/index.ts";
import { call } from "./call.ts";
import type { AskedRung } from "./ladder.ts";

/** Longer than the box gives a modem (30 s) and a network (45 s), so that the box is the one to say what went wrong. */
const AT_TIMEOUT = seconds(40);
const USSD_TIMEOUT = seconds(60);

export type UssdSaid = z.infer<typeof ussdAnswer>;
export type UssdNotice = z.infer<typeof ussdNotice>["notice"];

export interface NewLine {
  readonly id: string;
  readonly number: string;
  readonly slot: string;
}

export interface FleetApi {
  recover(slot: string, rung: AskedRung): Promise<SlotView>;
  enterPin(slot: string, pin: string, confirm: boolean): Promise<SlotView>;
  at(slot: string, command: string): Promise<AtReplyView>;
  removeSlot(slot: string): Promise<void>;
  ussdAsk(slot: string, code: string): Promise<UssdSaid>;
  ussdReply(slot: string, text: string): Promise<UssdSaid>;
  ussdEnd(slot: string): Promise<void>;
  ussdNotice(slot: string): Promise<UssdNotice>;
  join(): Promise<JoinView>;
  /** `span` in seconds; 0 closes the window. */
  permitJoin(span: number): Promise<JoinView>;
  addLine(line: NewLine): Promise<LineView>;
  adoptSim(line: string, slot: string): Promise<LineView>;
}

const of = (slot: string, rest = ""): string => `/api/v1/slots/${encodeURIComponent(slot)}${rest}`;
const empty = z.null();

export const fleetApi: FleetApi = {
  recover: (slot, rung) => call(slotView, "POST", of(slot, "/recover"), { body: { rung } }),
  enterPin: (slot, pin, confirm) => call(slotView, "POST", of(slot, "/sim/pin"), { body: { pin, confirm } }),
  at: (slot, command) => call(atReplyView, "POST", of(slot, "/at"), { body: { command }, timeout: AT_TIMEOUT }),
  removeSlot: async (slot) => {
    await call(empty, "DELETE", of(slot));
  },
  ussdAsk: (slot, code) => call(ussdAnswer, "POST", of(slot, "/ussd"), { body: { code }, timeout: USSD_TIMEOUT }),
  ussdReply: (slot, text) =>
    call(ussdAnswer, "POST", of(slot, "/ussd/reply"), { body: { text }, timeout: USSD_TIMEOUT }),
  ussdEnd: async (slot) => {
    await call(empty, "DELETE", of(slot, "/ussd"));
  },
  ussdNotice: async (slot) => (await call(ussdNotice, "GET", of(slot, "/ussd"))).notice,
  join: () => call(joinView, "GET", "/api/v1/join"),
  permitJoin: (span) => call(joinView, "POST", "/api/v1/join", { body: { seconds: span } }),
  addLine: (line) => call(lineView, "POST", "/api/v1/lines", { body: line }),
  adoptSim: (line, slot) => call(lineView, "POST", `/api/v1/lines/${encodeURIComponent(line)}/sim`, { body: { slot } }),
};
