// What the box looks like from outside, as messages for the rows of the table; pure. The same for every broker.

import type { SlotId } from "../../base/index.ts";
import type { AlertFact, CallsFact, MachineFacts } from "../../core/index.ts";
import {
  type BoxEvent,
  type CallNews,
  type LineView,
  MQTT_TOPICS,
  type MqttTopic,
  type Overview,
  type RentalView,
  type SlotView,
  type SmsView,
} from "../../protocol/index.ts";
import type { TopicParams } from "./topic-names.ts";

export interface BoxMessage {
  readonly topic: MqttTopic;
  readonly params: TopicParams;
  readonly payload: string;
}

/** What the box knows of itself now. */
export interface BoxPicture {
  readonly overview: Overview;
  readonly slots: readonly SlotView[];
  readonly lines: readonly LineView[];
  readonly rentals: readonly RentalView[];
  readonly machine: MachineFacts | null;
  /** Null on a box without alerts. */
  readonly alerts: readonly AlertFact[] | null;
  /** Null on a box without calls. */
  readonly calls: CallsPicture | null;
}

export interface CallsPicture {
  readonly fact: CallsFact;
  /** Those that are on. */
  readonly open: readonly CallNews[];
}

/** Through the row's schema, which drops what is not to be published. Errors: a ZodError for a value that does not fit. */
export function boxMessage(topic: MqttTopic, value: unknown, params: TopicParams = {}): BoxMessage {
  const row = MQTT_TOPICS[topic];
  const parsed: unknown = row.payload === null ? value : row.payload.parse(value);
  return { topic, params, payload: row.format === "word" ? String(parsed) : JSON.stringify(parsed) };
}

const whole = (value: number | null | undefined): number | null => (value == null ? null : Math.round(value));
const tenth = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10);
const short = (text: string | null): string | null => text?.slice(0, 64) ?? null;

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}

function countOf<T>(items: readonly T[], wanted: (item: T) => boolean): number {
  return items.filter(wanted).length;
}

function ofBox({ overview, slots }: BoxPicture): readonly BoxMessage[] {
  const { version, started_at, clock, intake, counts, outbox, relay } = overview;
  const inState = (state: SlotView["state"]): number => countOf(slots, (slot) => slot.state === state);
  const states = { ready: inState("ready"), starting: inState("starting"), down: inState("down") };
  return [
    boxMessage("box", {
      ...{ version, started_at, clock },
      intake: intake.state,
      problem: intake.problem?.code ?? null,
      slots: { total: slots.length, ...states },
    }),
    boxMessage("counts", counts),
    boxMessage("outbox", {
      depth: outbox.depth,
      oldest_seconds: outbox.oldest_ms === null ? null : Math.floor(outbox.oldest_ms / 1000),
    }),
    boxMessage("relay", {
      host: hostOf(relay.url),
      state: relay.state,
      since: relay.since,
      problem: relay.problem?.code ?? null,
    }),
  ];
}

function ofRentals({ lines, rentals }: BoxPicture): BoxMessage {
  const active = rentals.filter(({ state }) => state === "active");
  const sum = (of: (rental: RentalView) => number): number => active.reduce((total, rental) => total + of(rental), 0);
  return boxMessage("rentals", {
    lines: lines.length,
    free: countOf(lines, ({ state }) => state === "free"),
    rented: countOf(lines, ({ state }) => state === "rented"),
    resting: countOf(lines, ({ state }) => state === "resting"),
    active: active.length,
    messages: sum(({ messages }) => messages),
    waiting: sum(({ waiting }) => waiting),
    acknowledged: sum(({ acknowledged }) => acknowledged),
  });
}

function ofMachine(facts: MachineFacts): BoxMessage {
  return boxMessage("machine", {
    disk_free_bytes: whole(facts.disk?.freeBytes),
    disk_total_bytes: whole(facts.disk?.totalBytes),
    memory_available_bytes: whole(facts.memory?.availableBytes),
    memory_total_bytes: whole(facts.memory?.totalBytes),
    temperature_celsius: tenth(facts.temperatureC),
    fan: facts.fanRuns,
    clock_synchronised: facts.clockSynchronised,
    undervoltage: facts.undervoltage,
    load1: facts.load1,
  });
}

function ofSlot(slot: SlotView): BoxMessage {
  const { recovery } = slot;
  const payload = {
    ...slot,
    line: slot.line?.id ?? null,
    rented: slot.line?.rented ?? false,
    problem: slot.problem?.code ?? null,
    warnings: slot.warnings.slice(0, 20).map(({ code }) => code),
    operator: short(slot.operator),
    technology: short(slot.technology),
    registration: short(slot.registration),
    storage: slot.sms_storage,
    recovery: { rung: recovery.rung, attempts: recovery.attempts, resets_today: recovery.resets_today },
  };
  return boxMessage("slot", payload, { slot: slot.id });
}

const IDLE = { state: "idle", direction: null, line: null, held: false, started_at: null, talking_at: null };

function ofCalls({ fact, open }: CallsPicture): readonly BoxMessage[] {
  const { problem, edge, accounts, phones, slots } = fact;
  const counts = { active: open.length, accounts, phones, slots: slots.length };
  return [
    boxMessage("calls", { problem, edge, ...counts }),
    ...slots.map((slot) => {
      const call = open.find((each) => each.slot === slot);
      return boxMessage("slotCall", call === undefined ? IDLE : { ...call, state: call.phase }, { slot });
    }),
  ];
}

function ofSlots(slots: readonly SlotView[]): readonly BoxMessage[] {
  return slots.flatMap((slot) => [
    ofSlot(slot),
    ...(slot.balance === null ? [] : [boxMessage("balance", slot.balance, { slot: slot.id })]),
  ]);
}

/** All states that the broker should hold now, Home Assistant's discovery apart. */
export function stateMessages(picture: BoxPicture): readonly BoxMessage[] {
  const { machine, alerts, slots, calls } = picture;
  return [
    ...ofBox(picture),
    ofRentals(picture),
    ...(machine === null ? [] : [ofMachine(machine)]),
    ...(alerts === null ? [] : [boxMessage("alerts", { firing: alerts.slice(0, 200) })]),
    ...ofSlots(slots),
    ...(calls === null ? [] : ofCalls(calls)),
  ];
}

const CODE = /^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+$/;

/** Counts, yes and no, and codes. What else stands in an event's details is for the owner: names, ids, paths. */
function publicDetails(details: BoxEvent["details"]): BoxEvent["details"] {
  const kept = Object.entries(details).filter(([, value]) => typeof value !== "string" || CODE.test(value));
  return Object.fromEntries(kept);
}

export function eventMessage(id: string, event: BoxEvent): BoxMessage {
  return boxMessage("event", { ...event, id, details: publicDetails(event.details) });
}

export function smsMessage(id: string, sms: SmsView): BoxMessage {
  return boxMessage("sms", { id, at: sms.at, line: sms.line, slot: sms.slot, rented: sms.rental !== null });
}

export function callMessage(id: string, call: CallNews): BoxMessage {
  const isOver = call.phase === "over";
  const talked = call.talking_at === null ? 0 : Math.max(0, call.at - call.talking_at);
  const seconds = isOver ? Math.floor(talked / 1000) : null;
  return boxMessage("call", { ...call, id, call: call.id, state: call.phase, seconds });
}

export function alertMessage(
  id: string,
  alert: AlertFact & { readonly state: string; readonly at: number },
): BoxMessage {
  return boxMessage("alert", { ...alert, id });
}

/** The retained topics of a slot, which go with it. */
export function slotTopics(slot: SlotId | string): readonly Pick<BoxMessage, "topic" | "params">[] {
  return [
    { topic: "slot", params: { slot } },
    { topic: "balance", params: { slot } },
    { topic: "slotCall", params: { slot } },
  ];
}
